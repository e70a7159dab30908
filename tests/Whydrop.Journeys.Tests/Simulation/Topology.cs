namespace Whydrop.Journeys.Tests.Simulation;

/// <summary>Plays connections over a path. The senders know at once what was lost and send it again after a while: the path is under test, not TCP.</summary>
public sealed class Topology(IReadOnlyList<PathElement> path, int seed = 1)
{
    private const byte Fin = 1, Syn = 2, Reset = 4, Ack = 16, Push = 8;
    private readonly Random random = new(seed);
    private readonly PriorityQueue<Action, (long, int)> events = new();
    private readonly Dictionary<(int Flow, bool FromClient), ReceiverState> receivers = [];
    private readonly Dictionary<(int Flow, bool FromClient), uint> sent = [];
    private readonly Dictionary<int, (System.Net.IPEndPoint Client, System.Net.IPEndPoint Server)> seenByServer = [];
    private int order;
    private ushort ipId = 100;

    /// <summary>Every transmission with data or SYN.</summary>
    public List<SimPacket> Sent { get; } = [];

    public void Play(params IReadOnlyList<SimFlow> flows)
    {
        for (var n = 0; n < flows.Count; n++)
        {
            var (flow, index) = (flows[n], n);
            sent[(index, true)] = flow.ClientIsn;
            sent[(index, false)] = flow.ServerIsn;
            At(flow.Start, () => Send(flow, index, true, flow.Start, flow.ClientIsn, 0, Syn, 1));
            var begin = flow.Start + 50_000_000;
            Schedule(flow, index, true, flow.Requests, begin);
            Schedule(flow, index, false, flow.Responses, begin + 700_000);
            if (flow.Closes)
            {
                var end = begin + (Math.Max(flow.Requests.Count, flow.Responses.Count) * flow.Gap) + 200_000_000;
                At(end, () => Send(flow, index, true, end, flow.ClientIsn + 1 + (uint)flow.Requests.Sum(), 0, Ack | Fin, 1));
            }
        }

        while (events.TryDequeue(out var action, out _))
        {
            action();
        }
    }

    private void At(long time, Action action) => events.Enqueue(action, (time, order++));

    private void Schedule(SimFlow flow, int index, bool fromClient, IReadOnlyList<int> lengths, long begin)
    {
        var sequence = (fromClient ? flow.ClientIsn : flow.ServerIsn) + 1;
        for (var i = 0; i < lengths.Count; i++)
        {
            var (at, first, length) = (begin + (i * flow.Gap), sequence, lengths[i]);
            At(at, () => Send(flow, index, fromClient, at, first, length, Ack | Push, 1));
            sequence += (uint)length;
        }
    }

    private void Send(SimFlow flow, int index, bool fromClient, long time, uint sequence, int length, byte flags, int transmission)
    {
        var packet = Packet(flow, index, fromClient, time, sequence, length, flags) with { Transmission = transmission };
        if (length > 0 || (flags & (Syn | Fin | Reset)) != 0)
        {
            Sent.Add(packet);
        }

        var arrived = Travel(packet);
        if (arrived is null || arrived.Time - time > 150_000_000 || flow.Unheard(packet))
        {
            Repeat(flow, index, fromClient, time, sequence, length, flags, transmission);
        }

        if (arrived is not null)
        {
            At(arrived.Time, () => Receive(flow, index, arrived));
        }
    }

    private void Repeat(SimFlow flow, int index, bool fromClient, long time, uint sequence, int length, byte flags, int transmission)
    {
        if (length + (flags & (Syn | Fin)) == 0 || transmission >= flow.MostTransmissions)
        {
            return;
        }

        var wait = flow.RepeatsAfter ?? (transmission == 1 ? 6_000_000L + random.Next(3_000_000) : 200_000_000L << Math.Min(transmission - 2, 5));
        At(time + wait, () => Send(flow, index, fromClient, time + wait, sequence, length, flags, transmission + 1));
    }

    private void Receive(SimFlow flow, int index, SimPacket packet)
    {
        if (!receivers.TryGetValue((index, packet.FromClient), out var state))
        {
            state = receivers[(index, packet.FromClient)] = new ReceiverState(packet.Sequence);
        }

        if (packet.FromClient)
        {
            seenByServer[index] = (packet.Source, packet.Destination);
        }

        // RFC 7323 (4.3): the echo is of the segment that filled the left edge.
        if (packet.Sequence == state.Next)
        {
            state.TsRecent = packet.TsVal ?? 0;
        }

        state.Take(packet.Sequence, packet.Length + ((packet.Flags & (Syn | Fin)) != 0 ? 1 : 0));
        if ((packet.Flags & Reset) != 0 || (flow.Silent && packet.FromClient))
        {
            return;
        }

        if (flow.Refused && packet.FromClient)
        {
            Send(flow, index, false, packet.Time + 20_000, 0, 0, Reset | Ack, 1);
        }
        else if ((packet.Flags & Fin) != 0 && packet.FromClient)
        {
            Send(flow, index, false, packet.Time + 20_000, flow.ServerIsn + 1 + (uint)flow.Responses.Sum(), 0, Fin | Ack, 1);
        }
        else if ((packet.Flags & Syn) != 0 && packet.FromClient)
        {
            Send(flow, index, false, packet.Time + 20_000, flow.ServerIsn, 0, Syn | Ack, 1);
        }
        else if (packet.Length > 0 || (packet.Flags & (Syn | Fin)) != 0)
        {
            var now = packet.Time + 10_000;
            At(now, () => Send(flow, index, !packet.FromClient, now, sent[(index, !packet.FromClient)], 0, Ack, 1));
        }
    }

    private SimPacket Packet(SimFlow flow, int index, bool fromClient, long time, uint sequence, int length, byte flags)
    {
        var isn = fromClient ? flow.ClientIsn : flow.ServerIsn;
        var end = sequence + (uint)length + (uint)((flags & (Syn | Fin)) != 0 ? 1 : 0);
        sent[(index, fromClient)] = Math.Max(sent[(index, fromClient)] - isn, end - isn) + isn;
        // The server answers to the addresses it sees.
        var (client, server) = fromClient ? (flow.Client, flow.Server) : seenByServer[index];
        return new SimPacket
        {
            Flow = index,
            FromClient = fromClient,
            Time = time,
            Source = fromClient ? client : server,
            Destination = fromClient ? server : client,
            Sequence = sequence,
            Acknowledgment = (flags & Ack) != 0 ? receivers[(index, !fromClient)].Next : 0,
            Flags = flags,
            Length = length,
            TsVal = flow.Timestamps ? (uint)((time / 1_000_000) + (isn % 1000003)) : null,
            TsEcr = flow.Timestamps && (flags & Ack) != 0 ? receivers[(index, !fromClient)].TsRecent : 0,
            IpId = ipId = (ushort)(ipId == ushort.MaxValue ? 1 : ipId + 1),
            StreamOffset = sequence - isn,
        };
    }

    private SimPacket? Travel(SimPacket packet)
    {
        return Travel(packet, packet.FromClient ? 0 : path.Count - 1);
    }

    private SimPacket? Travel(SimPacket packet, int from)
    {
        SimPacket? now = packet;
        var step = packet.FromClient ? 1 : -1;
        for (var i = from; i >= 0 && i < path.Count && now is not null; i += step)
        {
            var before = now;
            now = path[i].Pass(before);
            if (path[i].Answer(before) is { } answer)
            {
                _ = Travel(answer, i - step);
            }
        }

        return now;
    }

    private sealed class ReceiverState
    {
        private readonly SortedDictionary<uint, uint> held = [];
        private readonly uint isn;

        public ReceiverState(uint isn) => this.isn = Next = isn;

        /// <summary>TSval to echo.</summary>
        public uint TsRecent { get; set; }

        /// <summary>Next sequence number expected.</summary>
        public uint Next { get; private set; }

        public void Take(uint sequence, int length)
        {
            held[sequence - isn] = Math.Max((uint)length, held.GetValueOrDefault(sequence - isn));
            while (held.Count > 0 && held.First() is var first && first.Key <= Next - isn)
            {
                Next = isn + Math.Max(Next - isn, first.Key + first.Value);
                _ = held.Remove(first.Key);
            }
        }
    }
}

using System.Net;

namespace Whydrop.Tcp.Tests.Building;

/// <summary>What really happened to one transmission of a simulated sender.</summary>
public enum Truth
{
    Delivered,
    DeliveredAgain,
    LostUpstream,
    LostDownstream,
    InFlight,
}

/// <summary>How the simulated path and its ends behave. Times in milliseconds.</summary>
public sealed record Path
{
    public int Seed { get; init; } = 1;

    public int Segments { get; init; } = 300;

    public int SegmentLength { get; init; } = 1000;

    public int Window { get; init; } = 20;

    public double Upstream { get; init; } = 5;

    public double Downstream { get; init; } = 5;

    public double LossUpstream { get; init; }

    public double LossDownstream { get; init; }

    public double AckLossDownstream { get; init; }

    public double AckLossUpstream { get; init; }

    public double ReorderUpstream { get; init; }

    public double ReorderDownstream { get; init; }

    public bool Sack { get; init; } = true;

    public bool DSack { get; init; } = true;

    public bool Timestamps { get; init; } = true;

    public bool ZeroIpId { get; init; }

    public uint Isn { get; init; } = 1_000_000;
}

/// <summary>
/// A TCP sender and receiver with a capture point between them: upstream of it the sender, downstream the receiver. The sender recovers by
/// three duplicate ACKs or SACK and by a timer with backoff. Every transmission's truth is known.
/// </summary>
public sealed class Simulation
{
    private readonly Path path;
    private readonly Random random;
    private readonly PriorityQueue<Action, (double, int)> events = new();
    private readonly List<(double At, Packet Packet, Sent? Sent)> seen = [];
    private readonly bool[] received;
    private readonly int[] timesSent;
    private readonly HashSet<int> sacked = [];
    private readonly HashSet<int> retransmitted = [];
    private double lastSend;
    private readonly IPEndPoint client = new(IPAddress.Parse("10.0.0.1"), 40000);
    private readonly IPEndPoint server = new(IPAddress.Parse("10.0.0.2"), 80);
    private double now;
    private int order;
    private int next;
    private int una;
    private int rcvNext;
    private int dupAcks;
    private double rto = 220;
    private int timer;
    private ushort ipId = 1;
    private ushort ackId = 30000;
    private int recover = -1;

    public Simulation(Path path)
    {
        this.path = path;
        random = new Random(path.Seed);
        received = new bool[path.Segments];
        timesSent = new int[path.Segments];
    }

    public List<Sent> Transmissions { get; } = [];

    /// <summary>Runs to the end and writes what passed the capture point.</summary>
    public Trace Run()
    {
        var trace = new Trace();
        var c = new Conversation(trace, path.Isn, 5000) { Timestamps = path.Timestamps, Client = client, Server = server };
        c.Handshake(0, 2 * path.Downstream);
        now = 100;
        SendNew();
        ArmTimer();
        while (events.TryDequeue(out var action, out var at) && Transmissions.Count < 20 * path.Segments)
        {
            now = at.Item1;
            action();
        }

        foreach (var (at, packet, sent) in seen.OrderBy(s => s.At))
        {
            var number = trace.Add(at, packet);
            if (sent is not null)
            {
                sent.Frame = number;
            }
        }

        return trace;
    }

    private void At(double time, Action action) => events.Enqueue(action, (time, order++));

    private void SendNew()
    {
        while (next < path.Segments && next - una < path.Window)
        {
            Send(next++);
        }
    }

    private void Send(int index)
    {
        // One interface: segments leave one after another, in the order of sending.
        var at = Math.Max(now, lastSend + 0.01);
        lastSend = at;
        var sent = new Sent(index, ++timesSent[index]);
                Transmissions.Add(sent);
        var packet = new Packet
        {
            From = client,
            To = server,
            Seq = path.Isn + 1 + (uint)(index * path.SegmentLength),
            Ack = 5001,
            Flags = 24,
            Length = path.SegmentLength,
            IpId = path.ZeroIpId ? (ushort)0 : ipId++,
            Timestamp = path.Timestamps ? ((uint)(100_000 + at), 1) : null,
        };
        if (random.NextDouble() < path.LossUpstream)
        {
            sent.Truth = Truth.LostUpstream;
            return;
        }

        var here = at + path.Upstream + (random.NextDouble() < path.ReorderUpstream ? 1.5 : 0);
        seen.Add((here, packet, sent));
        if (random.NextDouble() < path.LossDownstream)
        {
            sent.Truth = Truth.LostDownstream;
            return;
        }

        var there = here + path.Downstream + (random.NextDouble() < path.ReorderDownstream ? 1.5 : 0);
        var tsVal = (uint)(100_000 + at);
        At(there, () => Receive(sent, tsVal));
    }

    private uint recent;
    private int lastAckSent;

    private void Receive(Sent sent, uint tsVal)
    {
        var duplicate = received[sent.Index];
        sent.Truth = duplicate ? Truth.DeliveredAgain : Truth.Delivered;
        if (!duplicate && sent.Index <= lastAckSent)
        {
            recent = tsVal;
        }

        received[sent.Index] = true;
        while (rcvNext < path.Segments && received[rcvNext])
        {
            rcvNext++;
        }

        var blocks = Blocks(sent.Index, duplicate);
        var ack = rcvNext;
        lastAckSent = ack;
        var packet = new Packet
        {
            From = server,
            To = client,
            Seq = 5001,
            Ack = path.Isn + 1 + (uint)(ack * path.SegmentLength),
            IpId = ackId++,
            Window = 50000,
            Timestamp = path.Timestamps ? ((uint)(200_000 + now), recent) : null,
            Sack = [.. blocks.Select(b => (path.Isn + 1 + (uint)(b.From * path.SegmentLength), path.Isn + 1 + (uint)(b.To * path.SegmentLength)))],
        };
        if (random.NextDouble() < path.AckLossDownstream)
        {
            return;
        }

        var here = now + path.Downstream;
        seen.Add((here, packet, null));
        if (random.NextDouble() >= path.AckLossUpstream)
        {
            At(here + path.Upstream, () => Hear(ack, blocks));
        }
    }

    private List<(int From, int To)> Blocks(int latest, bool duplicate)
    {
        var blocks = new List<(int, int)>();
        if (!path.Sack)
        {
            return blocks;
        }

        if (duplicate && path.DSack)
        {
            blocks.Add((latest, latest + 1));
        }

        for (var i = rcvNext; i < path.Segments; i++)
        {
            if (received[i])
            {
                var from = i;
                while (i < path.Segments && received[i])
                {
                    i++;
                }

                // RFC 2018, 4: the block of the segment that caused this ACK comes first.
                blocks.Insert(from <= latest && latest < i && !duplicate ? 0 : blocks.Count, (from, i));
            }
        }

        return blocks.Count > 3 ? blocks[..3] : blocks;
    }

    private void Hear(int ack, List<(int From, int To)> blocks)
    {
        foreach (var (from, to) in blocks)
        {
            for (var i = from; i < to; i++)
            {
                _ = sacked.Add(i);
            }
        }

        if (ack > una)
        {
            una = ack;
            dupAcks = 0;
            rto = 220;
            if (una > recover)
            {
                recover = -1;
                retransmitted.Clear();
            }
            else if (!path.Sack && una < next)
            {
                Send(una);
            }

            ArmTimer();
        }
        else if (ack == una && next > una)
        {
            dupAcks++;
        }

        if (dupAcks >= 3 && recover < 0 && una < next)
        {
            recover = next - 1;
            retransmitted.Clear();
            if (!path.Sack)
            {
                Send(una);
            }
        }

        RetransmitHoles();
        SendNew();
    }

    private void RetransmitHoles()
    {
        if (recover < 0 || !path.Sack || sacked.Count == 0)
        {
            return;
        }

        var highest = sacked.Max();
        for (var i = una; i < highest - 2; i++)
        {
            if (!sacked.Contains(i) && retransmitted.Add(i))
            {
                Send(i);
            }
        }
    }

    private void ArmTimer()
    {
        var armed = ++timer;
        if (una >= path.Segments)
        {
            return;
        }

        At(now + rto, () =>
        {
            if (armed != timer || una >= next)
            {
                return;
            }

            rto = Math.Min(rto * 2, 8000);
            retransmitted.Clear();
            recover = next - 1;
            dupAcks = 0;
            if (timesSent[una] < 15)
            {
                Send(una);
                _ = retransmitted.Add(una);
            }

            ArmTimer();
        });
    }
}

/// <summary>One transmission and what became of it.</summary>
public sealed class Sent(int index, int number)
{
    public int Index { get; } = index;

    public int Number { get; } = number;

    public Truth Truth { get; set; } = Truth.InFlight;

    /// <summary>Frame at the capture point; 0 when it did not pass.</summary>
    public int Frame { get; set; }
}

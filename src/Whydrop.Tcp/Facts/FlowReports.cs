using System.Net;
using Whydrop.Evidence;
using Whydrop.Tcp.Fates;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Observations;

namespace Whydrop.Tcp.Facts;

/// <summary>Turns flow records into reports, one at a time.</summary>
// SAFETY: indices run below the counts of slabs that never move; board numbers come from the records and are checked against 0.
internal sealed unsafe class FlowReports(FlowEngine engine, AddressBook addresses, EncapsulationBook encapsulations)
{
    /// <summary>Observations that any healthy connection makes.</summary>
    private const uint Ordinary =
        (1u << (int)Observation.WindowUpdate) | (1u << (int)Observation.KeepAlive) | (1u << (int)Observation.KeepAliveAck);

    /// <summary>Most connections share an end with one before, and most observe nothing.</summary>
    private const int Recent = 1024;

    private static readonly Dictionary<string, long> Nothing = [];

    private readonly IPAddress?[] recentAddresses = new IPAddress?[Recent];
    private readonly uint[] recentNumbers = new uint[Recent];

    public FlowReport Of(int index)
    {
        var flow = engine.Table.Records[index];
        var opening = engine.Table.Openings[index];
        var unusual = flow->Unusual == 0 ? null : engine.Unusual[Math.Abs(flow->Unusual) - 1];
        var clientHigh = (opening->Bits & FlowOpening.ClientHigh) != 0;
        var low = Sender(flow->Low, opening->Low, flow->High, unusual == null ? null : &unusual->Low, unusual == null ? 0 : unusual->LowBoard, Unjudged.Of(engine, flow, fromHigh: false));
        var high = Sender(flow->High, opening->High, flow->Low, unusual == null ? null : &unusual->High, unusual == null ? 0 : unusual->HighBoard, Unjudged.Of(engine, flow, fromHigh: true));
        var (client, server) = Ends(index);
        return new FlowReport
        {
            Index = index,
            Point = flow->Key.Point,
            Client = client,
            Server = server,
            Encapsulation = Encapsulation(index),
            First = new Timestamp(opening->First),
            Last = new Timestamp(flow->LastTime),
            FirstFrame = opening->FirstFrame,
            State = State(*flow, *opening, unusual),
            Synchronised = Synchronised(*opening),
            SynSeen = ((opening->Low.Bits | opening->High.Bits) & (SenderOpening.SawSyn | SenderOpening.SawSynAck)) != 0,
            HandshakeRtt = opening->HandshakeRtt == 0 ? null : TimeSpan.FromMicroseconds(opening->HandshakeRtt - 1),
            FromClient = clientHigh ? high : low,
            FromServer = clientHigh ? low : high,
            Unusual = IsUnusual(index),
        };
    }

    /// <summary>Between whom it is.</summary>
    public (IPEndPoint Client, IPEndPoint Server) Ends(int index)
    {
        ref readonly var key = ref engine.Table.Records[index]->Key;
        var low = EndPoint(key.AddressLow, key.PortLow, key.IsIpv6);
        var high = EndPoint(key.AddressHigh, key.PortHigh, key.IsIpv6);
        return (engine.Table.Openings[index]->Bits & FlowOpening.ClientHigh) != 0 ? (high, low) : (low, high);
    }

    /// <summary>Tunnel headers of the client's packets; null when plain.</summary>
    public string? Encapsulation(int index) => encapsulations.TextOf(engine.Table.Records[index]->Key.Encapsulation, TunnelReversed(engine.Table.Openings[index]->Bits));

    /// <summary>Something beyond an ordinary exchange was observed.</summary>
    public bool IsUnusual(int index) => engine.Table.Records[index]->Unusual is var unusual and not 0 && IsUnusual(*engine.Unusual[Math.Abs(unusual) - 1]);

    // The outer addresses of the client's packets: those of the first frame, or the other way round.
    private static bool TunnelReversed(uint bits) =>
        ((bits & FlowOpening.FirstTunnelReversed) != 0) ^ ((bits & FlowOpening.FirstFromHigh) != 0) ^ ((bits & FlowOpening.ClientHigh) != 0);

    private static bool IsUnusual(in UnusualFlow unusual)
    {
        if ((unusual.LowBoard | unusual.HighBoard) != 0)
        {
            return true;
        }

        for (var i = 0; i < ObservationCounts.Length; i++)
        {
            if ((Ordinary & (1u << i)) == 0 && (unusual.Low.Counts[i] | unusual.High.Counts[i]) != 0)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Synchronised(in FlowOpening o) =>
        (o.Low.Has(SenderOpening.SawSyn) && o.High.Has(SenderOpening.SawSynAck)) || (o.High.Has(SenderOpening.SawSyn) && o.Low.Has(SenderOpening.SawSynAck));

    private static FlowState State(in FlowRecord flow, in FlowOpening opening, UnusualFlow* unusual)
    {
        if (unusual != null && (unusual->Low.ResetFrame != 0 || unusual->High.ResetFrame != 0))
        {
            return FlowState.Reset;
        }

        if ((flow.Low.Bits & flow.High.Bits & SenderState.FinSeen) != 0)
        {
            return FlowState.Closed;
        }

        var silent = flow.Low.Frames == 0 ? opening.High : opening.Low;
        return (flow.Low.Frames == 0 || flow.High.Frames == 0) && silent.Has(SenderOpening.SawSyn) && flow.Low.Segments + flow.High.Segments == 0
            ? FlowState.SynOnly
            : FlowState.Established;
    }

    private SenderReport Sender(
        in SenderState s, in SenderOpening o, in SenderState peer, UnusualSender* unusual, int boardNumber, (long Segments, long Bytes, long UniqueBytes) unjudged)
    {
        var board = engine.Ledger.BoardOf(boardNumber);
        var seen = s.Frames != 0;
        var synSeen = (o.Bits & (SenderOpening.SawSyn | SenderOpening.SawSynAck)) != 0;
        var counts = unusual == null || unusual->Counts.IsZero ? Nothing : unusual->Counts.ToDictionary();
        var zero = unusual == null ? 0 : unusual->ZeroWindowTotal;
        var repeated = board != null ? board->RepeatedBytes : unusual == null ? 0 : unusual->RepeatedBytes;
        return new SenderReport
        {
            Frames = s.Frames,
            Segments = s.Segments,
            Bytes = s.Bytes,
            UniqueBytes = s.Bytes - repeated + (board != null ? board->NotCapturedBytes : 0),
            Retransmissions = board != null ? board->Retransmissions : counts.GetValueOrDefault(nameof(Observation.Retransmission)),
            LostSegments = board != null ? board->LostSegments : 0,
            LostBytes = board != null ? board->LostBytes : 0,
            Observations = counts,
            Mss = o.Has(SenderOpening.HasMss) ? o.Mss : null,
            WindowScale = o.Has(SenderOpening.ScaleOffered) ? o.Scale : null,
            SackPermitted = synSeen ? o.Has(SenderOpening.SackOffered) : null,
            Timestamps = o.Has(SenderOpening.TimestampSeen),
            InitialSequence = synSeen ? o.Base : null,
            LargestDatagram = s.LargestDatagram,
            LargestDelivered = LargestDelivered(s, peer, board),
            Ttl = seen ? s.Ttl : null,
            MinRtt = s.MinRtt == 0 ? null : TimeSpan.FromMicroseconds(s.MinRtt - 1),
            SmoothedRtt = s.Srtt == 0 ? null : TimeSpan.FromMicroseconds(s.Srtt - 1),
            ZeroWindowTime = TimeSpan.FromTicks(zero / 100),
            Fin = (s.Bits & SenderState.FinSeen) != 0,
            ResetFrame = unusual == null || unusual->ResetFrame == 0 ? null : unusual->ResetFrame,
            Unjudged = unjudged,
        };
    }

    private int LargestDelivered(in SenderState s, in SenderState peer, Board* board)
    {
        if (board != null)
        {
            var largest = 0;
            foreach (var size in engine.Ledger.Book.SizesOf(board))
            {
                largest = size.Delivered > 0 ? Math.Max(largest, size.DatagramLength) : largest;
            }

            return largest;
        }

        // Without a board everything up to the last acknowledgment arrived; what is outstanding was not judged, so that only a fully acknowledged direction can say.
        return peer.LastAck != 0 && s.Segments != 0 && SequenceNumber.LessOrEqual(s.NextSeq, peer.LastAck) ? s.LargestDatagram : 0;
    }

    private IPEndPoint EndPoint(uint address, ushort port, bool ipv6) => new(ipv6 ? addresses.Address(address) : Address4(address), port);

    private IPAddress Address4(uint address)
    {
        var place = (int)((address * 2654435761u) >> 22);
        if (recentAddresses[place] is not { } known || recentNumbers[place] != address)
        {
            recentNumbers[place] = address;
            recentAddresses[place] = known = new IPAddress(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(address));
        }

        return known;
    }
}

using Whydrop.Tcp.Facts;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Packets;
using Whydrop.Wire;

namespace Whydrop.Tcp.Artefacts;

/// <summary>
/// Tells the same datagram captured again (other interface of "any", mirror, bridge) and a datagram that goes round in circles from a
/// retransmission. A genuine TCP retransmission is a new datagram: new IP Identification, or at least a later timestamp.
/// </summary>
// SAFETY: records, history and counters live in slabs and pages that never move and outlive the gate; a frame number from the history is looked up
// again, never kept as a pointer.
internal sealed unsafe class CopyGate(FlowEngine engine, CarefulPath careful)
{
    private const int MostSteps = 64;
    private readonly LoopTable loops = new();
    private readonly CopyNotes notes = new();

    /// <summary>A SYN of the connection that the key belonged to before: a late copy, not a third connection.</summary>
    public bool IsOldSyn(in TcpSegment s, in Direction d, uint frameNumber, ReadOnlySpan<byte> frame) => d.Fwd->Frames != 0 && IsCopy(s, d, frameNumber, frame);

    /// <summary>Whether the segment is a datagram that was counted already; it then belongs to no figure of the connection.</summary>
    public bool IsCopy(in TcpSegment s, in Direction d, uint frameNumber, ReadOnlySpan<byte> frame)
    {
        var number = d.Flow->LastFrame;
        for (var steps = 0; steps < MostSteps; steps++)
        {
            var past = engine.History[number];
            if (past == null)
            {
                return false;
            }

            if (past->Sequence == s.Sequence && past->FromHigh == s.FromHigh && IsSameDatagram(s, *past, d))
            {
                Count(s, *past, number, d, frame, frameNumber);
                return true;
            }

            number = past->Previous;
        }

        return false;
    }

    /// <summary>A segment with SACK blocks: what it reports as received twice, and was seen twice, the network delivered twice.</summary>
    public void TakeDSack(in TcpSegment s, in Direction d, uint frameNumber, ReadOnlySpan<byte> frame)
    {
        if (notes.TryTake(s, d.Index, frame, out var copy, out var copyFrame))
        {
            engine.Points[d.Flow->Key.Point].CopiedFrames--;
            engine.Ledger.EnterDuplicate(copy, copyFrame, d, careful.Unusual(d), frameNumber);
        }
    }

    private bool IsSameDatagram(in TcpSegment s, in PastFrame past, in Direction d)
    {
        if (past.Acknowledgment != s.Acknowledgment || past.Length != Math.Min(s.Length, 0xFFFFF) || past.Flags != s.Flags
            || past.IpId != (ushort)s.IpId || past.HasTimestamp != s.HasTimestamp || past.TsVal != s.TsVal)
        {
            return false;
        }

        if (s.IsSyn && s.IpId == 0 && IsAsked(s, d))
        {
            return false;
        }

        var anyDevice = engine.Points[d.Flow->Key.Point].Point.AnyDevice;
        return new SameDatagram(s.IpId, s.HasTimestamp ? s.TsVal : null, s.Length, s.IsSyn, s.IsReset, s.SackBlocks > 0, anyDevice).Holds(Math.Abs(s.Time - past.Time), past.Ttl - s.Ttl);
    }

    // No timer sends a SYN again within a millisecond, but every SYN that comes is answered by a SYN-ACK, whatever the timer just sent. Where frames
    // are captured twice, those of the first SYN are.
    private bool IsAsked(in TcpSegment s, in Direction d)
    {
        if (engine.Points[d.Flow->Key.Point].CopiedFrames > 0)
        {
            return false;
        }

        var number = d.Flow->LastFrame;
        PastFrame* other = null;
        for (var steps = 0; steps < MostSteps && engine.History[number] is var past && past != null; steps++, number = past->Previous)
        {
            if ((past->Flags & TcpFlag.Syn) == 0 || past->FromHigh == s.FromHigh)
            {
                continue;
            }

            if (other != null && (other->IpId != past->IpId || other->TsVal != past->TsVal))
            {
                return true;
            }

            other = past;
        }

        return false;
    }

    private void Count(in TcpSegment s, in PastFrame past, uint pastFrame, in Direction d, ReadOnlySpan<byte> frame, uint frameNumber)
    {
        var point = engine.Points[d.Flow->Key.Point];
        point.CopiedFrames++;
        if (s.Ttl >= past.Ttl)
        {
            if (s.Ttl == past.Ttl && s.Length > 0)
            {
                notes.Add(s, d.Index, frameNumber);
            }

            return;
        }

        point.RoutedCopies++;
        ref var track = ref loops.Of(pastFrame, past.Time, past.Ttl);
        if (!track.Pass(s.Time, s.Ttl, LinkAddresses.Of(point.Point.LinkType, frame)))
        {
            return;
        }

        var row = track.Row == 0 && track.Passes > 2 ? Describe(s, d, frame) : null;
        if (engine.Loops.Take(ref track, row))
        {
            point.LoopedDatagrams++;
            engine.Ledger.MarkLooped(d, careful.Unusual(d), past, pastFrame);
        }
    }

    private static LoopRow? Describe(in TcpSegment s, in Direction d, ReadOnlySpan<byte> frame)
    {
        const byte tcp = 6;
        var isIpv6 = d.Flow->Key.IsIpv6;
        var (addresses, size) = isIpv6 ? (s.IpOffset + 8, 16) : (s.IpOffset + 12, 4);
        return addresses + (2 * size) > frame.Length ? null : new LoopRow
        {
            Point = d.Flow->Key.Point,
            Flow = d.Index,
            Source = AddressNumber.From(frame.Slice(addresses, size)),
            Destination = AddressNumber.From(frame.Slice(addresses + size, size)),
            Protocol = tcp,
            IpId = isIpv6 ? null : (int)s.IpId,
            Sequence = s.Sequence,
            Length = s.Length,
            FromHigh = d.FromHigh,
        };
    }
}

using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Packets;
using Whydrop.Wire;
using static Whydrop.Tcp.Observations.SequenceNumber;

namespace Whydrop.Tcp.Observations;

/// <summary>Names what is unusual about a segment, with the conditions and the precedence of Wireshark 4.0's sequence analysis.</summary>
internal static class SegmentObserver
{
    private const long FastRetransmissionNanoseconds = 20_000_000;
    private const long OutOfOrderNanoseconds = 3_000_000;
    private const byte Control = TcpFlag.Syn | TcpFlag.Fin | TcpFlag.Rst;

    public const uint ProbeMask = (1u << (int)Observation.KeepAlive) | (1u << (int)Observation.ZeroWindowProbe);
    public const uint RetransmissionMask =
        (1u << (int)Observation.Retransmission) | (1u << (int)Observation.FastRetransmission) | (1u << (int)Observation.SpuriousRetransmission);

    public static uint Bit(Observation observation) => 1u << (int)observation;

    /// <summary>The observations on one segment as a mask; <see cref="UnusualSender.DupAcks"/> and <see cref="UnusualSender.MaxSeqToBeAcked"/> are kept.</summary>
    /// <param name="s">The segment.</param>
    /// <param name="fwd">Its sender, before the segment.</param>
    /// <param name="rev">The other end.</param>
    /// <param name="unusual">Cold state of the sender.</param>
    /// <param name="reverse">Cold state of the other end.</param>
    /// <param name="initialRtt">Initial RTT in nanoseconds; 0 when not known.</param>
    /// <param name="nextSeqTime">When the highest sequence number passed.</param>
    public static uint Observe(
        in TcpSegment s, in SenderState fwd, in SenderState rev, ref UnusualSender unusual, ref UnusualSender reverse, long initialRtt,
        long nextSeqTime)
    {
        var mask = (s.IsReset ? Bit(Observation.Reset) : 0) | (s.Damaged ? Bit(Observation.BadChecksum) : 0);
        if (s.Length == 1 && s.Sequence == fwd.NextSeq && rev.Window == 0 && rev.Frames != 0)
        {
            mask |= Bit(Observation.ZeroWindowProbe);
        }
        else
        {
            mask |= ObserveWindowAndSequence(s, fwd, rev, ref unusual, reverse);
        }

        if (s.Acknowledgment != fwd.LastAck)
        {
            unusual.DupAcks = 0;
        }

        mask |= ObserveAckOfUnseen(s, rev, ref reverse);
        return mask | ObserveRepeat(s, fwd, rev, reverse, mask, initialRtt, nextSeqTime);
    }

    private static uint ObserveWindowAndSequence(in TcpSegment s, in SenderState fwd, in SenderState rev, ref UnusualSender unusual, in UnusualSender reverse)
    {
        uint mask = 0;
        if (s.Window == 0 && (s.Flags & Control) == 0)
        {
            mask |= Bit(Observation.ZeroWindow);
        }

        if (fwd.NextSeq != 0 && Greater(s.Sequence, fwd.NextSeq) && !s.IsReset)
        {
            mask |= Bit(Observation.PreviousSegmentNotCaptured);
        }

        if ((s.Flags & Control) != 0)
        {
            return mask;
        }

        if (s.Length <= 1 && s.Sequence == fwd.NextSeq - 1)
        {
            mask |= Bit(Observation.KeepAlive);
        }

        if (s.Length > 0)
        {
            return rev.IsScaleKnown ? mask | ObserveWindowEdge(s, fwd, rev) : mask;
        }

        return s.Sequence == fwd.NextSeq && s.Acknowledgment == fwd.LastAck ? mask | ObserveRepeatedAck(s, fwd, ref unusual, reverse) : mask;
    }

    private static uint ObserveWindowEdge(in TcpSegment s, in SenderState fwd, in SenderState rev)
    {
        var room = (int)(rev.LastAck + ((uint)rev.Window << rev.WindowShift) - (s.Sequence + (uint)s.Length));
        var full = fwd.Mss - s.TcpOptionsLength;
        return room == 0 ? Bit(Observation.WindowFull)
            : room > 0 && room < full && s.Length >= full ? Bit(Observation.WindowLimited)
            : 0;
    }

    // An empty segment with the sequence and acknowledgment number of the one before it.
    private static uint ObserveRepeatedAck(in TcpSegment s, in SenderState fwd, ref UnusualSender unusual, in UnusualSender reverse)
    {
        if (s.Window != fwd.Window)
        {
            return s.Window != 0 ? Bit(Observation.WindowUpdate) : 0;
        }

        if (s.Window == 0)
        {
            return (reverse.LastObservations & Bit(Observation.ZeroWindowProbe)) != 0 ? Bit(Observation.ZeroWindowProbeAck) : 0;
        }

        if ((reverse.LastObservations & Bit(Observation.KeepAlive)) != 0)
        {
            return Bit(Observation.KeepAliveAck);
        }

        unusual.DupAcks = unusual.DupAcks == -1 ? 1 : unusual.DupAcks + 1;
        return Bit(Observation.DuplicateAck);
    }

    private static uint ObserveAckOfUnseen(in TcpSegment s, in SenderState rev, ref UnusualSender reverse)
    {
        if (reverse.MaxSeqToBeAcked == 0 || !s.HasAck || !Greater(s.Acknowledgment, reverse.MaxSeqToBeAcked))
        {
            return 0;
        }

        // One report per hole: the boundary moves up to what was seen, or, when it is there already, the mark −1 silences repeats.
        if (Less(reverse.MaxSeqToBeAcked, rev.NextSeq))
        {
            reverse.MaxSeqToBeAcked = rev.NextSeq;
            return Bit(Observation.AckedUnseenSegment);
        }

        var first = reverse.DupAcks == 0;
        reverse.DupAcks = -1;
        return first ? Bit(Observation.AckedUnseenSegment) : 0;
    }

    private static uint ObserveRepeat(
        in TcpSegment s, in SenderState fwd, in SenderState rev, in UnusualSender reverse, uint mask, long initialRtt, long nextSeqTime)
    {
        if ((s.Length == 0 && (s.Flags & (TcpFlag.Syn | TcpFlag.Fin)) == 0) || (mask & Bit(Observation.KeepAlive)) != 0)
        {
            return 0;
        }

        // More than a byte from one below the highest number: new data after what was perhaps a probe.
        var notAdvanced = fwd.NextSeq != 0 && Less(s.Sequence, fwd.NextSeq) && !(s.Length > 1 && fwd.NextSeq - 1 == s.Sequence);
        if (s.Length > 0 && rev.LastAck != 0 && LessOrEqual(s.Sequence + (uint)s.Length, rev.LastAck))
        {
            return Bit(Observation.SpuriousRetransmission) | Bit(Observation.Retransmission);
        }

        if (!notAdvanced)
        {
            return 0;
        }

        // The mark −1 counts as many: Wireshark keeps the number unsigned.
        if ((uint)reverse.DupAcks >= 2 && rev.LastAck == s.Sequence && (ulong)(s.Time - reverse.LastTime) < FastRetransmissionNanoseconds)
        {
            return Bit(Observation.FastRetransmission) | Bit(Observation.Retransmission);
        }

        var threshold = initialRtt == 0 ? OutOfOrderNanoseconds : initialRtt;
        if ((ulong)(s.Time - nextSeqTime) < (ulong)threshold && fwd.NextSeq != s.SequenceEnd)
        {
            return Bit(Observation.OutOfOrder);
        }

        return Bit(Observation.Retransmission) | (s.IsSyn ? Bit(Observation.SynRetry) : 0);
    }
}

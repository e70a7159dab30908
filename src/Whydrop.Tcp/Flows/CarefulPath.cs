using System.Runtime.CompilerServices;
using Whydrop.Tcp.Artefacts;
using Whydrop.Tcp.Fates;
using Whydrop.Tcp.Observations;
using Whydrop.Tcp.Packets;
using Whydrop.Tcp.Talk;
using Whydrop.Wire;

namespace Whydrop.Tcp.Flows;

/// <summary>Everything that is not a clean segment: handshakes, closings, repeats, gaps, duplicate ACKs, windows, and whatever follows them until it is quiet again.</summary>
// SAFETY: records, openings and cold state live in slabs that never move, so a Direction stays good while connections are added.
internal sealed unsafe class CarefulPath
{
    private const uint DuplicateAckBit = 1u << (int)Observation.DuplicateAck;
    private readonly FlowEngine engine;
    private readonly CopyGate copies;

    public CarefulPath(FlowEngine engine)
    {
        this.engine = engine;
        copies = new CopyGate(engine, this);
    }

    /// <summary>Takes one segment.</summary>
    public void Take(ref TcpSegment s, int index, uint frameNumber, ReadOnlySpan<byte> frame)
    {
        var d = Look(index, s.FromHigh);
        if (StartsAnew(s, *d.FwdOpening))
        {
            if (copies.IsOldSyn(s, d, frameNumber, frame))
            {
                engine.LeaveOut();
                return;
            }

            index = engine.Open(ref s, frameNumber, frame);
            engine.Reuses++;
            d = Look(index, s.FromHigh);
            d.Opening->Bits |= FlowOpening.ReusedPorts;
            var reused = Unusual(d);
            (d.FromHigh ? ref reused->High : ref reused->Low).Counts[(int)Observation.PortReused]++;
        }

        if (IsSuspicious(s, *d.Fwd) && copies.IsCopy(s, d, frameNumber, frame))
        {
            engine.LeaveOut();
            return;
        }

        if ((s.Flags & (TcpFlag.Syn | TcpFlag.Ack)) == (TcpFlag.Syn | TcpFlag.Ack) && d.FwdOpening->Has(SenderOpening.BaseSet) && d.FwdOpening->Base != s.Sequence)
        {
            // A SYN-ACK with another initial sequence number: noted, but no new connection without a SYN.
            var reused = Unusual(d);
            ref var own = ref d.FromHigh ? ref reused->High : ref reused->Low;
            own.Counts[(int)Observation.PortReused]++;
            if (d.Fwd->Segments == 0)
            {
                // What came before was a challenge ACK (RFC 5961, 4.2) of an older connection: the numbers begin here.
                d.FwdOpening->Base = s.Sequence;
                d.Fwd->NextSeq = 0;
                own.MaxSeqToBeAcked = 0;
            }
        }

        if (s.IsSyn || d.Fwd->Segments == 0)
        {
            OpeningReader.Take(s, d, frameNumber, frame);
        }

        if (s.SackBlocks != 0)
        {
            copies.TakeDSack(s, d, frameNumber, frame);
            if (s.HasAck && Hearing.SaysTwice(s, frame))
            {
                var unusual = Unusual(d);
                (d.FromHigh ? ref unusual->High : ref unusual->Low).Counts[(int)Observation.DuplicateSack]++;
            }
        }

        uint mask = 0;
        if (d.Flow->Unusual != 0 || !IsOrdinaryControl(s, *d.Fwd, *d.Rev))
        {
            mask = Observe(s, d, frameNumber);
            TakeFates(s, d, mask, frameNumber, frame);
        }

        if ((s.Flags & (TcpFlag.Syn | TcpFlag.Fin | TcpFlag.Rst)) != 0)
        {
            engine.Controls.Take(s, d, frameNumber);
        }

        if (s.Time - d.Flow->LastTime >= PauseBook.Shortest && d.Flow->LastFrame != 0)
        {
            engine.Pauses.Take(s, d.Flow, index, mask, frameNumber);
        }

        Advance(s, d, mask, frameNumber);
        engine.Record(s, index, frameNumber, frame);
        if (d.Flow->Unusual < 0 && IsQuiet(d))
        {
            d.Flow->Unusual = -d.Flow->Unusual;
        }
    }

    /// <summary>Figures that a connection keeps once something was unusual on it.</summary>
    public void AfterClean(in TcpSegment s, int index)
    {
        var d = Look(index, s.FromHigh);
        var unusual = engine.Unusual[d.Flow->Unusual - 1];
        if ((unusual->LowBoard | unusual->HighBoard) != 0)
        {
            engine.Ledger.SentQuietly(s, d, s.FromHigh ? unusual->HighBoard : unusual->LowBoard);
        }
    }

    /// <summary>The cold state of a connection, made on first need.</summary>
    public UnusualFlow* Unusual(in Direction d)
    {
        if (d.Flow->Unusual == 0)
        {
            d.Flow->Unusual = -(engine.Unusual.Add() + 1);
            var fresh = engine.Unusual[-d.Flow->Unusual - 1];
            fresh->Low.MaxSeqToBeAcked = d.Flow->Low.NextSeq;
            fresh->High.MaxSeqToBeAcked = d.Flow->High.NextSeq;
        }
        else if (d.Flow->Unusual > 0)
        {
            d.Flow->Unusual = -d.Flow->Unusual;
            var quiet = engine.Unusual[-d.Flow->Unusual - 1];
            quiet->Low.MaxSeqToBeAcked = d.Flow->Low.NextSeq;
            quiet->High.MaxSeqToBeAcked = d.Flow->High.NextSeq;
        }

        return engine.Unusual[-d.Flow->Unusual - 1];
    }

    /// <summary>Whether the numbers of a damaged segment are near those of its connection: then the damage is elsewhere. Openings and resets have any.</summary>
    public static bool IsPlausible(in TcpSegment s, FlowRecord* flow)
    {
        const int near = 1 << 20;
        var fwd = s.FromHigh ? flow->High : flow->Low;
        return s.IsSyn || s.IsReset || fwd.Frames == 0
            || (Math.Abs((long)(int)(s.Sequence - fwd.NextSeq)) < near && Math.Abs((long)(int)(s.Acknowledgment - fwd.LastAck)) < near);
    }

    private static bool StartsAnew(in TcpSegment s, in SenderOpening opening) =>
        (s.Flags & (TcpFlag.Syn | TcpFlag.Ack)) == TcpFlag.Syn && opening.Has(SenderOpening.BaseSet) && opening.Base != s.Sequence;

    // Only a segment that advances nothing can be the same datagram again.
    private static bool IsSuspicious(in TcpSegment s, in SenderState fwd) =>
        fwd.Frames != 0 && SequenceNumber.LessOrEqual(s.SequenceEnd, fwd.NextSeq) && SequenceNumber.LessOrEqual(s.Acknowledgment, fwd.LastAck);

    // An empty segment of an ordinary handshake or closing: nothing can be observed on it.
    private static bool IsOrdinaryControl(in TcpSegment s, in SenderState fwd, in SenderState rev) =>
        s.Length == 0 && s.SackBlocks == 0 && !s.IsReset && !s.Damaged && (fwd.NextSeq == 0 || s.Sequence == fwd.NextSeq)
        && ((s.Flags & (TcpFlag.Syn | TcpFlag.Fin)) != 0 || (s.Window != 0 && s.Acknowledgment != fwd.LastAck))
        && (rev.NextSeq == 0 || !s.HasAck || SequenceNumber.LessOrEqual(s.Acknowledgment, rev.NextSeq));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Direction Look(int index, bool fromHigh)
    {
        var flow = engine.Table.Records[index];
        return new Direction
        {
            Flow = flow,
            Opening = engine.Table.Openings[index],
            Fwd = fromHigh ? &flow->High : &flow->Low,
            Rev = fromHigh ? &flow->Low : &flow->High,
            Index = index,
            FromHigh = fromHigh,
        };
    }

    private uint Observe(in TcpSegment s, in Direction d, uint frameNumber)
    {
        UnusualSender freshFwd = default;
        UnusualSender freshRev = default;
        freshFwd.MaxSeqToBeAcked = d.Fwd->NextSeq;
        freshRev.MaxSeqToBeAcked = d.Rev->NextSeq;
        ref var own = ref freshFwd;
        ref var other = ref freshRev;
        var existing = d.Flow->Unusual != 0;
        if (existing)
        {
            var unusual = Unusual(d);
            own = ref d.FromHigh ? ref unusual->High : ref unusual->Low;
            other = ref d.FromHigh ? ref unusual->Low : ref unusual->High;
        }

        var repeat = d.Fwd->NextSeq != 0 && SequenceNumber.Less(s.Sequence, d.Fwd->NextSeq);
        var nextSeqTime = !repeat ? 0 : own.NextSeqTimeFor == d.Fwd->NextSeq && own.NextSeqTime != 0 ? own.NextSeqTime : NextSeqTime(d);
        var mask = SegmentObserver.Observe(s, *d.Fwd, *d.Rev, ref own, ref other, d.Opening->InitialRttNanoseconds, nextSeqTime);
        if (!existing)
        {
            if (mask == 0 && own.DupAcks == 0 && other.DupAcks == 0)
            {
                return 0;
            }

            var unusual = Unusual(d);
            var (low, high) = d.FromHigh ? (freshRev, freshFwd) : (freshFwd, freshRev);
            unusual->Low = low;
            unusual->High = high;
            own = ref d.FromHigh ? ref unusual->High : ref unusual->Low;
            other = ref d.FromHigh ? ref unusual->Low : ref unusual->High;
        }

        own.Counts.Count(mask);
        own.LastObservations = mask;
        own.LastTime = s.Time;
        engine.ZeroWindows.Take(s, d, ref own, ref other, mask, frameNumber);
        if (mask >> (int)Observation.Reset != 0 && s.IsReset && own.ResetFrame == 0)
        {
            own.ResetFrame = frameNumber;
        }

        return mask;
    }

    // When the highest sequence number passed; long ago when the history does not know.
    private long NextSeqTime(in Direction d)
    {
        var past = engine.History[d.Flow->LastFrame];
        for (var steps = 0; past != null && steps < 4096; steps++)
        {
            if (past->FromHigh == d.FromHigh && past->SequenceEnd == d.Fwd->NextSeq && (past->Length > 0 || (past->Flags & (TcpFlag.Syn | TcpFlag.Fin)) != 0))
            {
                return past->Time;
            }

            past = engine.History[past->Previous];
        }

        return long.MinValue / 2;
    }

    private void TakeFates(in TcpSegment s, in Direction d, uint mask, uint frameNumber, ReadOnlySpan<byte> frame)
    {
        if (d.Flow->Unusual == 0 && (s.SackBlocks == 0 || !Ledger.NeedsHearing(s, d, isDupAck: false)))
        {
            return;
        }

        var unusual = Unusual(d);
        var dupAcks = d.FromHigh ? unusual->Low.DupAcks : unusual->High.DupAcks;
        engine.Ledger.Take(s, d, unusual, mask, dupAcks, frameNumber, frame, (mask & DuplicateAckBit) != 0);
    }

    private void Advance(in TcpSegment s, in Direction d, uint mask, uint frameNumber)
    {
        var fwd = d.Fwd;
        var rev = d.Rev;
        if ((rev->Bits & SenderState.Timing) != 0 && s.HasAck && SequenceNumber.LessOrEqual(rev->TimedEnd, s.Acknowledgment))
        {
            var sample = rev->TakeRttSample(s.Time);
            if (engine.IsFollowed(d.Flow, d.Index))
            {
                engine.AfterAcknowledgment(s, d.Index, sample);
            }
        }

        var probe = (mask & SegmentObserver.ProbeMask) != 0;
        if (s.Length > 0 && !probe)
        {
            var fresh = engine.CountData(s, d.Flow, fwd);
            if ((mask & (SegmentObserver.RetransmissionMask | SegmentObserver.Bit(Observation.OutOfOrder))) != 0)
            {
                fwd->Bits &= unchecked((byte)~SenderState.Timing); // Karn: what was sent twice is not timed.
            }
            else if ((mask & SegmentObserver.Bit(Observation.PreviousSegmentNotCaptured)) == 0 && (fresh || d.Flow->HighSentLast != d.FromHigh)
                && engine.IsFollowed(d.Flow, d.Index))
            {
                engine.Exchanges.Spoke(s, d, frameNumber);
            }
        }

        AdvanceSequence(s, d, mask);
        fwd->Bits = (byte)(s.IsSyn ? fwd->Bits | SenderState.FirstAck : fwd->Bits & ~SenderState.FirstAck);
        if (s.IsFin)
        {
            fwd->Bits |= SenderState.FinSeen;
        }

        if (s.HasAck)
        {
            // A RST without ACK carries no acknowledgment number (RFC 9293 §3.5.2).
            fwd->LastAck = s.Acknowledgment;
        }

        fwd->Window = s.Window;
        fwd->Ttl = s.Ttl;
        fwd->Frames++;
        engine.History.Append(s, frameNumber, d.Flow->LastFrame, probe);
        d.Flow->LastFrame = frameNumber;
        d.Flow->LastTime = s.Time;
        d.Flow->Spoke(d.FromHigh, s.Length > 0 && !probe);
    }

    private void AdvanceSequence(in TcpSegment s, in Direction d, uint mask)
    {
        if (s.Length > 0 && (mask & SegmentObserver.Bit(Observation.Retransmission)) != 0)
        {
            CountRepeated(s, d);
        }

        var zeroWindowProbe = (mask & SegmentObserver.Bit(Observation.ZeroWindowProbe)) != 0;
        var fwd = d.Fwd;
        var end = s.SequenceEnd;
        if (zeroWindowProbe)
        {
            return;
        }

        // A reset carries no data: a number ahead of the stream (an answer to a stray acknowledgment, RFC 9293, 3.5.2) is not its progress.
        var advanced = fwd->NextSeq == 0 || (SequenceNumber.Greater(end, fwd->NextSeq) && !s.IsReset);
        if (d.Flow->Unusual != 0)
        {
            var unusual = engine.Unusual[Math.Abs(d.Flow->Unusual) - 1];
            ref var own = ref d.FromHigh ? ref unusual->High : ref unusual->Low;
            if (advanced)
            {
                own.NextSeqTime = s.Time;
                own.NextSeqTimeFor = end;
            }

            if (s.Sequence == own.MaxSeqToBeAcked || own.MaxSeqToBeAcked == 0)
            {
                own.MaxSeqToBeAcked = advanced ? end : fwd->NextSeq;
            }
        }

        if (advanced)
        {
            fwd->NextSeq = end;
        }
    }

    // Without a board nobody else keeps count of bytes sent again.
    private void CountRepeated(in TcpSegment s, in Direction d)
    {
        var unusual = engine.Unusual[Math.Abs(d.Flow->Unusual) - 1];
        if ((d.FromHigh ? unusual->HighBoard : unusual->LowBoard) == 0)
        {
            (d.FromHigh ? ref unusual->High : ref unusual->Low).RepeatedBytes += Math.Min((uint)s.Length, d.Fwd->NextSeq - s.Sequence);
        }
    }

    private bool IsQuiet(in Direction d)
    {
        var unusual = engine.Unusual[-d.Flow->Unusual - 1];
        return unusual->Low.IsQuiet(d.Flow->Low.NextSeq) && unusual->High.IsQuiet(d.Flow->High.NextSeq)
            && unusual->Low.ZeroWindow.Since == 0 && unusual->High.ZeroWindow.Since == 0
            && engine.Ledger.IsIdle(unusual->LowBoard) && engine.Ledger.IsIdle(unusual->HighBoard);
    }
}

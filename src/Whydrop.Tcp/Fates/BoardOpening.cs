using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Observations;
using Whydrop.Wire;

namespace Whydrop.Tcp.Fates;

/// <summary>Brings a board up to date when it is needed: its place in the stream, and what is outstanding, from the frame history.</summary>
// SAFETY: boards, records and history pages never move; a frame that fell out of the history is answered with null and ends the walk.
internal sealed unsafe class BoardOpening(BoardList list, FateBook book, FrameHistory history, Sending sending)
{
    private const int MostOutstanding = 4096;
    private const int MostSteps = 1 << 18;
    private const int TimestampBytes = 12;
    private bool forgotten;
    private readonly uint[] frames = new uint[MostOutstanding];

    /// <summary>Makes a board active. The direction is that of the segment at hand; <paramref name="reverse"/> when the board is of the other end.</summary>
    public void Open(Board* b, in Direction d, bool reverse)
    {
        var fwd = reverse ? d.Rev : d.Fwd;
        var receiver = reverse ? d.Fwd : d.Rev;
        var opening = reverse ? d.RevOpening : d.FwdOpening;
        var first = !b->Opened;
        if (first)
        {
            b->Base = FirstByte(*opening, *receiver);
            b->Opened = true;
        }

        var next = b->Next64 + Unwrap(fwd->NextSeq - b->SequenceOf(b->Next64), fwd->Bytes - b->BytesAtIdle);
        var outstanding = receiver->LastAck == 0 ? (int)Math.Min(next, int.MaxValue) : (int)(fwd->NextSeq - receiver->LastAck);
        outstanding = Math.Max(0, (int)Math.Min(outstanding, next));
        b->UsualPayload = WireSegments.UsualPayload(
            *fwd, opening->Has(SenderOpening.HasMss) ? opening->Mss : 0, opening->Has(SenderOpening.TimestampSeen) ? TimestampBytes : 0,
            d.Flow->Key.IsIpv6 ? 60 : 40);
        b->Active = true;
        b->Next64 = b->Una64 = next - outstanding;
        b->RackTime = long.MinValue;
        b->TimeoutUpTo = long.MinValue;
        var una = b->SequenceOf(b->Una64);
        var count = Collect(b, d.Flow, una);
        if (first && b->Base != opening->Base + 1)
        {
            FillBeforeCapture(b, d.Flow, Ledger.OffsetOf(b, opening->Base + 1));
        }

        Import(b, d, fwd, count, next, counted: !first, AllowedWindow.Forbids(b, next, *receiver));
        if (first)
        {
            CountEarlier(b, d.Flow, *fwd, una);
        }
    }

    // Without a SYN the stream begins where the receiver stood, when that is before the first byte seen: a capture may begin amid a recovery.
    private static uint FirstByte(in SenderOpening opening, in SenderState receiver)
    {
        var seen = opening.Base + 1;
        var synSeen = (opening.Bits & (SenderOpening.SawSyn | SenderOpening.SawSynAck)) != 0;
        var before = seen - receiver.LastAck;
        return !synSeen && receiver.LastAck != 0 && before < AllowedWindow.Largest ? receiver.LastAck : seen;
    }

    // The first that was seen of this end is ahead of what the receiver had acknowledged: the rest was on its way when the capture began.
    private bool BeganAmid(Board* b, in Direction d, in PastFrame oldest)
    {
        var number = oldest.Previous;
        while (history[number] is var past && past != null)
        {
            if (past->FromHigh == b->FromHigh)
            {
                return false;
            }

            number = past->Previous;
        }

        return number == 0 && oldest.Time - d.Opening->First < Sending.RetransmissionTimeout;
    }

    private void FillBeforeCapture(Board* b, FlowRecord* flow, long upTo)
    {
        var missing = upTo - b->Next64;
        if (missing > 0)
        {
            _ = list.Append(b, new Transmission
            {
                Start = b->Next64,
                Length = (int)missing,
                Segments = (int)((missing + b->UsualPayload - 1) / b->UsualPayload),
                DatagramLength = b->UsualPayload,
                Marks = Transmission.Hole | Transmission.SuperPacket | Transmission.BeforeCapture,
                Time = flow->LastTime,
                Frame = flow->LastFrame,
            });
            b->Next64 = upTo;
        }
    }

    // The distance in the stream whose low 32 bits are known and whose size is nearly the bytes sent since. Never back: what was acknowledged
    // without having been seen is ahead of what was.
    private static long Unwrap(uint low, long near)
    {
        var wraps = (near - low + (1L << 31)) >> 32;
        return Math.Max(0, low + (wraps << 32));
    }

    // Frames that are not fully acknowledged, newest first.
    private int Collect(Board* b, FlowRecord* flow, uint una)
    {
        var count = 0;
        forgotten = false;
        var number = flow->LastFrame;
        for (var steps = 0; steps < MostSteps && count < MostOutstanding; steps++)
        {
            var past = history[number];
            if (past == null)
            {
                forgotten = number != 0;
                break;
            }

            if (past->FromHigh == b->FromHigh && past->Length > 0 && !past->IsProbe)
            {
                if (SequenceNumber.LessOrEqual(past->Sequence + (uint)past->Length, una))
                {
                    break;
                }

                frames[count++] = number;
            }

            number = past->Previous;
        }

        forgotten |= count == MostOutstanding;
        return count;
    }

    private void Import(Board* b, in Direction d, SenderState* fwd, int count, long next, bool counted, bool forbidden)
    {
        if (count > 0)
        {
            var oldest = history[frames[count - 1]];
            var begin = Math.Min(Ledger.OffsetOf(b, oldest->Sequence), next);
            if (!counted && BeganAmid(b, d, *oldest))
            {
                FillBeforeCapture(b, d.Flow, begin);
            }

            FillUnknown(b, d.Flow, begin, last: false, forbidden);
        }

        var ordinal = fwd->Segments - (uint)Math.Min(count, fwd->Segments);
        for (var i = count - 1; i >= 0; i--)
        {
            var past = history[frames[i]];
            var transmission = Make(b, *past, frames[i], *fwd, ordinal++, d.Flow->Key.IsIpv6);
            if (counted && !transmission.Is(Transmission.SizeUncertain))
            {
                book.CountDelivered(b, past->Time, past->Length, past->HeaderBytes, transmission.Is(Transmission.SuperPacket) ? transmission.DatagramLength : 0, past->DontFragment, -1);
            }

            CutAcknowledged(b, ref transmission);
            sending.Place(b, transmission, *fwd, 0);
        }

        FillUnknown(b, d.Flow, next, last: true, forbidden);
    }

    // A merged frame that is acknowledged in part: those segments are delivered.
    private void CutAcknowledged(Board* b, ref Transmission t)
    {
        var cut = (int)(b->Una64 - t.Start);
        if (cut <= 0 || cut >= t.Length)
        {
            return;
        }

        var limit = t.DatagramLength - t.HeaderBytes;
        t.Start += cut;
        t.Length -= cut;
        if (t.Is(Transmission.SuperPacket) && limit > 0)
        {
            if (!t.Is(Transmission.SizeUncertain))
            {
                book.CountDelivered(b, t.Time, cut, t.HeaderBytes, t.DatagramLength, t.Is(Transmission.DontFragment), 1);
            }

            t.Segments -= Math.Min(t.Segments - 1, (cut + limit - 1) / limit);
        }
    }

    // Bytes that are outstanding without a frame in the history: it no longer has it, or there never was one. A single last one is a FIN.
    private void FillUnknown(Board* b, FlowRecord* flow, long upTo, bool last, bool forbidden)
    {
        var missing = upTo - b->Next64;
        if (missing <= 0)
        {
            return;
        }

        var end = upTo;
        var finSeen = ((b->FromHigh ? flow->High.Bits : flow->Low.Bits) & SenderState.FinSeen) != 0;
        if (last && (missing == 1 || finSeen))
        {
            upTo--;
        }

        var payload = b->UsualPayload;
        while (b->Next64 < upTo)
        {
            var length = (int)Math.Min(upTo - b->Next64, 1 << 28);
            _ = list.Append(b, new Transmission
            {
                Start = b->Next64,
                Length = length,
                Segments = Math.Max(1, (length + payload - 1) / payload),
                Marks = (ushort)((forgotten ? Transmission.NoDetail : Transmission.Hole) | Transmission.SuperPacket
                    | (forbidden && !forgotten ? Transmission.BeyondWindow : 0)),
                DatagramLength = payload,
                Time = forgotten ? long.MinValue : flow->LastTime,
                Frame = forgotten ? 0 : flow->LastFrame,
                Number = 1,
            });
            b->Next64 += length;
        }

        b->Next64 = end;
    }

    private static Transmission Make(Board* b, in PastFrame past, uint number, in SenderState fwd, uint ordinal, bool ipv6)
    {
        var start = Ledger.OffsetOf(b, past.Sequence);
        var limit = fwd.Mss != 0 ? Math.Max(1, fwd.Mss - Math.Max(0, past.HeaderBytes - (ipv6 ? 60 : 40))) : Math.Max(1, 1500 - past.HeaderBytes);
        var merged = past.Length > limit && (fwd.Mss != 0 || past.IpLength > 9216 || past.IpLength != fwd.LargestDatagram);
        return new Transmission
        {
            Start = start,
            Length = past.Length,
            Segments = merged ? (past.Length + limit - 1) / limit : 1,
            Time = past.Time,
            Frame = number,
            TsVal = past.TsVal,
            IpId = past.IpId,
            Ttl = past.Ttl,
            HeaderBytes = (byte)past.HeaderBytes,
            DatagramLength = merged ? past.HeaderBytes + limit : past.IpLength,
            BytesInFlight = (uint)Math.Clamp(start - b->Una64, 0, uint.MaxValue),
            RttMicroseconds = fwd.Srtt,
            DataOrdinal = ordinal,
            Marks = (ushort)((past.HasTimestamp ? Transmission.HasTimestamp : 0) | (past.Damaged ? Transmission.Damaged : 0) | (past.DontFragment ? Transmission.DontFragment : 0)
                | (merged ? Transmission.SuperPacket : 0) | (merged && fwd.Mss == 0 ? Transmission.SizeUncertain : 0)),
        };
    }

    // What the direction sent before its first question: "everything up to X passes" includes it.
    private void CountEarlier(Board* b, FlowRecord* flow, in SenderState fwd, uint una)
    {
        var load = book.LoadOf(b);
        var number = flow->LastFrame;
        PastFrame* answer = null;
        for (var steps = 0; steps < MostSteps; steps++)
        {
            var past = history[number];
            if (past == null)
            {
                return;
            }

            if (past->FromHigh == b->FromHigh && past->Length > 0 && !past->IsProbe)
            {
                var t = Make(b, *past, number, fwd, 0, flow->Key.IsIpv6);
                if (answer != null && answer->Acknowledgment == past->SequenceEnd && answer->Time >= past->Time)
                {
                    load.Rtt(answer->Time, (answer->Time - past->Time) / 1000); // The acknowledgment that ends with this segment.
                    answer = null;
                }

                load.Sent(past->Time, t.Segments, past->Length + ((long)past->HeaderBytes * t.Segments));
                if (!t.Is(Transmission.SizeUncertain) && SequenceNumber.LessOrEqual(past->Sequence + (uint)past->Length, una))
                {
                    book.CountDelivered(b, past->Time, past->Length, past->HeaderBytes, t.Is(Transmission.SuperPacket) ? t.DatagramLength : 0, past->DontFragment, 1);
                }
            }

            else if (past->FromHigh != b->FromHigh && (past->Flags & TcpFlag.Ack) != 0)
            {
                answer = past;
            }

            number = past->Previous;
        }
    }
}

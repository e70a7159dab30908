using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Fates;

/// <summary>Enters data segments into a board: new bytes, bytes sent again, and bytes that come late into a hole.</summary>
// SAFETY: nodes never move when the list grows; a node that was removed is not read again.
internal sealed unsafe class Sending(BoardList list, FateBook book, CellJudge judge, Twins twins)
{
    /// <summary>Open transmissions of one direction; the oldest range gives way.</summary>
    public const int MostNodes = 4096;

    /// <summary>What was on its way when the capture began is acknowledged or sent again by then: RFC 6298 (2.4).</summary>
    public const long RetransmissionTimeout = 1_000_000_000;

    /// <summary>Takes a segment as it passes.</summary>
    public void Take(Board* b, in TcpSegment s, in Direction d, int dupAcks, uint frameNumber)
    {
        var start = Ledger.OffsetOf(b, s.Sequence);
        if (start - b->Next64 > AllowedWindow.Largest || start < 0)
        {
            EnterForeign(b, s, d, frameNumber);
            return;
        }

        var limit = WireSegments.PayloadLimit(s, *d.Fwd);
        var header = s.IpLength - s.Length;
        var transmission = new Transmission
        {
            Start = start,
            Length = s.Length,
            Segments = WireSegments.Count(s.Length, limit),
            Time = s.Time,
            Frame = frameNumber,
            TsVal = s.TsVal,
            TsEcr = s.TsEcr,
            IpId = (ushort)s.IpId,
            Ttl = s.Ttl,
            HeaderBytes = (byte)Math.Clamp(header, 0, 255),
            DatagramLength = limit == 0 ? s.IpLength : header + limit,
            BytesInFlight = (uint)Math.Clamp(Math.Min(start, b->Next64) - b->Una64, 0, uint.MaxValue),
            RttMicroseconds = d.Fwd->Srtt,
            DataOrdinal = d.Fwd->Segments,
            Marks = (ushort)((s.HasTimestamp ? Transmission.HasTimestamp : 0) | (s.Damaged ? Transmission.Damaged : 0) | (s.DontFragment ? Transmission.DontFragment : 0)
                | (limit != 0 ? Transmission.SuperPacket : 0) | (limit != 0 && d.Fwd->Mss == 0 ? Transmission.SizeUncertain : 0)
                | (start > b->Next64 && AllowedWindow.Forbids(b, start, *d.Rev) ? Transmission.BeyondWindow : 0)
                | (start > b->Next64 && BeganAmid(b, d, s.Time) ? Transmission.BeforeCapture : 0)),
        };
        book.LoadOf(b).Sent(s.Time, transmission.Segments, s.Length + ((long)header * transmission.Segments));
        Place(b, transmission, *d.Fwd, dupAcks);
        b->SentTime = s.Time;
        while (b->Count > MostNodes)
        {
            judge.GiveUpOldest(b, *d.Fwd);
            book.GivenUp++;
        }
    }

    /// <summary>The capture may have begun when the bytes that a segment of this time shows to be missing were on their way: those before them did not come by either.</summary>
    private static bool BeganAmid(Board* b, in Direction d, long time) =>
        (d.FwdOpening->Bits & (SenderOpening.SawSyn | SenderOpening.SawSynAck)) == 0 && time - d.Opening->First < RetransmissionTimeout
        && (d.Fwd->Bytes == 0 || d.Fwd->NextSeq != b->SequenceOf(b->Next64));

    /// <summary>Takes a RST that is numbered behind bytes which did not come by. Who ended a connection does not send more on it.</summary>
    public void TakeReset(Board* b, in TcpSegment s, in Direction d, uint frameNumber)
    {
        var upTo = Ledger.OffsetOf(b, s.Sequence);
        var again = b->Tail >= 0 && list[b->Tail]->Is(Transmission.BeforeReset);
        if (upTo > b->Next64 && !again && !AllowedWindow.Forbids(b, upTo, *d.Rev))
        {
            AppendHole(b, new Transmission
            {
                Time = s.Time,
                Frame = frameNumber,
                TsVal = s.TsVal,
                BytesInFlight = (uint)Math.Clamp(b->Next64 - b->Una64, 0, uint.MaxValue),
                RttMicroseconds = d.Fwd->Srtt,
                DataOrdinal = d.Fwd->Segments,
                Marks = Transmission.BeforeReset | Transmission.HasTimestamp,
            }, upTo);
        }
    }

    /// <summary>Puts a transmission where its bytes are, in as many pieces as it meets cells.</summary>
    public void Place(Board* b, in Transmission whole, in SenderState fwd, int dupAcks)
    {
        var position = whole.Start;
        var end = whole.End;
        var segments = whole.Segments;
        var again = false;
        while (position < end)
        {
            if (position >= b->Next64)
            {
                AppendNew(b, whole, position, segments);
                break;
            }

            var cell = list.FindCell(b, position);
            var pieceEnd = cell < 0 ? Math.Min(end, b->Next64) : Math.Min(end, list[cell]->Start > position ? list[cell]->Start : list[cell]->End);
            var piece = Piece(whole, position, pieceEnd, ref segments, pieceEnd == end);
            again |= cell < 0 || list[cell]->Start > position ? EnterDecided(b, piece) : PlaceInCell(b, cell, piece, fwd, dupAcks);
            position = pieceEnd;
        }

        if (again)
        {
            b->Retransmissions += (uint)Math.Max(1, whole.Segments - segments);
        }
    }

    private static Transmission Piece(in Transmission whole, long start, long end, ref int segments, bool last)
    {
        var piece = whole;
        piece.Start = start;
        piece.Length = (int)(end - start);
        var limit = whole.DatagramLength - whole.HeaderBytes;
        piece.Segments = last || !whole.Is(Transmission.SuperPacket) || limit <= 0 ? segments : Math.Min(segments, (piece.Length + limit - 1) / limit);
        segments -= piece.Segments;
        return piece;
    }

    private void AppendNew(Board* b, in Transmission whole, long position, int segments)
    {
        if (position > b->Next64)
        {
            AppendHole(b, whole, position);
        }

        var node = whole;
        node.Marks &= unchecked((ushort)~Transmission.BeforeCapture);
        node.Start = position;
        node.Length = (int)(whole.End - position);
        node.Segments = segments;
        node.Number = 1;
        _ = list.Append(b, node);
        b->Next64 = whole.End;
    }

    private void AppendHole(Board* b, in Transmission after, long upTo)
    {
        var payload = b->UsualPayload;
        var length = (int)(upTo - b->Next64);
        _ = list.Append(b, new Transmission
        {
            Start = b->Next64,
            Length = length,
            Segments = (length + payload - 1) / payload,
            Time = after.Time,
            Frame = after.Frame,
            TsVal = after.TsVal,
            IpId = after.IpId,
            DatagramLength = payload,
            BytesInFlight = after.BytesInFlight,
            RttMicroseconds = after.RttMicroseconds,
            DataOrdinal = after.DataOrdinal,
            Marks = (ushort)(Transmission.Hole | Transmission.SuperPacket | (after.Marks & (Transmission.HasTimestamp | Transmission.BeyondWindow | Transmission.BeforeReset | Transmission.BeforeCapture))),
        });
        b->Next64 = upTo;
    }

    // Bytes that were decided before: the receiver has what it acknowledged; of what was given up nothing is known.
    private bool EnterDecided(Board* b, in Transmission piece)
    {
        b->RepeatedBytes += piece.Length;
        var has = piece.End <= b->Una64;
        var node = piece;
        if (book.WasOvertaken(b, piece))
        {
            node.Number = 1;
            book.Enter(b, node, Fate.Reordered, has, b->LastHeardFrame, false, unique: true);
            return true;
        }

        if (has && twins.CameBefore(b, piece))
        {
            node.Number = 1;
            book.Enter(b, node, Fate.Duplicated, proven: true, b->LastHeardFrame, false, unique: false);
            return false;
        }

        node.Number = 2;
        node.Recovery = RecoveryKind.Of(Recovery.Unknown);
        book.Enter(b, node, has ? Fate.RetransmittedNeedlessly : Fate.Unknown, has, b->LastHeardFrame, false, unique: false);
        return true;
    }

    private bool PlaceInCell(Board* b, int cell, in Transmission piece, in SenderState fwd, int dupAcks)
    {
        if (list[cell]->Start < piece.Start)
        {
            list.Divide(b, cell, piece.Start);
            cell = list.FindCell(b, piece.Start);
        }

        if (list[cell]->End > piece.End)
        {
            list.Divide(b, cell, piece.End);
        }

        var last = list.LastOfCell(cell);
        var previous = list[last];
        var node = piece;
        if (previous->Is(Transmission.Hole))
        {
            return FillHole(b, cell, ref node, fwd, dupAcks);
        }

        b->RepeatedBytes += piece.Length;
        var late = list[cell]->Is(Transmission.Hole)
            && LateArrival.IsOlder(list[cell]->Is(Transmission.HasTimestamp), list[cell]->TsVal, list[cell]->IpId, previous->TsVal, piece);
        if (late)
        {
            list.Remove(b, cell);
            previous->Number = Math.Max(previous->Number, (byte)2);
            node.Marks |= Transmission.Late;
        }

        node.Number = late ? (byte)1 : (byte)Math.Min(previous->Number + 1, byte.MaxValue);
        node.Recovery = late ? RecoveryKind.None : RecoveryKind.Of(RecoveryClassifier.Classify(b, *previous, node, fwd, dupAcks));
        var stamped = previous->IpId == piece.IpId && piece.IpId != 0 && previous->TsVal == piece.TsVal && previous->Is(Transmission.HasTimestamp) == piece.Is(Transmission.HasTimestamp);
        var same = previous->Frame != 0 && (stamped || (node.Recovery == RecoveryKind.Of(Recovery.Unknown) && twins.CameBefore(b, node)));
        if (same)
        {
            node.Marks |= Transmission.SameDatagram;
        }

        if (node.Recovery == RecoveryKind.Of(Recovery.TailLossProbe) && node.Segments > 0)
        {
            book.PointOf(b).TailLossProbes++;
        }
        else if (node.Recovery == RecoveryKind.Of(Recovery.Timeout))
        {
            b->TimeoutUpTo = Math.Max(b->TimeoutUpTo, b->Next64);
        }

        // What was acknowledged before it was sent again: the acknowledgment is not for this copy.
        node.Marks |= (ushort)(previous->Marks & (Transmission.Acked | Transmission.AckedAtHead));
        (node.AckedTime, node.AckedFrame, node.AckedTsEcr) = (previous->AckedTime, previous->AckedFrame, previous->AckedTsEcr);
        _ = list.InsertAfter(b, last, node);
        return !same;
    }

    private bool FillHole(Board* b, int cell, ref Transmission node, in SenderState fwd, int dupAcks)
    {
        var hole = list[cell];
        var noSuchBytes = hole->Is(Transmission.BeforeCapture) || (hole->Is(Transmission.BeyondWindow) && !hole->Is(Transmission.Acked));
        var late = !noSuchBytes && LateArrival.WasOvertaken(*hole, node, fwd, dupAcks);
        node.Number = 1;
        if (noSuchBytes)
        {
            node.Marks &= unchecked((ushort)~Transmission.BeyondWindow);
        }
        else if (late)
        {
            node.Marks |= Transmission.Late;
        }
        else
        {
            hole->Marks |= Transmission.LostUpstream;
            node.Recovery = RecoveryKind.Of(RecoveryClassifier.ClassifyFill(b, *hole, node, fwd, dupAcks));
        }

        var acked = (ushort)(hole->Marks & (Transmission.Acked | Transmission.AckedAtHead));
        node.Marks |= acked;
        (node.AckedTime, node.AckedFrame, node.AckedTsEcr) = (hole->AckedTime, hole->AckedFrame, hole->AckedTsEcr);
        _ = list.InsertAfter(b, cell, node);
        if (late || noSuchBytes)
        {
            list.Remove(b, cell);
        }

        return !late && !noSuchBytes;
    }

    // Sequence numbers of another stream: nothing can be said of these bytes.
    private void EnterForeign(Board* b, in TcpSegment s, in Direction d, uint frameNumber) => book.Enter(
        b,
        new Transmission
        {
            Start = Ledger.OffsetOf(b, s.Sequence),
            Length = s.Length,
            Segments = WireSegments.Count(s.Length, WireSegments.PayloadLimit(s, *d.Fwd)),
            Time = s.Time,
            Frame = frameNumber,
            DatagramLength = s.IpLength,
            Marks = Transmission.NoDetail,
        },
        Fate.Unknown, false, 0, false, true);
}

using System.Buffers.Binary;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Observations;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Fates;

/// <summary>What the receiver says: cumulative ACK, SACK blocks (RFC 2018), D-SACK (RFC 2883). It marks transmissions; the judge decides.</summary>
// SAFETY: a node is read again after each division of the list, which adds nodes but moves none; frame bytes are read as bounds-checked spans.
internal sealed unsafe class Hearing(BoardList list, FateBook book, CellJudge judge)
{
    private const int MostMarkedPerAck = 256;

    /// <summary>No round trip takes that long unless the measured ones say so: the smallest retransmission time-out in use.</summary>
    private const long LongAfter = 200_000_000;

    /// <summary>More do not fit beside timestamps (RFC 2018, 3): a full option may leave blocks out.</summary>
    private const int MostBlocksWithTimestamps = 3;

    /// <summary>Takes an acknowledgment for what the board's sender sent.</summary>
    public void Take(Board* b, in TcpSegment s, in Direction d, uint frameNumber, ReadOnlySpan<byte> frame, bool isDupAck)
    {
        var word = new Word(s.Time, frameNumber, s.TsEcr, s.HasTimestamp, (d.Rev->MinRtt == 0 ? 0 : d.Rev->MinRtt - 1) * 500L, s.SackBlocks >= MostBlocksWithTimestamps,
            Math.Max(LongAfter, d.Rev->Srtt * 4000L), SequenceNumber.LessOrEqual(s.Sequence, d.Rev->LastAck) ? s.TsVal : 0);
        b->LastHeardFrame = frameNumber;
        if (Ledger.OffsetOf(b, s.Acknowledgment) > b->Next64 && AllowedWindow.Forbids(b, Ledger.OffsetOf(b, s.Acknowledgment), *d.Fwd))
        {
            return; // Another connection's numbers (RFC 5961, 5): nothing of it is about these bytes.
        }

        TakeCumulative(b, s.Acknowledgment, word);
        if (s.SackBlocks > 0 && !TakeSack(b, s, frame, word))
        {
            word = word with { MayOmitBlocks = true };
        }

        MarkMissing(b, word, isDupAck);
        b->HeardTime = s.Time;
        judge.Sweep(b, word.Time, *d.Rev);
    }

    /// <summary>Of bytes that are all decided: a D-SACK may still say that more of them arrived than it seemed.</summary>
    public void TakeAfterwards(Board* b, in TcpSegment s, uint frameNumber, ReadOnlySpan<byte> frame)
    {
        if (SaysTwice(s, frame) && Block(s, 0, frame) is var (left, right))
        {
            book.TakeDSack(b, Ledger.OffsetOf(b, left), Ledger.OffsetOf(b, right), frameNumber);
        }
    }

    private void TakeCumulative(Board* b, uint acknowledgment, in Word word)
    {
        var una = b->Una64 + (int)(acknowledgment - b->SequenceOf(b->Una64));
        if (una <= b->Una64)
        {
            return;
        }

        if (una > b->Next64)
        {
            TakeUnseen(b, una, word);
        }

        var head = b->Una64;
        while (b->FirstUnacked >= 0 && list[b->FirstUnacked]->Start < una)
        {
            var cell = b->FirstUnacked;
            if (list[cell]->End > una)
            {
                list.Divide(b, cell, una);
            }

            MarkAcked(b, cell, word, list[cell]->Start == head);
            b->FirstUnacked = list[list.LastOfCell(cell)]->Next;
        }

        b->Una64 = una;
    }

    // Acknowledged beyond anything that passed here. A single byte is a FIN or a probe's byte that was not counted as data.
    private void TakeUnseen(Board* b, long una, in Word word)
    {
        var length = una - b->Next64;
        if (length > 1)
        {
            var hole = list.Append(b, new Transmission
            {
                Start = b->Next64,
                Length = (int)Math.Min(length, int.MaxValue),
                Segments = (int)Math.Max(1, (length + b->UsualPayload - 1) / b->UsualPayload),
                DatagramLength = b->UsualPayload,
                Time = word.Time,
                Frame = word.Frame,
                Marks = Transmission.Hole | Transmission.SuperPacket,
            });
            if (b->FirstUnacked < 0)
            {
                b->FirstUnacked = hole;
            }
        }

        b->Next64 = una;
    }

    private void MarkAcked(Board* b, int cell, in Word word, bool atHead)
    {
        var last = list.LastOfCell(cell);
        for (var node = cell; ; node = list[node]->Next)
        {
            var n = list[node];
            if (!n->Is(Transmission.Acked))
            {
                n->Marks |= (ushort)(Transmission.Acked | (atHead && word.HasTimestamp ? Transmission.AckedAtHead : 0));
                n->AckedTime = word.Time;
                n->AckedFrame = word.Frame;
                n->AckedTsEcr = word.TsEcr;
                TakeDelivered(b, *n, node == cell && node == last, node == last, word);
            }

            if (node == last)
            {
                return;
            }
        }
    }

    // RFC 8985, 6.2 step 2: a copy that is answered sooner than a round trip may not be the one that is answered.
    private static void TakeDelivered(Board* b, in Transmission n, bool only, bool last, in Word word)
    {
        if (!n.Is(Transmission.Hole) && (only || (last && word.Time - n.Time >= word.HalfMinRtt * 2)) && n.Time > b->RackTime)
        {
            b->RackTime = n.Time;
        }
    }

    // False when a block was not taken that may cover something that passed here.
    private bool TakeSack(Board* b, in TcpSegment s, ReadOnlySpan<byte> frame, in Word word)
    {
        var understood = true;
        for (var i = 0; i < s.SackBlocks && i < 4; i++)
        {
            if (s.SackOffset + (8 * (i + 1)) > frame.Length)
            {
                return false;
            }

            if (Block(s, i, frame) is not var (left, right))
            {
                continue;
            }

            if (i == 0 && IsDSack(s, left, right, frame))
            {
                TakeDSack(b, Ledger.OffsetOf(b, left), Ledger.OffsetOf(b, right), word.Frame);
            }
            else if (SequenceNumber.Greater(right, s.Acknowledgment))
            {
                understood &= TakeBlock(b, i, left, right, word);
            }
        }

        return understood;
    }

    private static (uint Left, uint Right)? Block(in TcpSegment s, int place, ReadOnlySpan<byte> frame)
    {
        var at = s.SackOffset + (8 * place);
        if (place >= s.SackBlocks || at + 8 > frame.Length)
        {
            return null;
        }

        var left = BinaryPrimitives.ReadUInt32BigEndian(frame[at..]);
        var right = BinaryPrimitives.ReadUInt32BigEndian(frame[(at + 4)..]);
        return SequenceNumber.Less(left, right) ? (left, right) : null;
    }

    /// <summary>It reports bytes that came twice.</summary>
    public static bool SaysTwice(in TcpSegment s, ReadOnlySpan<byte> frame) => Block(s, 0, frame) is var (left, right) && IsDSack(s, left, right, frame);

    // RFC 2883, 4: the first block is below the cumulative ACK, or inside the second block.
    private static bool IsDSack(in TcpSegment s, uint left, uint right, ReadOnlySpan<byte> frame)
    {
        if (SequenceNumber.LessOrEqual(right, s.Acknowledgment))
        {
            return true;
        }

        var second = s.SackOffset + 8;
        return s.SackBlocks > 1 && second + 8 <= frame.Length
            && SequenceNumber.LessOrEqual(BinaryPrimitives.ReadUInt32BigEndian(frame[second..]), left)
            && SequenceNumber.LessOrEqual(right, BinaryPrimitives.ReadUInt32BigEndian(frame[(second + 4)..]));
    }

    private void TakeDSack(Board* b, long left, long right, uint frame)
    {
        var node = list.FindCell(b, left);
        if (node < 0 || list[node]->Start >= right)
        {
            book.TakeDSack(b, left, right, frame);
            return;
        }

        for (var marked = 0; node >= 0 && list[node]->Start < right && marked < MostMarkedPerAck; marked++)
        {
            var last = list.LastOfCell(node);
            list[last]->DSacks = (byte)Math.Min(list[last]->DSacks + 1, byte.MaxValue);
            node = list[last]->Next;
        }
    }

    private bool TakeBlock(Board* b, int place, uint left, uint right, in Word word)
    {
        var (from, to) = (Ledger.OffsetOf(b, left), Ledger.OffsetOf(b, right));
        if (to > b->Next64 || from < b->Una64 - (1L << 31))
        {
            return from >= b->Next64; // It names bytes that were never sent: numbers rewritten on the way, or not seen here. Nothing is concluded.
        }

        // A block that only grew is looked at from where it ended before.
        for (var i = 0; i < 4; i++)
        {
            if (b->Cache[2 * i] == left && SequenceNumber.LessOrEqual(b->Cache[(2 * i) + 1], right) && b->Cache[(2 * i) + 1] != 0)
            {
                from = Math.Max(from, Ledger.OffsetOf(b, b->Cache[(2 * i) + 1]));
            }
        }

        b->Cache[2 * place] = left;
        b->Cache[(2 * place) + 1] = right;
        var node = from < to ? list.FindCell(b, from) : -1;
        while (node >= 0 && list[node]->Start < to)
        {
            if (list[node]->Start < from)
            {
                list.Divide(b, node, from);
                node = list.FindCell(b, from);
            }

            if (list[node]->End > to)
            {
                list.Divide(b, node, to);
            }

            MarkAcked(b, node, word, atHead: false);
            node = list[list.LastOfCell(node)]->Next;
        }

        return true;
    }

    // RACK (RFC 8985, 6.2 step 5): something sent later has arrived, so what is still not acknowledged is missing there.
    private void MarkMissing(Board* b, in Word word, bool isDupAck)
    {
        var node = b->FirstUnacked;
        for (var marked = 0; node >= 0 && marked < MostMarkedPerAck; marked++)
        {
            var n = list[node];
            if (n->MissingFrame == 0 && !n->Is(Transmission.Acked) && IsMissing(b, *n, word, isDupAck))
            {
                n->MissingFrame = word.Frame;
                n->MissingTime = word.Time;
                n->MissingTsVal = word.TsVal;
            }

            if (n->Time > b->RackTime && n->Time != long.MinValue && !isDupAck)
            {
                return;
            }

            node = n->Next;
        }
    }

    private bool IsMissing(Board* b, in Transmission n, in Word word, bool isDupAck)
    {
        // Whatever the receiver sends carries its next expected byte: long after the transmission it still waits for it.
        if (n.Start == b->Una64 && !n.Is(Transmission.Hole) && n.Time != long.MinValue && word.Time - n.Time >= word.Patience)
        {
            return true;
        }

        if (word.MayOmitBlocks && n.Start != b->Una64)
        {
            return false;
        }

        // Asked by a RST that is not the next number it expects, it says which one is (RFC 5961, 3.2).
        if (n.Is(Transmission.BeforeReset) && n.Start == b->Una64)
        {
            return true;
        }

        if (b->RackTime > n.Time || (b->RackTime == n.Time && n.Is(Transmission.Hole)))
        {
            return true;
        }

        // Without SACK: a duplicate ACK says that something sent after the first missing byte arrived.
        return isDupAck && n.Start == b->Una64 && n.Number <= 1 && n.Time + word.HalfMinRtt <= word.Time && b->Tail >= 0 && list[b->Tail]->Start > n.Start;
    }

    /// <param name="TsVal">Its stamp, which is echoed from then on; 0 where it need not be: behind bytes that were not acknowledged yet (RFC 7323, 4.3).</param>
    private readonly record struct Word(long Time, uint Frame, uint TsEcr, bool HasTimestamp, long HalfMinRtt, bool MayOmitBlocks, long Patience, uint TsVal);
}

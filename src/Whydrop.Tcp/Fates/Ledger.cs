using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Facts;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Memory;
using Whydrop.Tcp.Observations;
using Whydrop.Tcp.Packets;
using Whydrop.Wire;

namespace Whydrop.Tcp.Fates;

/// <summary>
/// The byte-range ledger: opens a <see cref="Board"/> when something is in question on a direction, feeds it with what was sent and what
/// the receiver said, and closes it when everything is decided. Directions without questions have no board: their bytes were delivered.
/// </summary>
// SAFETY: boards live in a slab that never moves, so a pointer stays good while more are added; number 0 is no board.
internal sealed unsafe class Ledger : IDisposable
{
    private const int MostStepsBack = 512;
    private const uint ProbeBits = SegmentObserver.ProbeMask;
    private readonly FrameHistory history;
    private readonly NativeSlab<Board> boards = new();
    private readonly BoardList list = new();
    private readonly Sending sending;
    private readonly Hearing hearing;
    private readonly BoardOpening openingOf;

    public Ledger(FlowTable table, FrameHistory history, List<PointTally> points, int mostRows)
    {
        this.history = history;
        Book = new FateBook(table, points, mostRows);
        var judge = new CellJudge(list, Book);
        sending = new Sending(list, Book, judge, new Twins(table, history));
        hearing = new Hearing(list, Book, judge);
        openingOf = new BoardOpening(list, Book, history, sending);
        Judge = judge;
    }

    public FateBook Book { get; }

    public CellJudge Judge { get; }

    /// <summary>The board with this number (from 1); null for 0.</summary>
    public Board* BoardOf(int number) => number == 0 ? null : boards[number - 1];

    public bool IsIdle(int number) => number == 0 || !boards[number - 1]->Active;

    /// <summary>Takes a segment of the careful path: what it says of the other direction, then what it sends itself.</summary>
    public void Take(
        in TcpSegment s, in Direction d, UnusualFlow* unusual, uint mask, int dupAcks, uint frameNumber, ReadOnlySpan<byte> frame, bool isDupAck)
    {
        ref var reverseBoard = ref d.FromHigh ? ref unusual->LowBoard : ref unusual->HighBoard;
        ref var ownBoard = ref d.FromHigh ? ref unusual->HighBoard : ref unusual->LowBoard;
        if (s.HasAck && !s.IsReset && !s.IsSyn && (IsActive(reverseBoard) || NeedsHearing(s, d, isDupAck)))
        {
            if (d.Fwd->LastAck == 0 && SequenceNumber.LessOrEqual(s.Acknowledgment, d.RevOpening->Base))
            {
                d.Fwd->LastAck = s.Acknowledgment; // The first word of the receiver: it stands before all that was seen.
            }

            var b = Active(ref reverseBoard, d, reverse: true);
            hearing.Take(b, s, d, frameNumber, frame, isDupAck);
            CloseIfDecided(b, d.Rev);
        }
        else if (reverseBoard != 0 && s.SackBlocks > 0)
        {
            hearing.TakeAfterwards(boards[reverseBoard - 1], s, frameNumber, frame);
        }

        if (s.IsReset && reverseBoard != 0)
        {
            boards[reverseBoard - 1]->ReceiverReset = true;
        }

        var data = s.Length > 0 && (mask & ProbeBits) == 0 && !s.IsSyn;
        if (IsActive(ownBoard) || (data && d.Fwd->NextSeq != 0 && d.Rev->Frames != 0 && s.Sequence != d.Fwd->NextSeq))
        {
            var b = Active(ref ownBoard, d, reverse: false);
            if (data)
            {
                sending.Take(b, s, d, dupAcks, frameNumber);
            }

            if (s.IsFin)
            {
                b->Next64 = Math.Max(b->Next64, OffsetOf(b, s.SequenceEnd));
            }
        }

        // Whoever aborts sends SND.NXT (RFC 9293, 3.10.5): what lies between was sent, and did not come by.
        if (s.IsReset && s.HasAck && d.Fwd->NextSeq != 0 && SequenceNumber.Greater(s.Sequence, d.Fwd->NextSeq) && IsOfItsSender(s, d))
        {
            sending.TakeReset(Active(ref ownBoard, d, reverse: false), s, d, frameNumber);
        }
    }

    /// <summary>It carries the clock of its sender on, and echoes that of the other end: nobody on the way makes such a RST.</summary>
    private bool IsOfItsSender(in TcpSegment s, in Direction d)
    {
        var (own, echoed) = (false, false);
        var number = d.Flow->LastFrame;
        for (var steps = 0; steps < MostStepsBack && s.HasTimestamp && !(own && echoed) && history[number] is var past && past != null; steps++, number = past->Previous)
        {
            if (!past->HasTimestamp || (past->Flags & TcpFlag.Rst) != 0)
            {
                continue; // Other RSTs are as doubtful: who forges one forges several.
            }

            if (past->FromHigh == d.FromHigh && !own)
            {
                if (SequenceNumber.Less(s.TsVal, past->TsVal))
                {
                    return false;
                }

                own = true;
            }

            echoed |= past->FromHigh != d.FromHigh && past->TsVal == s.TsEcr;
        }

        return own && echoed;
    }

    /// <summary>A clean data segment of a connection that has boards: only sizes and load are kept.</summary>
    public void SentQuietly(in TcpSegment s, in Direction d, int number)
    {
        if (number == 0 || s.Length == 0)
        {
            return;
        }

        var b = boards[number - 1];
        var limit = WireSegments.PayloadLimit(s, *d.Fwd);
        var header = s.IpLength - s.Length;
        if (limit == 0 || d.Fwd->Mss != 0)
        {
            Book.CountDelivered(b, s.Time, s.Length, header, limit == 0 ? 0 : header + limit, s.DontFragment, 1);
        }

        var segments = WireSegments.Count(s.Length, limit);
        Book.LoadOf(b).Sent(s.Time, segments, s.Length + ((long)header * segments));
    }

    /// <summary>A round trip was measured from data of a board's sender to its acknowledgment.</summary>
    public void Measured(int number, long time, uint microseconds)
    {
        if (number != 0 && boards[number - 1]->Opened && microseconds <= int.MaxValue)
        {
            Book.LoadOf(boards[number - 1]).Rtt(time, microseconds);
        }
    }

    /// <summary>The first sighting of a datagram that turned out to go round in circles.</summary>
    public void MarkLooped(in Direction d, UnusualFlow* unusual, in PastFrame past, uint frame)
    {
        if (past.Length == 0 || d.Rev->Frames == 0)
        {
            return;
        }

        var b = Active(ref d.FromHigh ? ref unusual->HighBoard : ref unusual->LowBoard, d, reverse: false);
        for (var node = b->Head; node >= 0; node = list[node]->Next)
        {
            if (list[node]->Frame == frame)
            {
                list[node]->Marks |= Transmission.Looped;
            }
        }

        CloseIfDecided(b, d.Fwd);
    }

    /// <summary>A copy that its receiver reported as received twice: unless the bytes were sent twice, the network duplicated it.</summary>
    /// <param name="copy">The second sighting.</param>
    /// <param name="copyFrame">Its frame.</param>
    /// <param name="d">Direction of the report.</param>
    /// <param name="unusual">Cold state of the connection.</param>
    /// <param name="reportFrame">Frame of the report.</param>
    public void EnterDuplicate(in TcpSegment copy, uint copyFrame, in Direction d, UnusualFlow* unusual, uint reportFrame)
    {
        var b = Active(ref d.FromHigh ? ref unusual->LowBoard : ref unusual->HighBoard, d, reverse: true);
        var cell = list.FindCell(b, OffsetOf(b, copy.Sequence));
        if (cell < 0 || list.LastOfCell(cell) == cell)
        {
            var segments = WireSegments.Count(copy.Length, WireSegments.PayloadLimit(copy, *d.Rev));
            d.Rev->Segments += (uint)segments;
            d.Rev->Bytes += copy.Length;
            d.Rev->Frames++;
            b->RepeatedBytes += copy.Length;
            b->BytesAtIdle += copy.Length;
            Book.Enter(
                b,
                new Transmission
                {
                    Start = OffsetOf(b, copy.Sequence),
                    Length = copy.Length,
                    Segments = segments,
                    Time = copy.Time,
                    Frame = copyFrame,
                    IpId = (ushort)copy.IpId,
                    Ttl = copy.Ttl,
                    HeaderBytes = (byte)Math.Clamp(copy.IpLength - copy.Length, 0, 255),
                    DatagramLength = segments == 1 ? copy.IpLength : copy.IpLength - copy.Length + WireSegments.PayloadLimit(copy, *d.Rev),
                    Number = 1,
                    RttMicroseconds = d.Rev->Srtt,
                    DataOrdinal = d.Rev->Segments,
                    Marks = (ushort)((copy.DontFragment ? Transmission.DontFragment : 0) | (segments > 1 ? Transmission.SuperPacket : 0)),
                },
                Fate.Duplicated, proven: true, reportFrame, neverDelivered: false, unique: false);
        }

        CloseIfDecided(b, d.Rev);
    }

    /// <summary>Opens the board of a direction if it has none yet, for what is still outstanding at the end of the capture.</summary>
    public Board* Active(ref int number, in Direction d, bool reverse)
    {
        if (number == 0)
        {
            number = boards.Add() + 1;
            var fresh = boards[number - 1];
            fresh->Flow = d.Index;
            fresh->FromHigh = d.FromHigh ^ reverse;
            fresh->Head = fresh->Tail = fresh->FirstUnacked = -1;
        }

        var b = boards[number - 1];
        if (!b->Active)
        {
            openingOf.Open(b, d, reverse);
        }

        return b;
    }

    /// <summary>Decides everything that is left on a board, at the end of the capture or of the connection.</summary>
    public void Finish(Board* b, in SenderState fwd, long captureEnd)
    {
        if (b != null && b->Active)
        {
            Judge.Flush(b, fwd, captureEnd);
            b->Active = false;
            b->BytesAtIdle = fwd.Bytes;
        }
    }

    public void Dispose()
    {
        boards.Dispose();
        list.Dispose();
        Book.Dispose();
    }

    /// <summary>Stream offset of a sequence number near the end of what was sent.</summary>
    public static long OffsetOf(Board* b, uint sequence) => b->Next64 + (int)(sequence - b->SequenceOf(b->Next64));

    private bool IsActive(int number) => number != 0 && boards[number - 1]->Active;

    /// <summary>Whether an acknowledgment puts something in question that the other end sent.</summary>
    public static bool NeedsHearing(in TcpSegment s, in Direction d, bool isDupAck)
    {
        if (d.Rev->NextSeq == 0 || d.Rev->Segments == 0)
        {
            return false;
        }

        var outstanding = SequenceNumber.Less(s.Acknowledgment, d.Rev->NextSeq);
        return (outstanding && (s.SackBlocks > 0 || isDupAck)) || SequenceNumber.Greater(s.Acknowledgment, d.Rev->NextSeq);
    }

    private static void CloseIfDecided(Board* b, SenderState* fwd)
    {
        if (b->Head < 0)
        {
            b->Active = false;
            b->BytesAtIdle = fwd->Bytes;
            b->Cache = default;
        }
    }
}

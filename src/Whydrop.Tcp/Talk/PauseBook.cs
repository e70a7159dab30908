using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Memory;
using Whydrop.Tcp.Observations;
using Whydrop.Tcp.Packets;
using Whydrop.Wire;

namespace Whydrop.Tcp.Talk;

/// <summary>
/// Silences of connections. While something is open (bytes not acknowledged, data of the client not answered with data, an opening, a window of
/// 0), a silence counts that neither the round trip explains nor ends before the smallest retransmission timer could: at least 30 ms, and
/// twice the round trip or the round trip and 150 ms, whichever is less (Linux times out no sooner than 200 ms, delays no ACK longer than
/// that). With nothing open it counts from a second on. The longest of each connection are kept.
/// </summary>
// SAFETY: rows, stories, records and openings live in slabs that never move; numbers of rows count from 1, 0 is none.
internal sealed unsafe class PauseBook(FrameHistory history, FlowTable table, StoryBook stories, NativeSlab<UnusualFlow> unusual, int most, int mostCleanFlows) : IDisposable
{
    /// <summary>Nothing shorter is a pause, in nanoseconds.</summary>
    public const long Shortest = 30_000_000;

    /// <summary>Of one connection, while something was open.</summary>
    public const int MostOpen = 48;

    /// <summary>Of one connection, while nothing was open.</summary>
    public const int MostIdle = 16;

    private const long Idle = 1_000_000_000;
    private const long Timer = 150_000_000;

    // RFC 6298, 2.1: the first round trip is not known, and the timer is a second.
    private const long FirstTimer = 1_000_000_000;
    private const long SmallestTimeout = 200_000_000;
    private const int IdleShare = 4;
    private readonly NativeSlab<PauseRow> rows = new();
    private int idle;

    /// <summary>Pauses beyond the limits.</summary>
    public long NotKept { get; private set; }

    public int RowCount => rows.Count;

    public PauseRow* this[int index] => rows[index];

    /// <summary>A segment breaks a silence of at least <see cref="Shortest"/>; it has not changed the state of its connection yet.</summary>
    public void Take(in TcpSegment s, FlowRecord* flow, int index, uint mask, uint frameNumber)
    {
        var duration = s.Time - flow->LastTime;
        if (duration < Shortest || IsOver(flow, frameNumber))
        {
            return;
        }

        var again = (mask & (SegmentObserver.RetransmissionMask | SegmentObserver.Bit(Observation.OutOfOrder))) != 0;
        var open = IsOpen(flow, index, again);
        if (duration < (open ? Enough(flow, index, again) : Idle))
        {
            return;
        }

        if (!open && idle >= most / IdleShare)
        {
            NotKept++;
            return;
        }

        var row = Describe(flow, index, duration, open);
        row.EndFrame = frameNumber;
        row.EndedBy = End(s, mask, again);
        row.Marks |= s.FromHigh ? PauseRow.EndedFromHigh : (byte)0;
        Add(row, index, reserve: 0);
    }

    /// <summary>The capture ended: a silence that lasted until then.</summary>
    public void Finish(FlowRecord* flow, int index, long captureEnd)
    {
        var duration = captureEnd - flow->LastTime;
        if (duration < SmallestTimeout || IsOver(flow, 0))
        {
            return;
        }

        var open = IsOpen(flow, index, again: true);
        if (duration < (open ? Enough(flow, index, again: true) : Idle) || (!open && flow->Unusual == 0 && index >= mostCleanFlows))
        {
            return; // A quiet connection that will not be listed has nobody to tell it to.
        }

        Add(Describe(flow, index, duration, open), index, reserve: most / 4);
    }

    public void Dispose() => rows.Dispose();

    // Nothing more was expected of it, before the frame at hand.
    private bool IsOver(FlowRecord* flow, uint frameNumber)
    {
        if (flow->Unusual != 0)
        {
            var cold = unusual[Math.Abs(flow->Unusual) - 1];
            if ((cold->Low.ResetFrame != 0 && cold->Low.ResetFrame != frameNumber) || (cold->High.ResetFrame != 0 && cold->High.ResetFrame != frameNumber))
            {
                return true;
            }
        }

        return (flow->Low.Bits & flow->High.Bits & SenderState.FinSeen) != 0 && flow->Low.NextSeq == flow->High.LastAck && flow->High.NextSeq == flow->Low.LastAck;
    }

    private bool IsOpen(FlowRecord* flow, int index, bool again) =>
        IsOwed(flow->Low, flow->High, again) || IsOwed(flow->High, flow->Low, again)
        || (IsClosedWindow(flow->Low) && flow->High.Frames != 0) || (IsClosedWindow(flow->High) && flow->Low.Frames != 0)
        || IsAsked(flow, index);

    // A sender whose other end was never seen: only its own repeats, or an opening, say that it waits.
    private static bool IsOwed(in SenderState sender, in SenderState other, bool again) =>
        sender.Frames != 0 && (other.Frames == 0 || other.LastAck == 0
            ? (sender.Bits & SenderState.FirstAck) != 0 || (sender.Bytes != 0 && (again || other.Frames != 0))
            : (int)(sender.NextSeq - other.LastAck) > 0);

    private static bool IsClosedWindow(in SenderState sender) => sender.Frames != 0 && sender.Window == 0;

    // Data of the client, and none of the server since. Once there is no room for quiet connections, one whose ports tell the client is not
    // looked up for it: that costs a cache line.
    private bool IsAsked(FlowRecord* flow, int index)
    {
        const int firstEphemeral = 32768; // net.ipv4.ip_local_port_range
        var guess = flow->Key.PortHigh > flow->Key.PortLow;
        var told = idle >= most / IdleShare && (flow->Key.PortHigh >= firstEphemeral) != (flow->Key.PortLow >= firstEphemeral);
        var clientHigh = told ? guess : (table.Openings[index]->Bits & FlowOpening.ClientHigh) != 0;
        var server = clientHigh ? flow->Low : flow->High;
        return flow->HighSentLast == clientHigh && (clientHigh ? flow->High.Segments : flow->Low.Segments) != 0
            && server.Frames != 0 && (server.Bits & SenderState.FinSeen) == 0;
    }

    private long Enough(FlowRecord* flow, int index, bool again)
    {
        var opening = table.Openings[index];
        var legs = flow->Low.MinRtt == 0 || flow->High.MinRtt == 0 ? 0 : (flow->Low.MinRtt + (long)flow->High.MinRtt - 2) * 1000;
        long handshake = opening->InitialRttNanoseconds;
        var roundTrip = legs == 0 ? handshake : handshake == 0 ? legs : Math.Min(legs, handshake);
        if (roundTrip == 0 && flow->Low.Segments + flow->High.Segments == 0 && !again)
        {
            return FirstTimer;
        }

        return Math.Max(Shortest, Math.Min(2 * roundTrip, roundTrip + Timer));
    }

    private PauseRow Describe(FlowRecord* flow, int index, long duration, bool open)
    {
        var past = history[flow->LastFrame];
        var lastFromHigh = past != null ? past->FromHigh : flow->HighSpokeLast;
        var (low, high) = (Outstanding(flow->Low, flow->High), Outstanding(flow->High, flow->Low));
        return new PauseRow
        {
            Start = flow->LastTime,
            Duration = duration,
            LowWindow = Window(flow->Low),
            HighWindow = Window(flow->High),
            Flow = index,
            StartFrame = flow->LastFrame,
            LastLength = past != null ? past->Length : LastLength(flow, lastFromHigh, lastFromHigh ? high : low),
            LowOutstanding = low,
            HighOutstanding = high,
            EndedBy = PauseEnd.EndOfCapture,
            Marks = (byte)((lastFromHigh ? PauseRow.LastFromHigh : 0) | (flow->HighSentLast ? PauseRow.DataFromHigh : 0) | (open ? PauseRow.Open : 0)),
        };
    }

    // The frame history has moved on. Who speaks last without having sent data last sent a bare acknowledgment; else it was a full segment at most.
    private static int LastLength(FlowRecord* flow, bool lastFromHigh, uint outstanding) =>
        lastFromHigh != flow->HighSentLast ? 0 : (int)Math.Min(outstanding, lastFromHigh ? flow->High.LargestDatagram : flow->Low.LargestDatagram);

    private static uint Outstanding(in SenderState sender, in SenderState other)
    {
        if (sender.Frames == 0 || sender.Bytes == 0)
        {
            return 0;
        }

        if (other.LastAck == 0)
        {
            return (uint)Math.Min(sender.Bytes, uint.MaxValue);
        }

        var open = (int)(sender.NextSeq - other.LastAck) - ((sender.Bits & SenderState.FinSeen) != 0 ? 1 : 0);
        return (uint)Math.Max(0, open);
    }

    private static long Window(in SenderState sender) =>
        sender.Frames == 0 || (!sender.IsScaleKnown && sender.Window != 0) ? -1 : sender.Window == 0 ? 0 : (long)sender.Window << sender.WindowShift;

    private static PauseEnd End(in TcpSegment s, uint mask, bool again)
    {
        if (s.IsReset || s.IsSyn)
        {
            return s.IsReset ? PauseEnd.Reset : PauseEnd.Handshake;
        }

        if ((mask & SegmentObserver.ProbeMask) != 0)
        {
            return PauseEnd.Probe;
        }

        if (s.Length > 0 || s.IsFin)
        {
            return again ? PauseEnd.Retransmission : s.IsFin && s.Length == 0 ? PauseEnd.Fin : PauseEnd.NewData;
        }

        return (mask & SegmentObserver.Bit(Observation.WindowUpdate)) != 0 ? PauseEnd.WindowUpdate : PauseEnd.Acknowledgment;
    }

    // Most of the room is for silences in which something was open, and some beyond it for those that never ended.
    private void Add(PauseRow row, int index, int reserve)
    {
        var open = row.Is(PauseRow.Open);
        var opening = table.Openings[index];
        var story = stories.Find(opening);
        if (story != null && (open ? story->OpenPauses >= MostOpen : story->IdlePauses >= MostIdle))
        {
            ReplaceShortest(story, row, open);
            return;
        }

        if (rows.Count >= most + reserve || (!open && idle >= most / IdleShare))
        {
            NotKept++;
            return;
        }

        story = stories.Of(opening);
        row.Next = story->FirstPause;
        var added = rows.Add();
        *rows[added] = row;
        story->FirstPause = added + 1;
        _ = open ? story->OpenPauses++ : story->IdlePauses++;
        idle += open ? 0 : 1;
    }

    private void ReplaceShortest(FlowStory* story, PauseRow row, bool open)
    {
        NotKept++;
        ref var bound = ref open ? ref story->ShortestOpen : ref story->ShortestIdle;
        if (row.Duration <= bound)
        {
            return;
        }

        PauseRow* shortest = null;
        var second = long.MaxValue;
        for (var number = story->FirstPause; number != 0; number = rows[number - 1]->Next)
        {
            var kept = rows[number - 1];
            if (kept->Is(PauseRow.Open) != open)
            {
                continue;
            }

            if (shortest == null || kept->Duration < shortest->Duration)
            {
                second = shortest == null ? second : shortest->Duration;
                shortest = kept;
            }
            else
            {
                second = Math.Min(second, kept->Duration);
            }
        }

        if (row.Duration <= shortest->Duration)
        {
            bound = shortest->Duration;
            return;
        }

        row.Next = shortest->Next;
        *shortest = row;
        bound = Math.Min(second, row.Duration);
    }
}

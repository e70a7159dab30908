using Whydrop.Tcp.Fates;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Memory;
using Whydrop.Tcp.Observations;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Talk;

/// <summary>
/// How long the applications took. A segment is looked at when the other end sent the last data, or when all its sender sent was acknowledged;
/// what came before it is read from the frame history. While bytes are missing nothing is timed: that time is the network's.
/// </summary>
/// <param name="most">Connections whose times are kept; 0 when none are asked for.</param>
// SAFETY: rows, stories and openings live in slabs that never move; numbers of rows count from 1, 0 is none; the history answers null for what it
// no longer has.
internal sealed unsafe class ExchangeBook(FrameHistory history, StoryBook stories, NativeSlab<UnusualFlow> unusual, Ledger ledger, int most) : IDisposable
{
    private const int MostSteps = 64;
    private const long SmallestReaction = 1_000_000;
    private const int EthernetPayload = 1448;
    private readonly NativeSlab<ExchangeRow> rows = new();

    /// <summary>Connections without room for their times.</summary>
    public long NotKept { get; private set; }

    public int RowCount => rows.Count;

    public ExchangeRow* this[int index] => rows[index];

    /// <summary>New data of an end whose earlier data was acknowledged, or after data of the other end. Its connection has not been moved on yet.</summary>
    public void Spoke(in TcpSegment s, in Direction d, uint frameNumber)
    {
        if (most == 0)
        {
            return;
        }

        if (d.Rev->Segments != 0 && d.Flow->HighSentLast != d.FromHigh)
        {
            TakeTurn(s, d, frameNumber);
        }
        else if (d.Flow->HighSentLast == d.FromHigh && d.Fwd->Segments > 1)
        {
            TakeWait(s, d);
        }
    }

    /// <summary>The timed data of the other end is acknowledged.</summary>
    /// <param name="s">The acknowledgment.</param>
    /// <param name="d">Its direction.</param>
    /// <param name="microseconds">Time since the data passed.</param>
    public void Acknowledged(in TcpSegment s, in Direction d, uint microseconds)
    {
        if (most == 0 || d.FromClient || microseconds > int.MaxValue || IsMending(d.Flow))
        {
            return;
        }

        var row = Row(d);
        if (row == null || (row->BareAcks && s.Length > 0))
        {
            return;
        }

        if (s.Length == 0 && !row->BareAcks)
        {
            row->BareAcks = true; // The stack's own word: those that waited for an answer are forgotten.
            row->Acks = default;
        }

        row->Acks.Add(microseconds * 1000L);
    }

    public void Dispose() => rows.Dispose();

    private void TakeTurn(in TcpSegment s, in Direction d, uint frameNumber)
    {
        var row = Row(d);
        if (row == null)
        {
            return;
        }

        row->Exchanges += d.FromClient ? 0 : 1;
        var last = LastData(d.Flow);
        if (last == null || last->FromHigh == d.FromHigh || s.Time < last->Time || IsMending(d.Flow))
        {
            return;
        }

        var elapsed = s.Time - last->Time;
        if (d.FromClient)
        {
            row->Requests.Add(elapsed);
            row->MaxRequest = Math.Max(row->MaxRequest, elapsed);
            return;
        }

        row->Answers.Add(elapsed);
        if (row->MaxAnswerFrame == 0 || elapsed > row->MaxAnswer)
        {
            row->MaxAnswer = elapsed;
            row->MaxAnswerFrame = frameNumber;
        }
    }

    // The last frame is the bare acknowledgment of a small segment, and the next one follows at once: within a round trip, as it may have been
    // seen far from its sender.
    private void TakeWait(in TcpSegment s, in Direction d)
    {
        var acknowledgment = history[d.Flow->LastFrame];
        if (acknowledgment == null || acknowledgment->FromHigh == d.FromHigh || acknowledgment->Length > 0 || acknowledgment->Acknowledgment != s.Sequence)
        {
            return;
        }

        var small = history[acknowledgment->Previous];
        if (small == null || small->FromHigh != d.FromHigh || small->Length == 0 || small->IsProbe || small->SequenceEnd != s.Sequence || !IsSmall(*small, *d.Fwd))
        {
            return;
        }

        var reaction = s.Time - acknowledgment->Time;
        if (reaction < 0 || reaction > Math.Max(SmallestReaction, d.Opening->InitialRttNanoseconds) || reaction >= s.Time - small->Time || IsMending(d.Flow))
        {
            return;
        }

        var row = Row(d);
        if (row != null)
        {
            row->SmallWaits++;
            row->Waits.Add(s.Time - small->Time);
        }
    }

    private static bool IsSmall(in PastFrame past, in SenderState sender)
    {
        const int headers = 40;
        var full = sender.Mss != 0 ? sender.Mss - Math.Max(0, past.HeaderBytes - headers) : EthernetPayload;
        return past.Length < full;
    }

    private PastFrame* LastData(FlowRecord* flow)
    {
        var past = history[flow->LastFrame];
        for (var steps = 0; past != null && steps < MostSteps; steps++)
        {
            if (past->Length > 0 && !past->IsProbe)
            {
                return past;
            }

            past = history[past->Previous];
        }

        return null;
    }

    // Bytes of either end are in question.
    private bool IsMending(FlowRecord* flow)
    {
        if (flow->Unusual == 0)
        {
            return false;
        }

        var cold = unusual[Math.Abs(flow->Unusual) - 1];
        return !ledger.IsIdle(cold->LowBoard) || !ledger.IsIdle(cold->HighBoard);
    }

    private ExchangeRow* Row(in Direction d)
    {
        var story = stories.Find(d.Opening);
        if (story != null && story->Exchange != 0)
        {
            return rows[story->Exchange - 1];
        }

        if (rows.Count >= most)
        {
            NotKept++;
            return null;
        }

        story = stories.Of(d.Opening);
        story->Exchange = rows.Add() + 1;
        rows[story->Exchange - 1]->Flow = d.Index;
        return rows[story->Exchange - 1];
    }
}

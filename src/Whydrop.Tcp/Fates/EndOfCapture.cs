using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Facts;
using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Observations;
using Whydrop.Tcp.Talk;

namespace Whydrop.Tcp.Fates;

/// <summary>Closes the account of every connection when the capture ends: open boards are judged, what was never answered stays unknown.</summary>
// SAFETY: indices run below the counts of slabs that never move; the history answers null for what it no longer has.
internal sealed unsafe class EndOfCapture(FlowEngine engine)
{
    private const int MostSteps = 1 << 16;

    public void Finish()
    {
        for (var index = 0; index < engine.Table.Count; index++)
        {
            var flow = engine.Table.Records[index];
            Finish(index, flow, fromHigh: false);
            Finish(index, flow, fromHigh: true);
            var end = engine.Points[flow->Key.Point].Last;
            if (end - flow->LastTime >= PauseBook.Shortest)
            {
                engine.Pauses.Finish(flow, index, end);
            }

            if (flow->Unusual != 0)
            {
                engine.ZeroWindows.Finish(engine.Unusual[Math.Abs(flow->Unusual) - 1], engine.Table.Openings[index], index, end);
            }

            if (flow->Unusual != 0 || ControlBook.IsUnanswered(flow))
            {
                engine.Controls.Finish(flow, engine.Table.Openings[index], index);
            }
        }
    }

    private void Finish(int index, FlowRecord* flow, bool fromHigh)
    {
        var fwd = fromHigh ? &flow->High : &flow->Low;
        var rev = fromHigh ? &flow->Low : &flow->High;
        if (fwd->Segments == 0)
        {
            return;
        }

        var point = engine.Points[flow->Key.Point];
        if (rev->Frames == 0)
        {
            // Nobody heard the receiver: nothing is known of any of it.
            point.Count(Fate.Unknown, fwd->Segments, fwd->Bytes, fwd->Bytes - RepeatedBytes(flow, fromHigh));
            return;
        }

        var unusual = flow->Unusual == 0 ? null : engine.Unusual[Math.Abs(flow->Unusual) - 1];
        var outstanding = rev->LastAck == 0 ? 1 : (int)(fwd->NextSeq - rev->LastAck) - ((fwd->Bits & SenderState.FinSeen) != 0 ? 1 : 0);
        var board = unusual == null ? 0 : fromHigh ? unusual->HighBoard : unusual->LowBoard;
        if (board != 0)
        {
            FinishBoard(index, flow, fwd, rev, unusual, fromHigh, outstanding > 0, point.Last);
        }
        else
        {
            var repeated = RepeatedBytes(flow, fromHigh) - (outstanding > 0 ? CountOutstanding(flow, *fwd, *rev, fromHigh, point) : 0);
            point.DeliveredAgainBytes += Math.Max(0, repeated);
        }
    }

    private void FinishBoard(int index, FlowRecord* flow, SenderState* fwd, SenderState* rev, UnusualFlow* unusual, bool fromHigh, bool outstanding, long end)
    {
        ref var number = ref fromHigh ? ref unusual->HighBoard : ref unusual->LowBoard;
        if (engine.Ledger.IsIdle(number) && outstanding)
        {
            var d = new Direction
            {
                Flow = flow, Opening = engine.Table.Openings[index], Fwd = fwd, Rev = rev, Index = index, FromHigh = fromHigh,
            };
            _ = engine.Ledger.Active(ref number, d, reverse: false);
        }

        engine.Ledger.Finish(engine.Ledger.BoardOf(number), *fwd, end);
    }

    private long RepeatedBytes(FlowRecord* flow, bool fromHigh)
    {
        if (flow->Unusual == 0)
        {
            return 0;
        }

        var unusual = engine.Unusual[Math.Abs(flow->Unusual) - 1];
        return fromHigh ? unusual->High.RepeatedBytes : unusual->Low.RepeatedBytes;
    }

    // Returns the bytes among them that are there more than once.
    private long CountOutstanding(FlowRecord* flow, in SenderState fwd, in SenderState rev, bool fromHigh, PointTally point)
    {
        var (segments, bytes, unique) = (0L, 0L, 0L);
        var lowest = fwd.NextSeq;
        var number = flow->LastFrame;
        var payload = Math.Max(1, fwd.Mss != 0 ? (int)fwd.Mss : 1460);
        for (var steps = 0; steps < MostSteps; steps++)
        {
            var past = engine.History[number];
            if (past == null)
            {
                // Too long ago: what is missing is estimated in segments, exact in bytes.
                var rest = Math.Max(0, (long)(fwd.NextSeq - rev.LastAck) - bytes - ((fwd.Bits & SenderState.FinSeen) != 0 ? 1 : 0));
                rest = number == 0 ? 0 : Math.Min(rest, fwd.Bytes - bytes);
                segments += Math.Min((rest + payload - 1) / payload, fwd.Segments - segments);
                bytes += rest;
                unique += rest;
                break;
            }

            if (past->FromHigh == fromHigh && past->Length > 0 && !past->IsProbe)
            {
                var end = past->Sequence + (uint)past->Length;
                if (rev.LastAck != 0 && SequenceNumber.LessOrEqual(end, rev.LastAck))
                {
                    break;
                }

                segments += past->Length > payload ? (past->Length + payload - 1) / payload : 1;
                bytes += past->Length;
                unique += Math.Clamp((int)(Earlier(lowest, end) - past->Sequence), 0, past->Length);
                lowest = Earlier(lowest, past->Sequence);
            }

            number = past->Previous;
        }

        point.Count(Fate.Unknown, Math.Min(segments, fwd.Segments), bytes, unique);
        return bytes - unique;
    }

    private static uint Earlier(uint x, uint y) => SequenceNumber.Less(x, y) ? x : y;
}

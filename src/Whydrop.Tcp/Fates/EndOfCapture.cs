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
        var (segments, bytes, unique) = Unjudged.Of(engine, flow, fromHigh);
        if (bytes > 0)
        {
            point.Count(Fate.Unknown, segments, bytes, unique);
        }

        if (rev->Frames == 0)
        {
            return;
        }

        var unusual = flow->Unusual == 0 ? null : engine.Unusual[Math.Abs(flow->Unusual) - 1];
        var board = unusual == null ? 0 : fromHigh ? unusual->HighBoard : unusual->LowBoard;
        if (board != 0)
        {
            FinishBoard(index, flow, fwd, rev, unusual, fromHigh, Unjudged.IsOutstanding(*fwd, *rev), point.Last);
        }
        else
        {
            point.DeliveredAgainBytes += Math.Max(0, Unjudged.RepeatedBytes(engine, flow, fromHigh) - (bytes - unique));
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
}

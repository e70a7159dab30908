using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Observations;

namespace Whydrop.Tcp.Fates;

/// <summary>What a direction sent that nobody acknowledged to the end and no scoreboard holds: its fate is unknown, and only counted.</summary>
// SAFETY: records are of slabs that never move; the history answers null for what it no longer has.
internal static unsafe class Unjudged
{
    private const int MostSteps = 1 << 16;

    public static (long Segments, long Bytes, long Unique) Of(FlowEngine engine, FlowRecord* flow, bool fromHigh)
    {
        var fwd = fromHigh ? &flow->High : &flow->Low;
        var rev = fromHigh ? &flow->Low : &flow->High;
        if (fwd->Segments == 0)
        {
            return default;
        }

        if (rev->Frames == 0)
        {
            // Nobody heard the receiver: nothing is known of any of it.
            return (fwd->Segments, fwd->Bytes, fwd->Bytes - RepeatedBytes(engine, flow, fromHigh));
        }

        return Board(engine, flow, fromHigh) != 0 || !IsOutstanding(*fwd, *rev) ? default : Outstanding(engine, flow, *fwd, *rev, fromHigh);
    }

    /// <summary>Data was sent beyond what is acknowledged; also when nothing was acknowledged here at all.</summary>
    public static bool IsOutstanding(in SenderState fwd, in SenderState rev) =>
        rev.LastAck == 0 || (int)(fwd.NextSeq - rev.LastAck) - ((fwd.Bits & SenderState.FinSeen) != 0 ? 1 : 0) > 0;

    public static long RepeatedBytes(FlowEngine engine, FlowRecord* flow, bool fromHigh)
    {
        if (flow->Unusual == 0)
        {
            return 0;
        }

        var unusual = engine.Unusual[Math.Abs(flow->Unusual) - 1];
        return fromHigh ? unusual->High.RepeatedBytes : unusual->Low.RepeatedBytes;
    }

    private static int Board(FlowEngine engine, FlowRecord* flow, bool fromHigh)
    {
        var unusual = flow->Unusual == 0 ? null : engine.Unusual[Math.Abs(flow->Unusual) - 1];
        return unusual == null ? 0 : fromHigh ? unusual->HighBoard : unusual->LowBoard;
    }

    private static (long Segments, long Bytes, long Unique) Outstanding(FlowEngine engine, FlowRecord* flow, in SenderState fwd, in SenderState rev, bool fromHigh)
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

        return (Math.Min(segments, fwd.Segments), bytes, unique);
    }

    private static uint Earlier(uint x, uint y) => SequenceNumber.Less(x, y) ? x : y;
}

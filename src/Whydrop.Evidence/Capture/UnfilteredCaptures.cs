using Whydrop.Evidence.Stack;

namespace Whydrop.Evidence.Capture;

/// <summary>Captures that had no filter. Nobody writes a filter down, but what a capture kept shows whether it had one.</summary>
public static class UnfilteredCaptures
{
    /// <summary>Captures that kept address resolution or group membership, which only a capture without a filter does, or all that their device counted.</summary>
    /// <param name="facts">Facts of the case.</param>
    /// <param name="sourceOf">From the number of a capture to that of the vantage point's first: several files of one ring are one.</param>
    /// <returns>Numbers by <paramref name="sourceOf"/>.</returns>
    public static HashSet<int> Find(FactSet facts, Func<int, int> sourceOf) =>
    [
        .. facts.Of<NeighbourQuery>().Select(q => sourceOf(q.Capture)),
        .. facts.Of<CaptureSummary>().Where(s => s.GroupMessages > 0).Select(s => sourceOf(s.Capture)),
        .. HoldingAll(facts, sourceOf),
    ];

    /// <summary>They hold exactly as many frames as their device received and sent between two readings around them: a filter would have left some out.</summary>
    private static IEnumerable<int> HoldingAll(FactSet facts, Func<int, int> sourceOf)
    {
        var grown = facts.Of<CounterDelta>().Where(d => d.Name is "Link.RxPackets" or "Link.TxPackets").DistinctBy(d => (d.At, d.Name)).ToLookup(d => d.At, d => d.Delta);
        return facts.Of<CaptureSummary>().Where(s => !s.AnyDevice).GroupBy(s => sourceOf(s.Capture)).Where(g =>
        {
            long[] counted = [.. grown[g.First().At]];
            return counted.Length == 2 && counted.Sum() is > 0 and var all && g.Sum(s => s.Frames) == all;
        }).Select(g => g.Key);
    }
}

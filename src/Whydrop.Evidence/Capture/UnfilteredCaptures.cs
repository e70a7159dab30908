using Whydrop.Evidence.Stack;

namespace Whydrop.Evidence.Capture;

/// <summary>Captures that had no filter and kept both directions. Nobody writes a filter down, but what a capture kept shows whether it had one.</summary>
public static class UnfilteredCaptures
{
    /// <summary>
    /// Captures that kept address resolution or group membership, which only a capture without a filter does, and something in both directions
    /// (<c>tcpdump -Q</c> keeps one); or all that their device counted.
    /// </summary>
    /// <param name="facts">Facts of the case.</param>
    /// <param name="sourceOf">From the number of a capture to that of the vantage point's first: several files of one ring are one.</param>
    /// <returns>Numbers by <paramref name="sourceOf"/>.</returns>
    public static HashSet<int> Find(FactSet facts, Func<int, int> sourceOf) =>
    [
        .. Unasked(facts).Select(sourceOf).Intersect(BothWays(facts).Select(sourceOf)),
        .. HoldingAll(facts, sourceOf),
    ];

    private static IEnumerable<int> Unasked(FactSet facts) =>
        facts.Of<NeighbourQuery>().Select(q => q.Capture).Concat(facts.Of<CaptureSummary>().Where(s => s.GroupMessages > 0).Select(s => s.Capture));

    private static IEnumerable<int> BothWays(FactSet facts)
    {
        // Where the frames of all devices are one, both ends of what the host forwards come in: only what it said itself and was told went both ways.
        var mixed = facts.Of<CaptureSummary>().Where(s => s is { AnyDevice: true, At.Interface: null }).Select(s => s.Capture).ToHashSet();
        var own = facts.Of<InterfaceAddress>().ToLookup(a => a.At.Stack, a => a.Address);
        var answered = facts.Of<NeighbourQuery>().Where(q => q is { Asked: > 0, Answered: > 0 } && !q.Asker.Equals(q.Target)
            && (!mixed.Contains(q.Capture) || own[q.At.Stack].Any(a => a.Equals(q.Asker) || a.Equals(q.Target))));
        return answered.Select(q => q.Capture).Concat(facts.Of<CaptureSummary>().Where(s => s.TwoSidedFlows > 0 && !mixed.Contains(s.Capture)).Select(s => s.Capture));
    }

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

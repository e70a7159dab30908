using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Clocks;

/// <summary>Every clock against the one where most paths begin.</summary>
internal static class ClockFacts
{
    /// <summary>One fact for each capture file; none when nothing was followed.</summary>
    /// <param name="starts">Where each path begins.</param>
    public static IEnumerable<ClockComparison> Of(CaseFlows flows, IReadOnlyList<Sighting> starts, ClockTable clocks)
    {
        if (starts.Count == 0)
        {
            yield break;
        }

        var reference = starts.GroupBy(s => s.Source).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First().Key;
        var summaries = flows.Summaries.Where(s => flows.SourceOf(s.Capture) >= 0).GroupBy(s => flows.SourceOf(s.Capture)).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => g.OrderBy(s => s.Capture).ToArray());
        if (!summaries.TryGetValue(reference, out var own))
        {
            yield break;
        }

        var first = own.Min(s => s.First)?.UnixNanoseconds ?? 0;
        var last = own.Max(s => s.Last)?.UnixNanoseconds ?? first;
        foreach (var (source, points) in summaries)
        {
            var error = clocks.Error(reference, source);
            yield return new ClockComparison(
                points[0].At, File(points), own[0].At, File(own), [.. clocks.Pieces(reference, source, first, last)],
                error is { } e ? TimeSpan.FromTicks(e / 100) : null);
        }
    }

    private static Provenance File(CaptureSummary[] points) => new(points[0].From.Source);
}

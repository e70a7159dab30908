using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>One-way delays over a hop.</summary>
/// <param name="Samples">Datagrams measured.</param>
/// <param name="Min">Smallest.</param>
/// <param name="P50">Median.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Max">Largest.</param>
/// <param name="Error">All of them may be shifted by this much, either way: the clocks are not compared more finely. Null when it has no bound.</param>
public sealed record HopDelaySummary(long Samples, TimeSpan Min, TimeSpan P50, TimeSpan P90, TimeSpan P99, TimeSpan Max, TimeSpan? Error)
{
    /// <summary>Adds up connections; of several, percentiles are exact to one part in 32. Null when none was measured.</summary>
    internal static HopDelaySummary? Of(IReadOnlyList<HopSummary> hops)
    {
        var measured = hops.Where(h => h is { DelaySamples: > 0, MinDelay: not null, MaxDelay: not null }).ToArray();
        if (measured.Length == 0)
        {
            return null;
        }

        var (min, max, error) = (measured.Min(h => h.MinDelay!.Value), measured.Max(h => h.MaxDelay!.Value), measured.Max(h => h.DelayError));
        if (measured is [{ MedianDelay: { } p50, P90Delay: { } p90, P99Delay: { } p99 } only])
        {
            return new HopDelaySummary(only.DelaySamples, min, p50, p90, p99, max, error);
        }

        var byDelay = new Dictionary<TimeSpan, int>();
        foreach (var hop in measured)
        {
            for (var i = 0; i < hop.Delays.Count; i++)
            {
                var (delay, count) = hop.Delays[i];
                byDelay[delay] = byDelay.GetValueOrDefault(delay) + count;
            }
        }

        var counts = byDelay.Select(d => new DelayCount(d.Key, d.Value)).OrderBy(d => d.Delay).ToArray();
        var total = counts.Sum(c => (long)c.Count);
        return new HopDelaySummary(total, min, At(0.5), At(0.9), At(0.99), max, error);

        TimeSpan At(double share)
        {
            var rank = (long)(share * (total - 1));
            var passed = 0L;
            foreach (var count in counts)
            {
                passed += count.Count;
                if (passed > rank)
                {
                    return count.Delay < min ? min : count.Delay > max ? max : count.Delay;
                }
            }

            return max;
        }
    }
}

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
    /// <summary>Of how often each delay was met, in ticks.</summary>
    internal static HopDelaySummary Of(Dictionary<long, int> delays, TimeSpan min, TimeSpan max, TimeSpan? error)
    {
        var counts = delays.Select(d => new DelayCount(TimeSpan.FromTicks(d.Key), d.Value)).OrderBy(d => d.Delay).ToArray();
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

using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Pairing;

namespace Whydrop.Journeys.Placement;

/// <summary>What one hop did to many plain directions, added up: nothing is kept of each.</summary>
/// <param name="first">What it did to the first of them.</param>
internal sealed class HopSum(HopSummary first)
{
    private readonly Dictionary<long, int> delays = first.Delays.ToDictionary(d => d.Delay.Ticks, d => d.Count);
    private long segments = first.SegmentsIn;
    private long bytes = first.BytesIn;
    private long samples = first.DelaySamples;
    private long delayed = first.Delayed;
    private TimeSpan? least = first.MinDelay;
    private TimeSpan? most = first.MaxDelay;
    private bool several;

    /// <summary>Adds another.</summary>
    /// <param name="match">The two places compared, seen from the one before the hop.</param>
    /// <param name="fromClient">Direction in the words of that place.</param>
    public void Add(PairMatch match, bool fromClient, ClockTable clocks)
    {
        several = true;
        var largest = match.A.Largest(fromClient);
        foreach (ref readonly var record in match.A.Trail(fromClient).Records)
        {
            if (record.Length > 0)
            {
                segments += record.Segments(largest);
                bytes += record.Length;
            }
        }

        var measured = new HopDelays(match, fromClient, clocks);
        if (measured is { Least: { } shortest, Most: { } longest })
        {
            samples += measured.Count;
            delayed += measured.Delayed();
            least = shortest >= least ? least : shortest;
            most = longest <= most ? most : longest;
            measured.AddTo(delays);
        }
    }

    /// <summary>The fact, under the numbers of the first.</summary>
    public HopSummary Summary()
    {
        DelayCount[] counts = [.. delays.OrderBy(d => d.Key).Select(d => new DelayCount(TimeSpan.FromTicks(d.Key), d.Value))];
        return !several ? first : first with
        {
            SegmentsIn = segments,
            SegmentsOut = segments,
            BytesIn = bytes,
            BytesOut = bytes,
            DelaySamples = samples,
            MinDelay = least,
            MedianDelay = At(counts, 0.5),
            P90Delay = At(counts, 0.9),
            P99Delay = At(counts, 0.99),
            MaxDelay = most,
            Delays = counts,
            Delayed = delayed,
        };
    }

    private TimeSpan? At(DelayCount[] counts, double share)
    {
        var rank = (long)(share * (samples - 1));
        foreach (var count in counts)
        {
            rank -= count.Count;
            if (rank < 0)
            {
                return count.Delay > most ? most : count.Delay;
            }
        }

        return most;
    }
}

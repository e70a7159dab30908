using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;

namespace Whydrop.Journeys.Placement;

/// <summary>What one hop did to many plain directions, added up: nothing is kept of each.</summary>
/// <param name="first">What it did to the first of them.</param>
internal sealed class HopSum(HopSummary first)
{
    private readonly DelayCounts delays = Counted(first.Delays);
    private long segments = first.SegmentsIn;
    private long bytes = first.BytesIn;
    private long samples = first.DelaySamples;
    private long delayed = first.Delayed;
    private TimeSpan? least = first.MinDelay;
    private TimeSpan? most = first.MaxDelay;
    private bool several;

    /// <summary>Adds another.</summary>
    public void Add(in HopView hop, ClockTable clocks)
    {
        several = true;
        foreach (ref readonly var record in hop.Sent.Records)
        {
            if (record.Length > 0)
            {
                segments += record.Segments(hop.Largest);
                bytes += record.Length;
            }
        }

        var measured = new HopDelays(hop, clocks);
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
        var counts = delays.Sorted();
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

    private static DelayCounts Counted(IReadOnlyList<DelayCount> known)
    {
        var counts = new DelayCounts();
        foreach (var (delay, count) in known)
        {
            counts.Add(delay.Ticks, count);
        }

        return counts;
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

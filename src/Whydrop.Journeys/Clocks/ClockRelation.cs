namespace Whydrop.Journeys.Clocks;

/// <summary>Offset and drift between two clocks, with bounds: second clock = first clock + offset(t).</summary>
internal sealed class ClockRelation
{
    /// <summary>Drift is fitted only over a span in which 100 ppm exceed the jitter of a time stamp.</summary>
    private const long ShortestSpanForDrift = 100_000_000;

    /// <summary>No running clock drifts faster (ntpd slews at 500 ppm).</summary>
    private const double LargestDrift = 600e-6;

    /// <summary>Clocks of one node that agree to this are one clock.</summary>
    private const long SameClockTolerance = 100_000;

    private readonly long origin;
    private readonly double drift;
    private readonly long offset;

    private ClockRelation(long origin, double drift, long offset, long? error, bool consistent)
    {
        (this.origin, this.drift, this.offset) = (origin, drift, offset);
        (Error, Consistent) = (error, consistent);
    }

    /// <summary>One clock.</summary>
    public static ClockRelation Same { get; } = new(0, 0, 0, 0, true);

    /// <summary>Half the uncertainty in nanoseconds; null when only one direction of travel was seen.</summary>
    public long? Error { get; }

    /// <summary>No datagram arrives before it was sent under this relation.</summary>
    public bool Consistent { get; }

    /// <summary>Offset at a time of the first clock.</summary>
    public long OffsetAt(long time) => offset + (long)(drift * (time - origin));

    /// <summary>Time on the second clock.</summary>
    public long ToSecond(long time) => time + OffsetAt(time);

    /// <summary>Fits; null without samples.</summary>
    /// <param name="sameNode">Both captures ran on one node: offset 0 is taken when nothing contradicts it.</param>
    public static ClockRelation? Fit(ClockSamples samples, bool sameNode) =>
        samples.Upper.Count + samples.Lower.Count == 0 ? null
        : Fit(samples.First, samples.Last - samples.First, [.. samples.Upper], [.. samples.Lower], sameNode);

    private static ClockRelation Fit(long origin, long span, ClockSample[] upper, ClockSample[] lower, bool sameNode)
    {
        if (sameNode && Ceiling(upper, origin, 0) >= -SameClockTolerance && Floor(lower, origin, 0) <= SameClockTolerance)
        {
            return Same;
        }

        if (upper.Length == 0 || lower.Length == 0)
        {
            var bound = upper.Length > 0 ? Ceiling(upper, origin, 0) : Floor(lower, origin, 0);
            return new ClockRelation(origin, 0, (long)bound, null, true);
        }

        var slope = span < ShortestSpanForDrift ? 0 : SimplestDrift(origin, span, upper, lower);
        var (top, bottom) = (Ceiling(upper, origin, slope), Floor(lower, origin, slope));
        return new ClockRelation(origin, slope, (long)((top + bottom) / 2), (long)Math.Abs((top - bottom) / 2), top >= bottom);
    }

    /// <summary>No drift, unless the corridor without it is less than half as wide as with it: few samples fit any slope.</summary>
    private static double SimplestDrift(long origin, long span, ClockSample[] upper, ClockSample[] lower)
    {
        var widest = WidestCorridor(origin, span, upper, lower);
        var without = Ceiling(upper, origin, 0) - Floor(lower, origin, 0);
        var with = Ceiling(upper, origin, widest) - Floor(lower, origin, widest);
        return Math.Abs(widest) < 0.99 * LargestDrift && without < with / 2 ? widest : 0;
    }

    /// <summary>The drift under which the corridor between both directions' minima is widest: width is concave in the drift.</summary>
    private static double WidestCorridor(long origin, long span, ClockSample[] upper, ClockSample[] lower)
    {
        var (low, high) = (-LargestDrift, LargestDrift);
        for (var step = 0; step < 80; step++)
        {
            var (left, right) = (low + ((high - low) / 3), high - ((high - low) / 3));
            if (Width(left) < Width(right))
            {
                low = left;
            }
            else
            {
                high = right;
            }
        }

        return (low + high) / 2;

        // Where the width does not decide, the smaller drift is taken.
        double Width(double slope) => Ceiling(upper, origin, slope) - Floor(lower, origin, slope) - (Math.Abs(slope) * span * 1e-3);
    }

    private static double Ceiling(ClockSample[] upper, long origin, double slope)
    {
        var least = double.PositiveInfinity;
        foreach (var sample in upper)
        {
            least = Math.Min(least, sample.Difference - (slope * (sample.Time - origin)));
        }

        return least;
    }

    private static double Floor(ClockSample[] lower, long origin, double slope)
    {
        var most = double.NegativeInfinity;
        foreach (var sample in lower)
        {
            most = Math.Max(most, sample.Difference - (slope * (sample.Time - origin)));
        }

        return most;
    }
}

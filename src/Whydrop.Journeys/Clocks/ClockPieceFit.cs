namespace Whydrop.Journeys.Clocks;

/// <summary>Offset and drift of two clocks over a time in which neither stepped: second clock = first clock + offset(t).</summary>
internal sealed class ClockPieceFit
{
    /// <summary>Drift is fitted only over a span in which 100 ppm exceed the jitter of a time stamp.</summary>
    private const long ShortestSpanForDrift = 100_000_000;

    /// <summary>No running clock drifts faster (ntpd slews at 500 ppm).</summary>
    private const double LargestDrift = 600e-6;

    private readonly long origin;
    private readonly double drift;
    private readonly double top;
    private readonly double bottom;
    private readonly long middle;

    /// <summary>Fits.</summary>
    /// <param name="samples">At least one, by frame.</param>
    public ClockPieceFit(ReadOnlySpan<ClockSample> samples)
    {
        (origin, Last) = (samples[0].Time, samples[^1].Time);
        (BeginSecond, LastSecond) = (origin + samples[0].Difference, Last + samples[^1].Difference);
        var (upper, lower) = (Towards(samples, second: true), Towards(samples, second: false));
        if (upper.Length > 0 && lower.Length > 0)
        {
            var span = Last - origin;
            drift = span < ShortestSpanForDrift ? 0 : SimplestDrift(origin, span, upper, lower);
            (top, bottom) = (Ceiling(upper, origin, drift), Floor(lower, origin, drift));
            HasError = true;
        }
        else
        {
            top = bottom = upper.Length > 0 ? Ceiling(upper, origin, 0) : Floor(lower, origin, 0);
        }

        middle = (long)((top + bottom) / 2);
        Error = HasError && top >= bottom ? Farthest(Last - origin, upper, lower) : (long)Math.Abs((top - bottom) / 2);
    }

    /// <summary>First sample on the first clock.</summary>
    public long Begin => origin;

    /// <summary>Last sample on the first clock.</summary>
    public long Last { get; }

    /// <summary>First sample on the second clock.</summary>
    public long BeginSecond { get; }

    /// <summary>Last sample on the second clock.</summary>
    public long LastSecond { get; }

    /// <summary>Both directions of travel were seen.</summary>
    public bool HasError { get; }

    /// <summary>By how much the offset may be wrong from the first sample to the last, in nanoseconds, if there are samples of both directions.</summary>
    public long Error { get; }

    /// <summary>By how much a datagram arrives before it was sent at the worst; not positive when none does.</summary>
    public double Violation => bottom - top;

    /// <summary>Offset at a time of the first clock.</summary>
    public long OffsetAt(long time) => drift == 0 ? middle : middle + (long)(drift * (time - origin));

    /// <summary>Offset at a time of the second clock.</summary>
    public long OffsetAtSecond(long time) => drift == 0 ? middle : middle + (long)(drift / (1 + drift) * (time - middle - origin));

    /// <summary>Some drift lets no datagram arrive before it was sent by more than a tolerance.</summary>
    public static bool Fits(ReadOnlySpan<ClockSample> samples, long tolerance)
    {
        var (upper, lower) = (Towards(samples, second: true), Towards(samples, second: false));
        if (upper.Length == 0 || lower.Length == 0)
        {
            return true;
        }

        var begin = samples[0].Time;
        if (Ceiling(upper, begin, 0) - Floor(lower, begin, 0) >= -tolerance)
        {
            return true;
        }

        var widest = WidestCorridor(begin, 0, upper, lower);
        return Ceiling(upper, begin, widest) - Floor(lower, begin, widest) >= -tolerance;
    }

    private static ClockSample[] Towards(ReadOnlySpan<ClockSample> samples, bool second)
    {
        var chosen = new List<ClockSample>(samples.Length);
        foreach (var sample in samples)
        {
            if (sample.TowardsSecond == second)
            {
                chosen.Add(sample);
            }
        }

        return [.. chosen];
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
    /// <param name="span">Where the width does not decide, the smaller drift over this time is taken.</param>
    private static double WidestCorridor(long origin, long span, ClockSample[] upper, ClockSample[] lower) =>
        Summit(slope => Ceiling(upper, origin, slope) - Floor(lower, origin, slope) - (Math.Abs(slope) * span * 1e-3), -LargestDrift, LargestDrift);

    /// <summary>How far from this fit, at the ends of its time, a line lies that lets no datagram arrive before it was sent, whatever its drift.</summary>
    private long Farthest(long span, ClockSample[] upper, ClockSample[] lower)
    {
        var (least, most) = (Edge(-LargestDrift), Edge(LargestDrift));
        var farthest = 0.0;
        foreach (var time in (ReadOnlySpan<long>)[0, span])
        {
            var here = middle + (drift * time);
            var above = Highest(slope => Ceiling(upper, origin, slope) + (slope * time), least, most);
            var below = -Highest(slope => -Floor(lower, origin, slope) - (slope * time), least, most);
            farthest = Math.Max(farthest, Math.Max(above - here, here - below));
        }

        return (long)farthest;

        // The drift nearest to a limit with which the corridor is still open: it is concave in the drift, and open with this fit's.
        double Edge(double limit)
        {
            var (open, shut) = (drift, limit);
            for (var step = 0; step < 40; step++)
            {
                var next = step == 0 ? limit : (open + shut) / 2;
                (open, shut) = Ceiling(upper, origin, next) >= Floor(lower, origin, next) ? (next, shut) : (open, next);
            }

            return open;
        }
    }

    /// <summary>The largest value of a concave function of the drift.</summary>
    private static double Highest(Func<double, double> value, double low, double high) => value(Summit(value, low, high));

    private static double Summit(Func<double, double> value, double low, double high)
    {
        for (var step = 0; step < 80; step++)
        {
            var (left, right) = (low + ((high - low) / 3), high - ((high - low) / 3));
            if (value(left) < value(right))
            {
                low = left;
            }
            else
            {
                high = right;
            }
        }

        return (low + high) / 2;
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

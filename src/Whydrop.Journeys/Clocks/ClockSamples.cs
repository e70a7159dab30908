namespace Whydrop.Journeys.Clocks;

/// <summary>The fastest datagrams in each direction, per window of time: what bounds a clock offset. Memory does not grow with the samples.</summary>
/// <param name="first">Earliest time expected; earlier ones count into the first window.</param>
/// <param name="last">Latest time expected.</param>
internal sealed class ClockSamples(long first, long last)
{
    private const int Windows = 256;

    private readonly long width = (Math.Max(0, last - first) / Windows) + 1;
    private readonly ClockSample?[] upper = new ClockSample?[Windows];
    private readonly ClockSample?[] lower = new ClockSample?[Windows];

    /// <summary>Start of the first window.</summary>
    public long First => first;

    /// <summary>End of the last window.</summary>
    public long Last => last;

    /// <summary>Smallest differences of what travelled towards the second clock: the offset is not larger.</summary>
    public IReadOnlyList<ClockSample> Upper => Present(upper);

    /// <summary>Largest differences of what travelled towards the first: the offset is not smaller.</summary>
    public IReadOnlyList<ClockSample> Lower => Present(lower);

    /// <summary>Adds one datagram.</summary>
    public void Add(in ClockSample sample)
    {
        ref var kept = ref (sample.TowardsSecond ? upper : lower)[Math.Clamp((sample.Time - first) / width, 0, Windows - 1)];
        if (kept is not { } extreme || (sample.TowardsSecond ? sample.Difference < extreme.Difference : sample.Difference > extreme.Difference))
        {
            kept = sample;
        }
    }

    private static ClockSample[] Present(ClockSample?[] extremes) => [.. extremes.Where(e => e is not null).Select(e => e!.Value)];
}

namespace Whydrop.Journeys.Clocks;

/// <summary>The fastest datagrams in each direction, per window of frames: what bounds a clock offset. Memory does not grow with the samples.</summary>
/// <param name="first">Earliest frame expected; earlier ones are left out.</param>
/// <param name="last">Latest frame expected; later ones are left out.</param>
internal sealed class ClockSamples(long first, long last)
{
    private const int Windows = 256;

    private readonly long width = (Math.Max(0, last - first) / Windows) + 1;
    private readonly ClockSample?[] upper = new ClockSample?[Windows];
    private readonly ClockSample?[] lower = new ClockSample?[Windows];

    /// <summary>The window asked for last: mostly the next sample is of the same.</summary>
    private int window;
    private long begin = long.MinValue;

    /// <summary>Smallest differences of what travelled towards the second clock (the offset is not larger) and largest of what travelled back, by frame.</summary>
    public IReadOnlyList<ClockSample> Extremes =>
        [.. upper.Concat(lower).Where(e => e is not null).Select(e => e!.Value).OrderBy(e => e.Order)];

    /// <summary>Frames from one up to, not including, another that were put together: those of a window.</summary>
    public (long Begin, long End) Window(long order)
    {
        var start = first + ((order - first) / width * width);
        return (start, start + width);
    }

    /// <summary>Adds one datagram.</summary>
    public void Add(in ClockSample sample)
    {
        if (sample.Order < first || sample.Order > last)
        {
            return;
        }

        if (sample.Order < begin || sample.Order >= begin + width)
        {
            window = (int)((sample.Order - first) / width);
            begin = first + (window * width);
        }

        ref var kept = ref (sample.TowardsSecond ? upper : lower)[window];
        if (kept is not { } extreme || (sample.TowardsSecond ? sample.Difference < extreme.Difference : sample.Difference > extreme.Difference))
        {
            kept = sample;
        }
    }
}

using Whydrop.Evidence.Capture;

namespace Whydrop.Tcp.Facts;

/// <summary>Bins that double their width whenever the capture outgrows them.</summary>
internal sealed class LoadBins
{
    /// <summary>Most bins.</summary>
    public const int Most = 2000;
    private const long FirstWidth = 1_000_000;
    private Bin[]? bins;
    private long start;
    private int used;

    public bool IsEmpty => used == 0;

    public long Start => start;

    public long Width { get; private set; } = FirstWidth;

    public IReadOnlyList<LoadBin> Bins =>
        bins is null ? [] : [.. bins.Take(used).Select(b => new LoadBin(
            (int)Math.Min(b.Segments, int.MaxValue), b.Bytes, (int)Math.Min(b.LostSegments, int.MaxValue), b.LostBytes,
            b.RttSamples == 0 ? 0 : (int)Math.Min(b.RttSum / b.RttSamples, int.MaxValue)))];

    public void Sent(long time, long segments, long bytes)
    {
        ref var bin = ref At(time);
        bin.Segments += segments;
        bin.Bytes += bytes;
    }

    public void Lost(long time, long segments, long bytes)
    {
        ref var bin = ref At(time);
        bin.LostSegments += segments;
        bin.LostBytes += bytes;
    }

    public void Rtt(long time, long microseconds)
    {
        ref var bin = ref At(time);
        bin.RttSum += microseconds;
        bin.RttSamples++;
    }

    private ref Bin At(long time)
    {
        time = Math.Clamp(time, 0, long.MaxValue / 4); // Differences of hostile times must not overflow.
        if (bins is null)
        {
            bins = new Bin[Most];
            start = time;
        }

        if (time < start)
        {
            ShiftStart(time);
        }

        var index = (time - start) / Width;
        while (index >= Most)
        {
            Widen();
            index = (time - start) / Width;
        }

        used = Math.Max(used, (int)index + 1);
        return ref bins[index];
    }

    // Frames that are looked up after a later one was counted begin earlier.
    private void ShiftStart(long time)
    {
        while (used > 0 && ((start - time) / Width) + 1 + used > Most && Width < long.MaxValue / 4)
        {
            Widen();
        }

        var shift = (int)Math.Min(((start - time) + Width - 1) / Width, Most - used);
        Array.Copy(bins!, 0, bins!, shift, used);
        Array.Clear(bins!, 0, shift);
        start -= shift * Width;
        used += shift;
        start = Math.Min(start, time);
    }

    private void Widen()
    {
        for (var i = 0; i < Most; i++)
        {
            var merged = 2 * i < Most ? Bin.Sum(bins![2 * i], (2 * i) + 1 < Most ? bins[(2 * i) + 1] : default) : default;
            bins![i] = merged;
        }

        Width *= 2;
        used = (used + 1) / 2;
    }

    private struct Bin
    {
        public long Segments;
        public long Bytes;
        public long LostSegments;
        public long LostBytes;
        public long RttSum;
        public long RttSamples;

        public static Bin Sum(in Bin a, in Bin b) => new()
        {
            Segments = a.Segments + b.Segments,
            Bytes = a.Bytes + b.Bytes,
            LostSegments = a.LostSegments + b.LostSegments,
            LostBytes = a.LostBytes + b.LostBytes,
            RttSum = a.RttSum + b.RttSum,
            RttSamples = a.RttSamples + b.RttSamples,
        };
    }
}

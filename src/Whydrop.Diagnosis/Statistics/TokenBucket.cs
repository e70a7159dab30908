using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Statistics;

/// <summary>A token bucket fitted to load and loss over time.</summary>
/// <param name="BytesPerSecond">Rate at which tokens come.</param>
/// <param name="BurstBytes">Depth of the bucket.</param>
/// <param name="Hits">Share of the lossy bins in which the bucket was empty.</param>
/// <param name="FalseAlarms">Share of the other bins in which it was.</param>
/// <param name="Spread">Spread of the delivered rate over the time with loss: standard deviation over mean.</param>
/// <param name="Chance">How often the same losses, shifted in time, fit as well.</param>
internal sealed record TokenBucket(double BytesPerSecond, double BurstBytes, double Hits, double FalseAlarms, double Spread, double Chance)
{
    // The bins are bounded, so that a long capture costs no more than a short one.
    private const int MostBins = 2000;
    private const int Shifts = 99;

    /// <summary>Fits rate and depth; null when there are too few bins with loss to fit anything.</summary>
    internal static TokenBucket? Fit(LoadTimeline timeline)
    {
        var bins = Trim(timeline.Bins);
        var width = timeline.BinWidth.TotalSeconds;
        var lossy = bins.Count(b => b.LostSegments > 0);
        if (lossy < 5 || width <= 0)
        {
            return null;
        }

        var merge = (bins.Length + MostBins - 1) / MostBins;
        bins = Merge(bins, merge);
        width *= merge;
        var lost = bins.Select(b => b.LostSegments > 0).ToArray();
        var fits = Enumerable.Range(0, 3)
            .Select(beside => WhileLosing(bins, beside))
            .Select(span => (Span: span, Rate: span.Sum(b => b.Bytes - b.LostBytes) / (span.Length * width)))
            .Where(f => f.Rate > 0)
            .Select(f => (f.Span, f.Rate, Best: Best(bins, lost, f.Rate, width)))
            .ToArray();
        if (fits.Length == 0)
        {
            return null;
        }

        var (span, rate, best) = fits.MaxBy(f => f.Best.Hits - f.Best.Alarms);
        var asGood = 0;
        var random = new Random(1);
        for (var i = 0; i < Shifts; i++)
        {
            var by = random.Next(1, Math.Max(2, bins.Length));
            var shifted = lost.Select((_, k) => lost[(k + by) % lost.Length]).ToArray();
            var (hits, alarms) = Score(Empty(bins, rate, best.Burst, width), shifted);
            asGood += hits - alarms >= best.Hits - best.Alarms ? 1 : 0;
        }

        return new TokenBucket(rate, best.Burst, best.Hits, best.Alarms, SpreadOf(span), (asGood + 1.0) / (Shifts + 1));
    }

    /// <summary>The fit explains the losses: full where they are not, empty where they are.</summary>
    internal double Quality => Hits - FalseAlarms;

    private static (double Burst, double Hits, double Alarms) Best(LoadBin[] bins, bool[] lost, double rate, double width)
    {
        (double Burst, double Hits, double Alarms) best = (0, 0, 1);
        foreach (var burst in new[] { 0.25, 0.5, 1, 2, 4, 8, 16, 32 }.Select(b => b * rate * width))
        {
            var (hits, alarms) = Score(Empty(bins, rate, burst, width), lost);
            if (hits - alarms > best.Hits - best.Alarms)
            {
                best = (burst, hits, alarms);
            }
        }

        return best;
    }

    /// <summary>In which bins more is offered than the bucket holds.</summary>
    private static bool[] Empty(LoadBin[] bins, double rate, double burst, double width)
    {
        var tokens = burst;
        var empty = new bool[bins.Length];
        for (var i = 0; i < bins.Length; i++)
        {
            tokens += rate * width;
            empty[i] = bins[i].Bytes > tokens;

            // What was lost took no tokens.
            tokens = Math.Clamp(tokens - (bins[i].Bytes - bins[i].LostBytes), 0, burst);
        }

        return empty;
    }

    private static (double Hits, double Alarms) Score(bool[] empty, bool[] lost)
    {
        double lossy = lost.Count(l => l);
        var clean = lost.Length - lossy;
        double hits = empty.Where((e, i) => e && lost[i]).Count();
        double alarms = empty.Where((e, i) => e && !lost[i]).Count();
        return (hits / lossy, clean == 0 ? 0 : alarms / clean);
    }

    /// <summary>The bins with loss and those right beside them, joined: idle time between bursts says nothing of a rate.</summary>
    /// <param name="beside">How many on each side: short bins hold a segment more or less, long ones time without loss.</param>
    private static LoadBin[] WhileLosing(LoadBin[] bins, int beside) =>
        [.. bins.Where((_, i) => Enumerable.Range(i - beside, 2 * beside + 1).Any(k => k >= 0 && k < bins.Length && bins[k].LostSegments > 0))];

    /// <summary>Over ten windows: a bin is too short to hold a constant number of segments.</summary>
    private static double SpreadOf(LoadBin[] span)
    {
        var windows = Math.Min(10, span.Length);
        var rates = Enumerable.Range(0, windows)
            .Select(w => span[(w * span.Length / windows)..((w + 1) * span.Length / windows)])
            .Select(w => w.Sum(b => (double)(b.Bytes - b.LostBytes)) / w.Length).ToArray();
        var mean = rates.Average();
        return mean == 0 ? double.PositiveInfinity : Math.Sqrt(rates.Average(r => (r - mean) * (r - mean))) / mean;
    }

    private static LoadBin[] Trim(IReadOnlyList<LoadBin> bins)
    {
        var all = bins.ToArray();
        var first = Array.FindIndex(all, b => b.Segments > 0);
        var last = Array.FindLastIndex(all, b => b.Segments > 0);
        return first < 0 ? [] : all[first..(last + 1)];
    }

    private static LoadBin[] Merge(LoadBin[] bins, int by) => by <= 1 ? bins :
    [
        .. bins.Chunk(by).Select(c => new LoadBin(
            c.Sum(b => b.Segments), c.Sum(b => b.Bytes), c.Sum(b => b.LostSegments), c.Sum(b => b.LostBytes),
            (int)c.Select(b => b.RttMicroseconds).Where(r => r > 0).DefaultIfEmpty().Average())),
    ];
}

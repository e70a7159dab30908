using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Statistics;

/// <summary>A token bucket fitted to load and loss over time.</summary>
/// <remarks>
/// A bucket of rate R and depth B never lets pass more than R·t + B in any time t. For a given R, the least B that what was delivered keeps to is
/// therefore known; whether R is right shows in the losses: they come only while that bucket is empty.
/// </remarks>
/// <param name="BytesPerSecond">Rate at which tokens come.</param>
/// <param name="BurstBytes">Depth of the bucket.</param>
/// <param name="Hits">Share of the bins with loss in which the bucket was empty.</param>
/// <param name="Exposed">Share of all segments that came in bins in which it was empty.</param>
/// <param name="Spread">Spread of the delivered rate over the time with loss: standard deviation over mean.</param>
/// <param name="Chance">How often the same losses, shifted in time, fit as well.</param>
internal sealed record TokenBucket(double BytesPerSecond, double BurstBytes, double Hits, double Exposed, double Spread, double Chance)
{
    // The bins are bounded, so that a long capture costs no more than a short one.
    private const int MostBins = 2000;
    private const int Shifts = 99;

    // Over 2000 bins a rate wrong by one in a thousand is wrong by two bins' worth of tokens at the end.
    private const double RateStep = 1.001;
    private const int FinerSteps = 20;
    private const double LowestRate = 0.5;
    private const double HighestRate = 20;

    // One bin in fifty cut at the wrong place.
    private const double AsGood = 0.02;

    // What an empty bucket still holds: less than one datagram.
    private const double Datagram = 1500;

    // A capture and the policer do not see a burst at the same moment: in between tokens come in. Part of the depth up to which it still counts as empty.
    private static readonly double[] Slacks = [0, 0.05, 0.1, 0.2];

    // Losses of a policer fall while its bucket is empty, all of them; a few bins are cut at the wrong place.
    private const double GoodHits = 0.9;

    // Chance is 0, a bucket is 1.
    private const double GoodFit = 0.7;
    private const double NoFit = 0.3;

    // The load of a policed connection is a sawtooth of its own: some shifts of it fit as well.
    private const double Coincidence = 0.05;

    // Fewer bins that could have lost something outside, and did not, say nothing.
    private const double LeastOutside = 5;

    // The fit is the costliest step of a diagnosis, and the same timeline is asked for again when a case is judged without some of its other facts.
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<LoadTimeline, Lazy<TokenBucket?>> Known = [];

    /// <summary>The fit of a timeline, found once.</summary>
    internal static TokenBucket? Of(LoadTimeline timeline) => Known.GetValue(timeline, static t => new Lazy<TokenBucket?>(() => Fit(t))).Value;

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
        var empty = new bool[bins.Length];
        (double Rate, double Burst, double Slack, double Hits, double Exposed, double Score) best = (0, 0, 0, 0, 0, double.NegativeInfinity);
        var tried = new List<(double Rate, double Burst, double Slack, double Hits, double Exposed, double Score)>();
        var mean = bins.Sum(b => (double)(b.Bytes - b.LostBytes)) / (bins.Length * width);
        if (mean <= 0)
        {
            return null;
        }

        var scores = new (double Hits, double Alarms, double Exposed)[Slacks.Length];
        void Try(double rate)
        {
            var burst = Depth(bins, rate * width);
            Score(bins, rate * width, burst, lost, scores);
            foreach (var (slack, (hits, alarms, exposed)) in Slacks.Zip(scores))
            {
                if (lossy * (1 - exposed) >= LeastOutside)
                {
                    tried.Add((rate, burst, slack, hits, exposed, hits - alarms));
                    best = hits - alarms > best.Score ? tried[^1] : best;
                }
            }
        }

        for (var rate = mean * LowestRate; rate < mean * HighestRate; rate *= RateStep)
        {
            Try(rate);
        }

        // Around the best one, finer: over a long capture the tokens of a rate slightly wrong run away.
        for (var (rate, end) = (best.Rate / RateStep, best.Rate * RateStep); rate > 0 && rate < end; rate *= 1 + (RateStep - 1) / FinerSteps)
        {
            Try(rate);
        }

        if (tried.Count == 0)
        {
            return null;
        }

        // Within the width of a bin neighbouring rates are as good: the one in the middle of them.
        var good = tried.Where(t => t.Score >= best.Score - AsGood).OrderBy(t => t.Rate).ToArray();
        best = good[good.Length / 2];
        Empty(bins, best.Rate * width, best.Burst, best.Slack * best.Burst, empty);
        return new TokenBucket(best.Rate, best.Burst, best.Hits, best.Exposed, SpreadOf(WhileLosing(bins)), ByChance(bins, empty, lost, best.Hits));
    }

    /// <summary>
    /// How many fewer losses than chance would put there fell while the bucket was not empty: 1 when none did, 0 when as many as there
    /// would be if loss did not care.
    /// </summary>
    internal double Quality => Exposed >= 1 ? 0 : 1 - (1 - Hits) / (1 - Exposed);

    /// <summary>True: the losses are those of that bucket. False: they do not care whether it is empty. Null: between.</summary>
    internal bool? Fits => Quality >= GoodFit && Hits >= GoodHits && Chance <= Coincidence ? true : Quality <= NoFit ? false : null;

    /// <summary>The least depth that lets pass what passed: the largest sum of delivered bytes less tokens over any span.</summary>
    private static double Depth(LoadBin[] bins, double perBin)
    {
        double run = 0;
        double most = 0;
        foreach (var bin in bins)
        {
            run = Math.Max(0, run) + (bin.Bytes - bin.LostBytes) - perBin;
            most = Math.Max(most, run);
        }

        // Within a bin the tokens of that bin came in as well.
        return most + perBin;
    }

    /// <summary>In which bins the bucket ran empty: at their end it holds no more than what came in since.</summary>
    private static void Empty(LoadBin[] bins, double perBin, double burst, double slack, bool[] empty)
    {
        var tokens = burst;
        for (var i = 0; i < bins.Length; i++)
        {
            tokens = After(tokens, bins[i], perBin, burst);
            empty[i] = tokens <= Limit(perBin, slack);
        }
    }

    /// <summary>What a bin leaves. What was lost took no tokens.</summary>
    private static double After(double tokens, in LoadBin bin, double perBin, double burst) => Math.Min(burst, tokens + perBin) - (bin.Bytes - bin.LostBytes);

    /// <summary>What an empty bucket still holds at the end of a bin.</summary>
    private static double Limit(double perBin, double slack) => perBin + Datagram + slack;

    /// <summary>How well the losses keep to the times in which the bucket is empty, for each of <see cref="Slacks"/>: they only differ in what counts as empty.</summary>
    private static void Score(LoadBin[] bins, double perBin, double burst, bool[] lost, (double Hits, double Alarms, double Exposed)[] scores)
    {
        Span<double> limits = stackalloc double[Slacks.Length];
        Span<long> hits = stackalloc long[Slacks.Length], alarms = stackalloc long[Slacks.Length], exposed = stackalloc long[Slacks.Length];
        for (var level = 0; level < limits.Length; level++)
        {
            limits[level] = Limit(perBin, Slacks[level] * burst);
        }

        var tokens = burst;
        long lossy = 0, clean = 0, segments = 0;
        for (var i = 0; i < bins.Length; i++)
        {
            ref readonly var bin = ref bins[i];
            tokens = After(tokens, bin, perBin, burst);
            if (bin.Segments == 0)
            {
                continue;
            }

            segments += bin.Segments;
            (lossy, clean) = lost[i] ? (lossy + 1, clean) : (lossy, clean + 1);
            for (var level = limits.Length - 1; level >= 0 && tokens <= limits[level]; level--)
            {
                exposed[level] += bin.Segments;
                (lost[i] ? ref hits[level] : ref alarms[level])++;
            }
        }

        for (var level = 0; level < limits.Length; level++)
        {
            scores[level] = ((double)hits[level] / lossy, clean == 0 ? 0 : (double)alarms[level] / clean, (double)exposed[level] / segments);
        }
    }

    /// <summary>The losses, shifted around the busy bins.</summary>
    private static double ByChance(LoadBin[] bins, bool[] empty, bool[] lost, double hits)
    {
        var busy = Enumerable.Range(0, bins.Length).Where(i => bins[i].Segments > 0).ToArray();
        var lossy = Enumerable.Range(0, busy.Length).Where(k => lost[busy[k]]).ToArray();
        var random = new Random(1);
        var asGood = 0;
        for (var n = 0; n < Shifts; n++)
        {
            var by = random.Next(1, Math.Max(2, busy.Length));
            var shifted = lossy.Count(k => empty[busy[(k + by) % busy.Length]]);
            asGood += (double)shifted / lossy.Length >= hits ? 1 : 0;
        }

        return (asGood + 1.0) / (Shifts + 1);
    }

    /// <summary>The bins with loss and those right beside them, joined: idle time between bursts says nothing of a rate.</summary>
    private static LoadBin[] WhileLosing(LoadBin[] bins) =>
        [.. bins.Where((_, i) => Enumerable.Range(i - 1, 3).Any(k => k >= 0 && k < bins.Length && bins[k].LostSegments > 0))];

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

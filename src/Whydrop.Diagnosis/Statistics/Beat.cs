using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Statistics;

/// <summary>Whether waits end on a beat of their own: at one phase of a period, whenever they began.</summary>
internal static class Beat
{
    // Rayleigh's approximation of the chance, exp(-n R²), is good from ten on.
    private const int Fewest = 12;
    private const double Coincidence = 0.001;

    // A beat of twice, three, five or ten times the period is on this one too: then it is that of a clock of another kind.
    private static readonly int[] Multiples = [2, 3, 5, 10];
    private const double AsRegular = 0.7;

    // One in a hundred, one-sided, of a normal distribution.
    private const double Surely = 2.33;

    /// <summary>
    /// The ends of the waits stand at one phase (Rayleigh's test), surely more regularly than their beginnings: the beat is that of whoever is waited for, not of who asks.
    /// The variances of the two are compared as those of wrapped normal distributions, −2 ln R. Who asks again at once after each answer is on the beat as well: then
    /// waits that differ by whole periods tell whose it is, for who asks on a clock of its own waits as long as the work takes.
    /// </summary>
    internal static bool Has(IReadOnlyList<(Timestamp Start, Timestamp End)> waits, TimeSpan period)
    {
        if (waits.Count < Fewest)
        {
            return false;
        }

        var ends = Regularity(waits.Select(w => w.End), period);
        var starts = Regularity(waits.Select(w => w.Start), period);
        return IsOnBeat(waits.Count, ends)
            && !Multiples.Any(m => Regularity(waits.Select(w => w.End), period * m) >= AsRegular * ends)
            && (Math.Log(Math.Log(starts) / Math.Log(ends)) / Math.Sqrt(4.0 / (waits.Count - 1)) >= Surely || DifferByPeriods([.. waits.Select(w => w.End - w.Start)], period));
    }

    private static bool IsOnBeat(int count, double regularity) => Math.Exp(-count * regularity * regularity) <= Coincidence;

    /// <summary>Those that do not last as many periods as most do last whole periods more or less.</summary>
    private static bool DifferByPeriods(TimeSpan[] lengths, TimeSpan period)
    {
        var all = Phase(lengths, period);
        var byPeriods = lengths.GroupBy(l => Math.Round((l / period) - all)).OrderByDescending(g => g.Count()).ToArray();
        var usual = Phase(byPeriods[0], period);
        TimeSpan[] others = [.. byPeriods.Skip(1).SelectMany(g => g)];

        // Rayleigh's test for a phase that is given.
        return others.Length >= Fewest && Mean(others.Select(l => (l / period) - usual)).X is > 0 and var alike && IsOnBeat(others.Length, alike);
    }

    private static double Phase(IEnumerable<TimeSpan> lengths, TimeSpan period)
    {
        var (x, y) = Mean(lengths.Select(l => l / period));
        return Math.Atan2(y, x) / (2 * Math.PI);
    }

    /// <summary>Length of the mean of the phases as unit vectors, above 0 and below 1.</summary>
    private static double Regularity(IEnumerable<Timestamp> times, TimeSpan period)
    {
        var (x, y) = Mean(times.Select(t => t.UnixNanoseconds % (period.Ticks * 100) / (period.Ticks * 100.0)));
        return Math.Clamp(Math.Sqrt(x * x + y * y), 1e-9, 1 - 1e-9);
    }

    /// <summary>Mean of the unit vectors of phases from 0 to 1.</summary>
    private static (double X, double Y) Mean(IEnumerable<double> phases)
    {
        var (x, y, n) = (0.0, 0.0, 0);
        foreach (var phase in phases)
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * phase);
            (x, y, n) = (x + cos, y + sin, n + 1);
        }

        return (x / n, y / n);
    }
}

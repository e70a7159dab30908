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
    /// The variances of the two are compared as those of wrapped normal distributions, −2 ln R.
    /// </summary>
    internal static bool Has(IReadOnlyList<(Timestamp Start, Timestamp End)> waits, TimeSpan period)
    {
        if (waits.Count < Fewest)
        {
            return false;
        }

        var ends = Regularity(waits.Select(w => w.End), period);
        var starts = Regularity(waits.Select(w => w.Start), period);
        return Math.Exp(-waits.Count * ends * ends) <= Coincidence
            && !Multiples.Any(m => Regularity(waits.Select(w => w.End), period * m) >= AsRegular * ends)
            && Math.Log(Math.Log(starts) / Math.Log(ends)) / Math.Sqrt(4.0 / (waits.Count - 1)) >= Surely;
    }

    /// <summary>Length of the mean of the phases as unit vectors, above 0 and below 1.</summary>
    private static double Regularity(IEnumerable<Timestamp> times, TimeSpan period)
    {
        var (x, y, n) = (0.0, 0.0, 0);
        foreach (var time in times)
        {
            var phase = 2 * Math.PI * (time.UnixNanoseconds % (period.Ticks * 100)) / (period.Ticks * 100);
            (x, y, n) = (x + Math.Cos(phase), y + Math.Sin(phase), n + 1);
        }

        return Math.Clamp(Math.Sqrt(x * x + y * y) / n, 1e-9, 1 - 1e-9);
    }
}

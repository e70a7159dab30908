namespace Whydrop.Diagnosis.Statistics;

/// <summary>Tests of whether figures are what chance alone would give. All return p-values between 0 and 1.</summary>
internal static class Goodness
{
    // With fewer expected outside a tie than this, the skew of their number is felt at p = 0.001: a Poisson count of mean 20 is there four times as frequent as its normal curve says, of mean 1 two hundred times.
    private const int EnoughOutside = 20;

    /// <summary>Kolmogorov's test against the uniform distribution on (0, 1); Stephens' correction for small samples.</summary>
    internal static double Uniform(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
        {
            return 1;
        }

        var sorted = values.Order().ToArray();
        double n = sorted.Length;
        var distance = 0.0;
        for (var i = 0; i < sorted.Length; i++)
        {
            distance = Math.Max(distance, Math.Max((i + 1) / n - sorted[i], sorted[i] - i / n));
        }

        return KolmogorovTail((Math.Sqrt(n) + 0.12 + 0.11 / Math.Sqrt(n)) * distance);
    }

    /// <summary>
    /// Mann–Whitney test, two-sided, of weighted values with ties: do the two groups come from one distribution? By the normal approximation, except where
    /// one tie holds most values and the smaller group would hold only a few of the others: there the chances are counted out.
    /// </summary>
    internal static double SameDistribution(IReadOnlyList<(double Value, long First, long Second)> counts)
    {
        double n1 = counts.Sum(c => c.First);
        double n2 = counts.Sum(c => c.Second);
        if (n1 == 0 || n2 == 0)
        {
            return 1;
        }

        var groups = counts.GroupBy(c => c.Value).OrderBy(g => g.Key).Select(g => (Value: g.Key, First: g.Sum(c => c.First), Second: g.Sum(c => c.Second))).ToArray();
        if (MostlyTied(groups) is { } exact)
        {
            return exact;
        }

        double rankSum = 0;
        double below = 0;
        double ties = 0;
        foreach (var (_, ofFirst, ofSecond) in groups)
        {
            double first = ofFirst;
            double both = first + ofSecond;
            rankSum += first * (below + (both + 1) / 2);
            below += both;
            ties += both * both * both - both;
        }

        var n = n1 + n2;
        var u = rankSum - n1 * (n1 + 1) / 2;
        var variance = n1 * n2 / 12 * (n + 1 - ties / (n * (n - 1)));
        return variance <= 0 ? 1 : NormalTwoSided((Math.Abs(u - n1 * n2 / 2) - 0.5) / Math.Sqrt(variance));
    }

    /// <summary>The exact p-value where the normal approximation does not hold; null where it does.</summary>
    private static double? MostlyTied(IReadOnlyList<(double Value, long First, long Second)> groups)
    {
        var tie = groups.MaxBy(g => g.First + g.Second);
        var ranks = new TiedRanks(
            groups.Where(g => g.Value < tie.Value).Sum(g => g.First + g.Second), tie.First + tie.Second, groups.Where(g => g.Value > tie.Value).Sum(g => g.First + g.Second));
        bool first = groups.Sum(g => g.First) <= groups.Sum(g => g.Second);
        long Of((double Value, long First, long Second) group) => first ? group.First : group.Second;
        var sample = groups.Sum(Of);
        return ranks.Tied > ranks.Below + ranks.Above && ranks.ExpectedOutside(sample) < EnoughOutside
            ? ranks.TwoSided(sample, groups.Where(g => g.Value < tie.Value).Sum(Of), groups.Where(g => g.Value > tie.Value).Sum(Of))
            : null;
    }

    /// <summary>Chi-square test of counts against expected counts.</summary>
    internal static double ChiSquare(IReadOnlyList<(double Observed, double Expected)> cells)
    {
        var usable = cells.Where(c => c.Expected > 0).ToArray();
        if (usable.Length < 2)
        {
            return 1;
        }

        var chi = usable.Sum(c => (c.Observed - c.Expected) * (c.Observed - c.Expected) / c.Expected);
        double freedom = usable.Length - 1;

        // Wilson and Hilferty: the cube root of chi²/df is nearly normal.
        var z = (Math.Cbrt(chi / freedom) - (1 - 2 / (9 * freedom))) / Math.Sqrt(2 / (9 * freedom));
        return NormalUpper(z);
    }

    private static double NormalTwoSided(double z) => Math.Min(1, 2 * NormalUpper(Math.Max(0, z)));

    /// <summary>Upper tail of the normal distribution; Abramowitz and Stegun 26.2.17, error below 7.5e-8.</summary>
    private static double NormalUpper(double z)
    {
        if (z < 0)
        {
            return 1 - NormalUpper(-z);
        }

        var t = 1 / (1 + 0.2316419 * z);
        var poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return poly * Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
    }

    private static double KolmogorovTail(double lambda)
    {
        if (lambda < 0.2)
        {
            return 1;
        }

        var sum = 0.0;
        for (var k = 1; k <= 100; k++)
        {
            var term = Math.Exp(-2 * k * k * lambda * lambda);
            sum += (k % 2 == 1 ? 2 : -2) * term;
            if (term < 1e-12)
            {
                break;
            }
        }

        return Math.Clamp(sum, 0, 1);
    }
}

namespace Whydrop.Diagnosis.Statistics;

/// <summary>Tests of whether figures are what chance alone would give. All return p-values between 0 and 1.</summary>
internal static class Goodness
{
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

    /// <summary>Mann–Whitney test, two-sided, of weighted values with ties: do the two groups come from one distribution?</summary>
    internal static double SameDistribution(IReadOnlyList<(double Value, long First, long Second)> counts)
    {
        double n1 = counts.Sum(c => c.First);
        double n2 = counts.Sum(c => c.Second);
        if (n1 == 0 || n2 == 0)
        {
            return 1;
        }

        double rankSum = 0;
        double below = 0;
        double ties = 0;
        foreach (var group in counts.GroupBy(c => c.Value).OrderBy(g => g.Key))
        {
            double first = group.Sum(c => c.First);
            double both = first + group.Sum(c => c.Second);
            rankSum += first * (below + (both + 1) / 2);
            below += both;
            ties += both * both * both - both;
        }

        var n = n1 + n2;
        var u = rankSum - n1 * (n1 + 1) / 2;
        var variance = n1 * n2 / 12 * (n + 1 - ties / (n * (n - 1)));
        return variance <= 0 ? 1 : NormalTwoSided((Math.Abs(u - n1 * n2 / 2) - 0.5) / Math.Sqrt(variance));
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

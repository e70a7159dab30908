namespace Whydrop.Diagnosis.Statistics;

/// <summary>Logarithms of factorials and what follows from them.</summary>
internal static class Combinatorics
{
    /// <summary>ln n!, exact below 32, Stirling's series beyond (error below 1e-10).</summary>
    internal static double LogFactorial(double n)
    {
        if (n < 32)
        {
            var log = 0.0;
            for (var i = 2; i <= n; i++)
            {
                log += Math.Log(i);
            }

            return log;
        }

        return n * Math.Log(n) - n + 0.5 * Math.Log(2 * Math.PI * n) + 1 / (12 * n) - 1 / (360 * n * n * n);
    }

    /// <summary>ln of "n choose k"; minus infinity when there is no such choice.</summary>
    internal static double LogChoose(double n, double k) =>
        k < 0 || k > n ? double.NegativeInfinity : LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k);

    /// <summary>The chance of at least so many hits in that many trials.</summary>
    internal static double BinomialUpper(long hits, long trials, double chance)
    {
        var p = 0.0;
        for (var k = hits; k <= trials; k++)
        {
            p += Math.Exp(LogChoose(trials, k) + (k * Math.Log(chance)) + ((trials - k) * Math.Log(1 - chance)));
        }

        return Math.Min(1, p);
    }

    /// <summary>
    /// Fisher's exact test, one-sided: the chance that, were loss independent of the class, at least that many of the
    /// lost ones fell into the first class.
    /// </summary>
    internal static double FisherUpper(long lostFirst, long totalFirst, long lostSecond, long totalSecond)
    {
        var lost = lostFirst + lostSecond;
        var total = totalFirst + totalSecond;
        var all = LogChoose(total, lost);
        var p = 0.0;
        for (var k = lostFirst; k <= Math.Min(lost, totalFirst); k++)
        {
            p += Math.Exp(LogChoose(totalFirst, k) + LogChoose(totalSecond, lost - k) - all);
        }

        return Math.Min(1, p);
    }
}

using Whydrop.Diagnosis.Statistics;
using Whydrop.Evidence.Load;

namespace Whydrop.Diagnosis.Comparison;

/// <summary>Finds the attribute that separates instances with a symptom from those without. An instance counts once, however many requests it had: its requests are not independent.</summary>
public static class Cohorts
{
    private const int Draws = 20_000;
    private const int MostSplits = 1000;

    /// <summary>All ways to part the instances by one value of one attribute, the clearest first. Only those whose inside is worse.</summary>
    public static IReadOnlyList<CohortSplit> Of(IReadOnlyList<ServiceInstance> instances)
    {
        var rates = instances.Select(i => i.Rate).ToArray();
        // Those that part the instances most evenly can be told from chance best.
        var ways = instances.SelectMany((instance, i) => instance.Attributes.Select(a => (Name: $"{a.Key} = {a.Value}", Index: i)))
            .GroupBy(a => a.Name, StringComparer.Ordinal).Select(g => (Name: g.Key, Inside: g.Select(a => a.Index).Distinct().Order().ToArray()))
            .Where(s => s.Inside.Length < instances.Count)
            .GroupBy(s => string.Join(',', s.Inside), StringComparer.Ordinal).Select(g => new Way([.. g.Select(s => s.Name)], g.First().Inside))
            .OrderByDescending(w => Math.Min(w.Inside.Length, instances.Count - w.Inside.Length)).Take(MostSplits).ToArray();
        var least = Array.ConvertAll(ways, w => Math.Max(1.0 / Draws, Math.Exp(-Combinatorics.LogChoose(rates.Length, w.Inside.Length))));
        var tried = Tried(least);
        var chances = Chances(rates, ways);
        var found = ways.Select((w, i) => Split(w, rates, Math.Min(1, tried * chances[i]), Math.Min(1, tried * least[i]))).Where(s => s.RateInside > s.RateOutside);
        return [.. found.OrderBy(s => s.Chance).ThenByDescending(s => s.Separation).ThenByDescending(s => s.RateInside - s.RateOutside)];
    }

    private static CohortSplit Split(Way way, double[] rates, double chance, double least)
    {
        var isInside = new bool[rates.Length];
        Array.ForEach(way.Inside, i => isInside[i] = true);
        var within = way.Inside.Select(i => rates[i]).ToArray();
        var without = rates.Where((_, i) => !isInside[i]).ToArray();
        var wins = within.Sum(a => without.Sum(b => a > b ? 1.0 : a == b ? 0.5 : 0));
        return new CohortSplit(way.Names, within.Length, without.Length, within.Average(), without.Average(), wins / within.Length / without.Length, chance, least);
    }

    /// <summary>
    /// Bonferroni's factor as Tarone counts it (Biometrics 46, 1990): a split with too few instances on one side can never be told from chance, so it is no try. An attribute
    /// that is another one for each instance takes nothing from the others.
    /// </summary>
    private static int Tried(double[] least)
    {
        var tried = 1;
        while (least.Count(p => p <= CohortSplit.Level / tried) > tried)
        {
            tried++;
        }

        return tried;
    }

    /// <summary>Share of random choices of as many instances whose rates sum to as much, for each.</summary>
    private static double[] Chances(double[] rates, Way[] ways)
    {
        // The same draws each time: the same list gives the same answer.
        var random = new Random(Draws);
        var shuffled = rates.ToArray();
        var sums = new double[rates.Length + 1];
        var seen = Array.ConvertAll(ways, w => w.Inside.Sum(i => rates[i]) * (1 - 1e-12));
        var asMuch = Array.ConvertAll(ways, _ => 1);
        for (var draw = 1; draw < Draws; draw++)
        {
            random.Shuffle(shuffled);
            for (var i = 0; i < shuffled.Length; i++)
            {
                sums[i + 1] = sums[i] + shuffled[i];
            }

            for (var w = 0; w < ways.Length; w++)
            {
                asMuch[w] += sums[ways[w].Inside.Length] >= seen[w] ? 1 : 0;
            }
        }

        return Array.ConvertAll(asMuch, n => (double)n / Draws);
    }

    /// <param name="Names">Attributes that part the instances alike.</param>
    /// <param name="Inside">Places of those that have it.</param>
    private sealed record Way(string[] Names, int[] Inside);
}

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
        var splits = instances.SelectMany((instance, i) => instance.Attributes.Select(a => (Name: $"{a.Key} = {a.Value}", Index: i)))
            .GroupBy(a => a.Name, StringComparer.Ordinal).Select(g => (Name: g.Key, Inside: g.Select(a => a.Index).Distinct().Order().ToArray()))
            .Where(s => s.Inside.Length < instances.Count)
            .GroupBy(s => string.Join(',', s.Inside), StringComparer.Ordinal).Take(MostSplits)
            .Select(g => (Names: g.Select(s => s.Name).ToArray(), g.First().Inside)).ToArray();
        var found = splits.Select(s => Split(s.Names, s.Inside, rates, splits.Length)).Where(s => s.RateInside > s.RateOutside);
        return [.. found.OrderBy(s => s.Chance).ThenByDescending(s => s.Separation).ThenByDescending(s => s.RateInside - s.RateOutside)];
    }

    private static CohortSplit Split(string[] names, int[] inside, double[] rates, int tried)
    {
        var isInside = new bool[rates.Length];
        Array.ForEach(inside, i => isInside[i] = true);
        var within = inside.Select(i => rates[i]).ToArray();
        var without = rates.Where((_, i) => !isInside[i]).ToArray();
        var wins = within.Sum(a => without.Sum(b => a > b ? 1.0 : a == b ? 0.5 : 0));
        var ways = Math.Exp(Combinatorics.LogChoose(rates.Length, inside.Length));
        return new CohortSplit(
            names, within.Length, without.Length, within.Average(), without.Average(), wins / within.Length / without.Length,
            Math.Min(1, tried * Chance(rates, within.Length, within.Sum())), Math.Min(1, tried * Math.Max(1 / ways, 1.0 / Draws)));
    }

    /// <summary>Share of random choices of so many instances whose rates sum to as much.</summary>
    private static double Chance(double[] rates, int count, double sum)
    {
        // The same draws each time: the same list gives the same answer.
        var random = new Random(Draws);
        var shuffled = rates.ToArray();
        var asMuch = 1;
        for (var draw = 1; draw < Draws; draw++)
        {
            random.Shuffle(shuffled);
            asMuch += shuffled.AsSpan(0, count).ToArray().Sum() >= sum * (1 - 1e-12) ? 1 : 0;
        }

        return (double)asMuch / Draws;
    }
}

namespace Whydrop.Diagnosis.Comparison;

/// <summary>Instances with one value of an attribute against all others.</summary>
/// <param name="Attributes">"kind = container"; several where they part the instances alike, so that nothing tells which of them it is.</param>
/// <param name="Inside">Instances with it.</param>
/// <param name="Outside">Instances without it.</param>
/// <param name="RateInside">Mean rate of those with it.</param>
/// <param name="RateOutside">Mean rate of the others.</param>
/// <param name="Separation">Chance that one with it is worse than one without: 1 parts them wholly, 0.5 not at all.</param>
/// <param name="Chance">How often a random choice of as many instances is as much worse, times the number of ways that were tried; at most 1.</param>
/// <param name="LeastChance">The least that <paramref name="Chance"/> can be with so few instances.</param>
public sealed record CohortSplit(
    IReadOnlyList<string> Attributes, int Inside, int Outside, double RateInside, double RateOutside, double Separation, double Chance, double LeastChance)
{
    /// <summary>More than chance, at the usual level.</summary>
    public bool Separates => Chance <= 0.05;
}

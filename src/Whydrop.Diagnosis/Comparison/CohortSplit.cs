namespace Whydrop.Diagnosis.Comparison;

/// <summary>Instances with one value of an attribute against all others.</summary>
/// <param name="Attributes">"kind = container"; several where they part the instances alike, so that nothing tells which of them it is.</param>
/// <param name="Inside">Instances with it.</param>
/// <param name="Outside">Instances without it.</param>
/// <param name="RateInside">Mean rate of those with it.</param>
/// <param name="RateOutside">Mean rate of the others.</param>
/// <param name="Separation">Chance that one with it is worse than one without: 1 parts them wholly, 0.5 not at all.</param>
/// <param name="Chance">How often a random choice of as many instances is as much worse, times the number of ways that could be told from chance; at most 1.</param>
/// <param name="LeastChance">The least that <paramref name="Chance"/> can be with so few instances.</param>
public sealed record CohortSplit(
    IReadOnlyList<string> Attributes, int Inside, int Outside, double RateInside, double RateOutside, double Separation, double Chance, double LeastChance)
{
    /// <summary>The usual level.</summary>
    internal const double Level = 0.05;

    /// <summary>More than chance.</summary>
    public bool Separates => Chance <= Level;

    /// <summary>Too few instances: even a complete separation would not be more than chance.</summary>
    public bool TooFew => LeastChance > Level;
}

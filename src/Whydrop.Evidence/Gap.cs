namespace Whydrop.Evidence;

/// <summary>Something that was not collected or could not be read, and why. It never stands for an empty result.</summary>
/// <param name="Kind">What kind of lack it is.</param>
/// <param name="Reason">One line: what is missing, where it stops, and why.</param>
public sealed record Gap(VantagePoint At, Provenance From, GapKind Kind, string Reason) : Fact(At, From)
{
    /// <summary>Nothing is missing because of it: it says how the evidence was read, for those who ask.</summary>
    public bool Minor { get; init; }
}

using Whydrop.Evidence;

namespace Whydrop.Readers;

/// <summary>What a text said, and what of it could not be read.</summary>
/// <param name="Facts">Facts other than gaps, in the order of the text.</param>
/// <param name="Gaps">What was not understood or is missing.</param>
public sealed record ReadResult(IReadOnlyList<Fact> Facts, IReadOnlyList<Gap> Gaps)
{
    /// <summary>A reader knew the text. It may hold no fact all the same: a log in which nothing happened.</summary>
    public bool Recognised { get; init; } = true;
}

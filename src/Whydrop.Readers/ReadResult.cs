using Whydrop.Evidence;

namespace Whydrop.Readers;

/// <summary>What a text said, and what of it could not be read.</summary>
/// <param name="Facts">Facts other than gaps, in the order of the text.</param>
/// <param name="Gaps">What was not understood or is missing.</param>
public sealed record ReadResult(IReadOnlyList<Fact> Facts, IReadOnlyList<Gap> Gaps);

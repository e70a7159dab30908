using Whydrop.Case.Opening;
using Whydrop.Evidence;

namespace Whydrop.Case.Reading;

/// <summary>One file of the case after reading.</summary>
/// <param name="Entry">The file.</param>
/// <param name="At">Where it was taken.</param>
/// <param name="Facts">Facts and gaps, in the order of the file.</param>
/// <param name="How">What was made of it, in a few words.</param>
internal sealed record ReadFile(CaseEntry Entry, CaseFileKind Kind, VantagePoint At, IReadOnlyList<Fact> Facts, string How)
{
    /// <summary>The reader that knows its first output; null for other files.</summary>
    public string? Tool { get; init; }

    public CaseFile Listed => new(Entry.Path, Kind, At, How, Entry.Length);
}

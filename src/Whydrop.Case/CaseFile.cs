using Whydrop.Evidence;

namespace Whydrop.Case;

/// <summary>One file of a case and what was made of it.</summary>
/// <param name="Path">Path inside the case, with '/'.</param>
/// <param name="At">Where it was taken, as far as its path, its content or case.yaml say.</param>
/// <param name="How">By what it was recognised, in a few words.</param>
/// <param name="Length">Bytes on disk.</param>
public sealed record CaseFile(string Path, CaseFileKind Kind, VantagePoint At, string How, long Length);

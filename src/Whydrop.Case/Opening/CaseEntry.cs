namespace Whydrop.Case.Opening;

/// <summary>One regular file of a case, wherever its bytes lie.</summary>
/// <param name="Path">Path inside the case, with '/', free of control characters.</param>
/// <param name="Folders">Folder names that may name a place: from the case's top, or from inside an archive without its wrapping folder.</param>
/// <param name="PhysicalPath">The file to open.</param>
/// <param name="Length">Bytes on disk.</param>
/// <param name="Kind">Outermost format.</param>
/// <param name="Inner">Format below a compression; the same as <paramref name="Kind"/> when not compressed.</param>
internal sealed record CaseEntry(
    string Path, IReadOnlyList<string> Folders, string PhysicalPath, long Length, ContentKind Kind, ContentKind Inner)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}

namespace Whydrop.Case.Opening;

/// <summary>How the folders of an archive name places.</summary>
/// <param name="Wrapped">All files lie under one folder that only wraps them.</param>
/// <param name="Place">The place an archive inside a case stands for: its wrapping folder, or its own name when files lie at its top; empty when it holds several folders, which name places themselves.</param>
internal readonly record struct ArchiveLayout(bool Wrapped, string[] Place)
{
    private static readonly string[] Endings = [".zip", ".tar", ".tgz", ".gz", ".zst", ".tzst"];

    /// <param name="files">Names of the files in it.</param>
    /// <param name="listsTop">It was made of a folder's content ("tar c ."), so that a single folder in it is no wrapping.</param>
    /// <param name="archiveName">File name of the archive.</param>
    public static ArchiveLayout Of(IEnumerable<string[]> files, bool listsTop, string archiveName)
    {
        var tops = new HashSet<string>(StringComparer.Ordinal);
        var bare = false;
        foreach (var segments in files)
        {
            bare |= segments.Length == 1;
            tops.Add(segments[0]);
        }

        if (bare)
        {
            return new ArchiveLayout(Wrapped: false, [Stem(archiveName)]);
        }

        return tops.Count == 1 && !listsTop ? new ArchiveLayout(Wrapped: true, [tops.First()]) : new ArchiveLayout(Wrapped: false, []);
    }

    private static string Stem(string name)
    {
        while (Endings.FirstOrDefault(e => name.Length > e.Length && name.EndsWith(e, StringComparison.OrdinalIgnoreCase)) is { } ending)
        {
            name = name[..^ending.Length];
        }

        return name;
    }
}

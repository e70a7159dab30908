namespace Whydrop.Case.Opening;

/// <summary>Names inside archives and folders, made safe to split, print and compare.</summary>
internal static class ArchiveName
{
    /// <summary>Splits an archive's own name into folder and file names.</summary>
    /// <returns>False when the name is absolute, climbs out with "..", or is empty: such an entry is refused.</returns>
    public static bool TrySplit(string name, bool backslashes, out string[] segments)
    {
        var text = backslashes ? name.Replace('\\', '/') : name;
        segments = [.. text.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(s => s != ".").Select(Printable)];
        return segments.Length > 0 && text[0] != '/' && !segments.Contains("..") && !(segments[0].Length == 2 && segments[0][1] == ':');
    }

    /// <summary>Control characters could drive the reader's terminal; they are shown as U+FFFD.</summary>
    public static string Printable(string name) =>
        name.Any(char.IsControl) ? string.Concat(name.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : name;
}

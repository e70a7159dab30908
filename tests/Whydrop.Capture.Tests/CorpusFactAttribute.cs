namespace Whydrop.Capture.Tests;

/// <summary>A test over the public captures in shared/corpus beside the repository; skipped by name where they are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute()
    {
        if (Folder is null)
        {
            Skip = "the public captures (shared/corpus beside the repository) are not here";
        }
    }

    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "shared", "corpus");
            if (File.Exists(Path.Combine(folder, "INDEX.tsv")))
            {
                return folder;
            }
        }

        return null;
    }
}

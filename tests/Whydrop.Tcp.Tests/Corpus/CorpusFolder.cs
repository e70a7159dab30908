namespace Whydrop.Tcp.Tests.Corpus;

/// <summary>Public captures beside the repository, with the counts of Wireshark 4.0 in INDEX.tsv.</summary>
internal static class CorpusFolder
{
    public static string? Path { get; } = Find();

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "shared", "corpus");
            if (File.Exists(System.IO.Path.Combine(candidate, "INDEX.tsv")))
            {
                return candidate;
            }
        }

        return null;
    }
}

/// <summary>A test that needs the public captures; without them it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute()
    {
        if (CorpusFolder.Path is null)
        {
            Skip = "there is no shared/corpus folder beside the repository";
        }
    }
}

using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Tests;

/// <summary>Public dumps, read in place.</summary>
internal static class Corpus
{
    public static string? Dumps { get; } = Find();

    public static Reading Read(string path)
    {
        using var stream = File.OpenRead(Path.Combine(Dumps!, path));
        return Reading.Of(TextFile.Read(path, stream));
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var dumps = Path.Combine(folder.FullName, "shared", "corpus", "dumps");
            if (Directory.Exists(dumps))
            {
                return dumps;
            }
        }

        return null;
    }
}

namespace Whydrop.Scenarios.Tests;

/// <summary>Where the repository's own files are, and whether they are to be rewritten.</summary>
internal static class Repository
{
    internal static string Root { get; } = Find();

    /// <summary>WHYDROP_UPDATE=1 rewrites generated files instead of comparing them.</summary>
    internal static bool Update => Environment.GetEnvironmentVariable("WHYDROP_UPDATE") == "1";

    /// <summary>Compares a generated file with the committed one, or rewrites it.</summary>
    internal static void Same(string path, string text)
    {
        var full = Path.Combine(Root, path);
        if (Update)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
            return;
        }

        Assert.True(File.Exists(full), $"{path} is missing: run the tests with WHYDROP_UPDATE=1");
        Assert.True(File.ReadAllText(full) == text, $"{path} is stale: run the tests with WHYDROP_UPDATE=1 and commit the result");
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Whydrop.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Whydrop.slnx is in no parent folder of the tests.");
    }
}

namespace Whydrop.Report.Tests;

/// <summary>Text kept in the tests folder and reviewed there; WHYDROP_UPDATE=1 writes it anew.</summary>
internal static class Snapshot
{
    public static void Matches(string actual, string fileName)
    {
        var path = Path.Combine(Root(), fileName);
        if (Environment.GetEnvironmentVariable("WHYDROP_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{fileName} is missing: run with WHYDROP_UPDATE=1 and review it");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    /// <summary>The repository, found by its solution file.</summary>
    public static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Whydrop.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests do not run inside the repository");
        }

        return folder;
    }
}

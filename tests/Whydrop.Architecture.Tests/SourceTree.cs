namespace Whydrop.Architecture.Tests;

/// <summary>The files of the repository, found from the test's own place upwards.</summary>
internal static class SourceTree
{
    public static readonly string Root = FindRoot();

    /// <summary>C# files under the top folders given, with paths relative to the root and '/' between parts.</summary>
    public static IEnumerable<SourceFile> Sources(params string[] topFolders) =>
        Files("*.cs", topFolders).Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path))));

    public static IEnumerable<string> Projects(params string[] topFolders) => Files("*.csproj", topFolders);

    private static IEnumerable<string> Files(string pattern, string[] topFolders) => topFolders
        .Select(folder => Path.Combine(Root, folder))
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
        .Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Whydrop.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no Whydrop.slnx above {AppContext.BaseDirectory}");
    }
}

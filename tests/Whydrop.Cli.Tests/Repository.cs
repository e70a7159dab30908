namespace Whydrop.Cli.Tests;

/// <summary>The folder that these tests were built in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Whydrop.slnx")))
        {
            at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("the tests do not run inside the repository");
        }

        return at;
    }
}

namespace Whydrop.Readers.Tests;

/// <summary>A test that runs an installed tool, skipped with a message where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(string tool)
    {
        Tool = tool;
        if (Path(tool) is null)
        {
            Skip = $"{tool} is not installed";
        }
    }

    public string Tool { get; }

    public static string? Path(string tool) =>
        new[] { "/usr/sbin", "/usr/bin", "/sbin", "/bin" }.Select(f => System.IO.Path.Combine(f, tool)).FirstOrDefault(File.Exists);
}

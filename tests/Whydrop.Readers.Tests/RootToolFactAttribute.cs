namespace Whydrop.Readers.Tests;

/// <summary>A test that makes network namespaces with an installed tool, skipped with a message where it is not root.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootToolFactAttribute : FactAttribute
{
    public RootToolFactAttribute(string tool)
    {
        Tool = tool;
        if (Environment.UserName != "root")
        {
            Skip = "making a network namespace needs root";
        }
        else if (ToolFactAttribute.Path(tool) is null)
        {
            Skip = $"{tool} is not installed";
        }
    }

    public string Tool { get; }
}

namespace Whydrop.Lab.Namespaces;

/// <summary>How a program ended.</summary>
/// <param name="CommandLine">What was run.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its stdout.</param>
/// <param name="Errors">Its stderr.</param>
public sealed record ToolResult(string CommandLine, int ExitCode, string Output, string Errors)
{
    /// <summary>Itself, or a one-line failure with the first line of stderr.</summary>
    /// <exception cref="LabException">The exit code is not 0.</exception>
    public ToolResult OrThrow()
    {
        if (ExitCode == 0)
            return this;
        var reason = Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "no message";
        throw new LabException($"{CommandLine}: exit code {ExitCode}: {reason}");
    }
}

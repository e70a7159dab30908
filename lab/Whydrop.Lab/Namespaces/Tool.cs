using System.Diagnostics;
using Whydrop.Lab.Native;

namespace Whydrop.Lab.Namespaces;

/// <summary>Runs an ordinary program, bounded in time.</summary>
public static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20) * Emulation.Slowness;

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="LabException">It is not installed, or did not end in 20 s, on an emulated machine longer (it is then killed).</exception>
    public static ToolResult Run(string tool, IEnumerable<string> arguments, string? input = null)
    {
        var start = Prepare(tool, arguments);
        start.RedirectStandardInput = true;
        var line = $"{tool} {string.Join(' ', start.ArgumentList)}";
        using var process = Start(start);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null)
            process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new LabException($"{line}: did not end within {Patience.TotalSeconds:0} s");
        }

        return new ToolResult(line, process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }

    /// <summary>Starts a prepared process.</summary>
    internal static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new LabException($"{start.FileName}: could not be started");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new LabException($"{start.FileName}: could not be started: {e.Message}", e);
        }
    }

    internal static ProcessStartInfo Prepare(string tool, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Need.Find(tool) ?? tool, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // Texts of tools are evidence: never translated, and found also when PATH lacks the system folders.
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = (Environment.GetEnvironmentVariable("PATH") ?? "") + ":/usr/sbin:/sbin:/usr/bin:/bin";
        return start;
    }
}

using System.Runtime.InteropServices;
using Whydrop.Cli.Terminal;
using Whydrop.Lab;
using Whydrop.Lab.DropReasons;
using Whydrop.Lab.VirtualMachine;
using Whydrop.Report.Terminal;

namespace Whydrop.Cli.Commands;

/// <summary>One <c>whydrop lab run</c>: the case is judged by the same pipeline as <c>whydrop diagnose</c>.</summary>
internal sealed class LabSession(CommandContext context, string colour)
{
    /// <summary>Runs a scenario; 0 when the verdict equals the truth, else 3.</summary>
    /// <param name="name">Scenario.</param>
    /// <param name="settings">Pairs <c>key=value</c>.</param>
    /// <param name="folder">Case folder; null for a temporary one.</param>
    /// <param name="keep">Keep a temporary case.</param>
    /// <param name="caseOnly">Make the case and stop.</param>
    /// <param name="dropReasons">Record why the kernel dropped packets, for the truth.</param>
    /// <param name="machineSeconds">Run in a virtual machine, at most so long; null to run here.</param>
    public int Run(string name, string[] settings, string? folder, bool keep, bool caseOnly, bool dropReasons, int? machineSeconds)
    {
        if (caseOnly && folder is null)
        {
            throw new UsageException("--case-only: name the folder for the case with -o");
        }

        if (machineSeconds is < 60 or > 3600)
        {
            throw new UsageException($"--vm-limit {machineSeconds}: 60 to 3600 seconds");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Interrupted);
        var temporary = folder is null ? Directory.CreateTempSubdirectory("whydrop-lab-").FullName : null;
        var kept = folder is not null;
        try
        {
            var scenario = LabCatalogue.All.FirstOrDefault(s => s.Name == name)
                ?? throw new UsageException($"no such lab scenario: {name} {NearWords.Of(name, LabCatalogue.All.Select(s => s.Name), "whydrop lab list names them")}");
            var directory = folder ?? Path.Combine(temporary!, name);
            Func<string, CancellationToken, Finding>? diagnose = caseOnly ? null : Diagnose;
            var result = machineSeconds is { } seconds
                ? new GuestRunner(SameProgram(), TimeSpan.FromSeconds(seconds), Progress).Run(scenario, settings, directory, diagnose, stop.Token)
                : LabRunner.Run(scenario, settings, directory, diagnose, Progress, stop.Token, dropReasons);
            kept |= keep;
            return caseOnly ? ExitCode.Healthy : Tell(result, kept);
        }
        catch (LabUsageException e)
        {
            throw new UsageException(e.Message);
        }
        catch (IOException e) when (folder is not null && !Directory.Exists(folder))
        {
            throw new UsageException($"-o {folder}: cannot be made: {e.Message.ReplaceLineEndings(" ")}");
        }
        catch (LabException e)
        {
            context.Messages.WriteLine($"whydrop: {e.Message}");
            return ExitCode.Failed;
        }
        finally
        {
            // A failed virtual machine leaves its console, which the message names.
            if (temporary is not null && !kept && !Directory.EnumerateFiles(temporary).Any(f => f.EndsWith(".console.log", StringComparison.Ordinal)))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private void Progress(string line) => context.Messages.WriteLine($"lab: {line}");

    // This program as the guest starts it: the shared runtime that runs it now, and its assembly. Both lie on the host's root, which the guest sees.
    private static string[] SameProgram()
    {
        var runtime = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        var dotnet = Path.GetFullPath(Path.Combine(runtime, "../../../dotnet"));
        var program = Path.Combine(AppContext.BaseDirectory, "whydrop.dll");
        return File.Exists(dotnet) && File.Exists(program)
            ? [dotnet, program]
            : throw new UsageException($"--vm: needs {(File.Exists(dotnet) ? program : dotnet)}, which is not there");
    }

    private Finding Diagnose(string caseFolder, CancellationToken stop)
    {
        var (model, finding) = ProgressBar.While(context.Messages, progress => LabDiagnosis.Of(caseFolder, progress, stop));
        TerminalReport.Write(model, context.Results, StandardOutput.Screen(colour), wide: false);
        return finding;
    }

    private int Tell(LabResult result, bool kept)
    {
        var output = context.Results;
        output.WriteLine();
        output.WriteLine($"Lab         {(result.Comparison!.Right ? "the verdict equals the truth" : "the verdict differs from the truth")}");
        foreach (var line in result.Comparison.Lines)
        {
            output.WriteLine($"  {line}");
        }

        var figures = result.Truth.Figures.ToLookup(f => f.Key.StartsWith(DropRecorder.Figure, StringComparison.Ordinal));
        output.WriteLine($"  made   {string.Join(", ", figures[false].Select(f => $"{f.Key} {f.Value}"))}");
        foreach (var drop in figures[true])
        {
            output.WriteLine($"  kernel {drop.Key[DropRecorder.Figure.Length..]}: {drop.Value}");
        }

        if (kept)
        {
            output.WriteLine($"  case   {result.CaseDirectory}");
            output.WriteLine($"  truth  {result.TruthFile}");
        }

        output.Flush();
        return result.Comparison.Right ? ExitCode.Healthy : ExitCode.FaultFound;
    }
}

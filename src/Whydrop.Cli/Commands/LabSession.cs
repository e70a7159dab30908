using Whydrop.Cli.Terminal;
using Whydrop.Lab;
using Whydrop.Lab.DropReasons;
using Whydrop.Report.Terminal;

namespace Whydrop.Cli.Commands;

/// <summary>One <c>whydrop lab run</c>: the case is judged by the same pipeline as <c>whydrop diagnose</c>.</summary>
internal sealed class LabSession(CommandContext context, string colour)
{
    /// <summary>Runs a scenario; 0 when the verdict equals the truth, else 3.</summary>
    public int Run(string name, string[] settings, string? folder, bool keep, bool dropReasons)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Interrupted);
        var temporary = folder is null ? Directory.CreateTempSubdirectory("whydrop-lab-").FullName : null;
        var kept = folder is not null;
        try
        {
            var result = LabRunner.Run(
                LabCatalogue.Find(name), settings, folder ?? Path.Combine(temporary!, name), Diagnose, line => context.Messages.WriteLine($"lab: {line}"), stop.Token, dropReasons);
            kept |= keep;
            return Tell(result, kept);
        }
        catch (LabUsageException e)
        {
            throw new UsageException(e.Message);
        }
        catch (LabException e)
        {
            context.Messages.WriteLine($"whydrop: {e.Message}");
            return ExitCode.Failed;
        }
        finally
        {
            if (temporary is not null && !kept)
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
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

using Whydrop.Cli.Terminal;
using Whydrop.Diagnosis;
using Whydrop.Lab;
using Whydrop.Lab.DropReasons;
using Whydrop.Lab.Scoring;

namespace Whydrop.Cli.Commands;

/// <summary>One <c>whydrop lab score</c>.</summary>
internal sealed class ScoreSession(CommandContext context)
{
    /// <summary>Makes and judges the runs, and tells; 0 when the goals hold, 3 when not, 1 when nothing could be judged or a diagnosis failed.</summary>
    public int Run(ScoreRequest request)
    {
        try
        {
            var scenarios = Chosen(request.Filter);
            var plan = ScoreRunner.Plan(scenarios, request.FirstSeed, request.Seeds);
            if (request.Folder is { } target)
            {
                Directory.CreateDirectory(target);
            }

            if (request.Options.DropReasons && DropRecorder.Missing() is { } missing)
            {
                context.Messages.WriteLine($"lab: drop reasons are not recorded: {missing}");
            }

            var runner = new ScoreRunner((folder, stop) => LabDiagnosis.Of(folder, null, stop, request.Properties).Finding, request.Options);
            var score = RunsBar.While(context.Messages, plan.Count, progress => runner.Run(plan, progress, context.Interrupted));
            Tell(score, request);
            return CodeOf(score);
        }
        catch (LabUsageException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>What a score is worth to a script.</summary>
    internal static int CodeOf(Score score) =>
        score.Runs.Count == 0 || score.Unmade.Any(u => u.Kind == UnmadeKind.DiagnosisFailed) ? ExitCode.Failed
        : score.Holds ? ExitCode.Healthy
        : ExitCode.FaultFound;

    /// <summary>Scenarios whose name, fault or layer contains one of the words; all without words.</summary>
    internal static IReadOnlyList<LabScenario> Chosen(IReadOnlyList<string> words)
    {
        var chosen = LabCatalogue.All.Where(s => words.Count == 0 || words.Any(w => Matches(s, w))).ToArray();
        return chosen.Length > 0 ? chosen : throw new UsageException($"--filter {string.Join(" --filter ", words)}: no lab scenario has this in its name, fault or layer (whydrop lab list shows them)");
    }

    private static bool Matches(LabScenario scenario, string word) =>
        new[] { scenario.Name, scenario.Fault, LabListing.Layer(scenario) }.Any(t => t.Contains(word, StringComparison.OrdinalIgnoreCase));

    private void Tell(Score score, ScoreRequest request)
    {
        if (request.Json)
        {
            ScoreDocument.Write(score, context.Results);
        }
        else
        {
            ScoreText.Write(score, context.Results, StandardOutput.Screen(request.Colour));
            context.Results.WriteLine();
            context.Results.Write(ConfusionMatrix.Text(score));
        }

        context.Results.Flush();
        if (request.Folder is { } folder)
        {
            File.WriteAllText(Path.Combine(folder, "confusion-matrix.txt"), ConfusionMatrix.Text(score));
            using var file = new StreamWriter(Path.Combine(folder, "score.json")) { NewLine = "\n" };
            ScoreDocument.Write(score, file);
        }
    }
}

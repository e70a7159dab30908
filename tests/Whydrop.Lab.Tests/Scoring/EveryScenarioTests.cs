using Whydrop.Cli.Commands;
using Whydrop.Lab.Scoring;

namespace Whydrop.Lab.Tests.Scoring;

/// <summary>Every lab scenario once, with the parameters of the first seed: the same as <c>whydrop lab score --properties</c>.</summary>
[Collection(nameof(ChosenRunTests.Alone))]
public sealed class EveryScenarioTests
{
    [WholeCatalogueFact]
    public void The_goals_hold()
    {
        var runner = new ScoreRunner((folder, stop) => LabDiagnosis.Of(folder, null, stop, properties: true).Finding, new ScoreOptions());

        var score = runner.Run(ScoreRunner.Plan(LabCatalogue.All, 1, 1), null, CancellationToken.None);

        Assert.Empty(score.Unmade.Where(u => u.Kind == UnmadeKind.DiagnosisFailed).Select(u => $"{u.Plan.CommandLine}: {u.Reason}"));
        Assert.True(score.Holds, string.Join('\n', score.Goals.Where(g => !g.Met).Select(g => $"{g.Name}: {g.Measured}").Concat(score.Failed.Select(r => $"{r.Plan.CommandLine}: {string.Join("; ", r.Failures)}"))));
    }

    private sealed class WholeCatalogueFactAttribute : FactAttribute
    {
        public WholeCatalogueFactAttribute() =>
            Skip = LabNeeds.Missing ?? (Environment.GetEnvironmentVariable("WHYDROP_LAB_TESTS") == "all" ? null : "makes the whole lab catalogue, minutes: set WHYDROP_LAB_TESTS=all, or run whydrop lab score");
    }
}

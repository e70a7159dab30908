using Whydrop.Case;
using Whydrop.Evidence;
using Whydrop.Lab.Scoring;

namespace Whydrop.Lab.Tests.Scoring;

/// <summary>Every lab scenario once, with the parameters of the first seed.</summary>
public sealed class EveryScenarioTests
{
    [LabFact]
    public void No_verdict_is_surer_for_less_and_no_byte_is_lost_or_invented()
    {
        var runner = new ScoreRunner((folder, stop) => new Finding("inconclusive") { Violations = Violations(CaseLoader.Load([folder], CaseOptions.Default, null, stop).Facts) }, new ScoreOptions());

        var score = runner.Run(ScoreRunner.Plan(LabCatalogue.All, 1, 1), null, CancellationToken.None);

        Assert.Empty(score.Runs.SelectMany(r => r.Finding.Violations.Select(v => $"{r.Plan.CommandLine}: {v}")));
        Assert.Empty(score.Unmade.Where(u => u.Kind == UnmadeKind.DiagnosisFailed).Select(u => $"{u.Plan.CommandLine}: {u.Reason}"));
        Assert.NotEmpty(score.Runs);
    }

    private static IReadOnlyList<string> Violations(FactSet facts) => [.. Conservation.Violations(facts), .. Weakening.Violations(facts)];
}

using System.Diagnostics;
using System.Text.Json;
using Whydrop.Case;
using Whydrop.Lab;
using Whydrop.Lab.Scoring;
using Whydrop.Report;

namespace Whydrop.Cli.Commands;

/// <summary>A lab case through the same pipeline as <c>whydrop diagnose</c>, reduced to what the truth can be compared with.</summary>
internal static class LabDiagnosis
{
    public static (ReportModel Model, Finding Finding) Of(string caseFolder, IProgress<CaseProgress>? progress, CancellationToken stop, bool properties = false)
    {
        var clock = Stopwatch.StartNew();
        var model = CaseReport.Of(CaseLoader.Load([caseFolder], CaseOptions.Default, progress, stop));
        var took = clock.Elapsed;
        var outcome = Word(model.Diagnosis.Outcome);
        var finding = model.Answer is { } answer
            ? new Finding(outcome, answer.Fault.Id, Word(answer.Status), answer.Scope.Node, answer.Scope.Interface)
            : new Finding(outcome);
        var ledger = model.Diagnosis.Ledger;
        return (model, finding with
        {
            Verdicts = [.. model.Diagnosis.Verdicts.Select(v => new FoundVerdict(v.Fault.Id, Word(v.Status), v.Scope.Node, v.Scope.Interface))],
            LostBytes = ledger.LostBytes,
            ExplainedBytes = ledger.LostBytes - ledger.UnexplainedBytes,
            Took = took,
            Check = properties ? () => [.. Conservation.Violations(model.Facts), .. Weakening.Violations(model.Facts)] : null,
        });
    }

    // The words of the JSON contract: RuledOut is "ruled-out".
    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}

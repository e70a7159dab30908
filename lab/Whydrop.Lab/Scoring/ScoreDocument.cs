using System.Text.Json;
using System.Text.Json.Serialization;

namespace Whydrop.Lab.Scoring;

/// <summary>The JSON form of a <see cref="Score"/>.</summary>
/// <param name="Schema">Version of this document.</param>
/// <param name="Holds">Every goal is met.</param>
/// <param name="Goals">What was wanted and what is.</param>
/// <param name="Faults">One for each true fault.</param>
/// <param name="Runs">Every run that was judged.</param>
/// <param name="Unmade">Every run without an answer.</param>
public sealed record ScoreDocument(
    string Schema, bool Holds, IReadOnlyList<Goal> Goals, IReadOnlyList<ScoreDocument.FaultRow> Faults, IReadOnlyList<ScoreDocument.RunRow> Runs,
    IReadOnlyList<ScoreDocument.UnmadeRow> Unmade)
{
    /// <summary>Writes a score.</summary>
    public static void Write(Score score, TextWriter output)
    {
        var document = new ScoreDocument("whydrop.score/1", score.Holds, score.Goals, [.. score.ByFault.Append(score.All).Select(Row)], [.. score.Runs.Select(Row)], [.. score.Unmade.Select(Row)]);
        output.WriteLine(JsonSerializer.Serialize(document, ScoreDocumentContext.Default.ScoreDocument));
    }

    private static FaultRow Row(Tally tally) => new(
        tally.Name, tally.Runs.Count, tally.Of(Mark.Right), tally.Of(Mark.Weak), tally.Of(Mark.Wrong), tally.Of(Mark.Missed), tally.Of(Mark.Undecided),
        tally.Mistaken.ToDictionary(m => m.Fault, m => m.Runs), tally.WrongConfirmed, tally.FalseAlarms, tally.Placed, tally.PlaceRight, tally.ExplainedShare,
        Math.Round(tally.MedianTime.TotalMilliseconds));

    private static RunRow Row(ScoredRun run) => new(
        run.Plan.Scenario.Name, run.Plan.Seed, run.Plan.CommandLine, run.TrueFault, run.Answer, run.Finding.Status, run.Mark, run.PlaceRight,
        [.. run.WrongConfirmed.Select(v => v.Fault)], run.Finding.Violations, run.Truth.Figures, run.Finding.LostBytes, run.Finding.ExplainedBytes,
        Math.Round(run.Finding.Took.TotalMilliseconds));

    private static UnmadeRow Row(UnmadeRun run) => new(run.Plan.Scenario.Name, run.Plan.Seed, run.Plan.CommandLine, run.Kind, run.Reason);

    /// <summary>Counts of one true fault; see <see cref="Tally"/>.</summary>
    public sealed record FaultRow(
        string Fault, int Runs, int Right, int Weak, int Wrong, int Missed, int Undecided, IReadOnlyDictionary<string, int> Mistaken, int WrongConfirmed,
        int FalseAlarms, int Placed, int PlaceRight, double? ExplainedShare, double MedianMilliseconds);

    /// <summary>One run; see <see cref="ScoredRun"/>.</summary>
    public sealed record RunRow(
        string Scenario, int Seed, string Command, string Truth, string Answer, string? Status, Mark Mark, bool? PlaceRight, IReadOnlyList<string> WrongConfirmed,
        IReadOnlyList<string> Violations, IReadOnlyDictionary<string, long> Figures, long LostBytes, long ExplainedBytes, double Milliseconds);

    /// <summary>One run without an answer; see <see cref="UnmadeRun"/>.</summary>
    public sealed record UnmadeRow(string Scenario, int Seed, string Command, UnmadeKind Kind, string Reason);
}

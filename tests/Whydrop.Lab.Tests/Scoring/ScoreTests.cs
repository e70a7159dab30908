using Whydrop.Cli;
using Whydrop.Cli.Commands;
using Whydrop.Lab.Scoring;

namespace Whydrop.Lab.Tests.Scoring;

public sealed class ScoreTests
{
    private static readonly UnmadeRun NotMade = new(new PlannedRun(new MadeUp(), 1, []), UnmadeKind.NotProduced, "nothing was dropped");

    private static Score Mixed => new(
        [
            Runs.Of(Runs.Truth("random-loss"), Runs.Finding("random-loss confirmed") with { LostBytes = 1000, ExplainedBytes = 990, Took = TimeSpan.FromMilliseconds(10) }),
            Runs.Of(Runs.Truth("random-loss"), Runs.Finding("random-loss confirmed node-b/eth0") with { LostBytes = 3000, ExplainedBytes = 3000, Took = TimeSpan.FromMilliseconds(30) }),
            Runs.Of(Runs.Truth("random-loss"), Runs.Finding("random-loss suspected") with { LostBytes = 500, Took = TimeSpan.FromMilliseconds(20) }),
            Runs.Of(Runs.Truth("random-loss"), Runs.Finding("rate-policer confirmed", "random-loss confirmed") with { Took = TimeSpan.FromMilliseconds(100) }),
            Runs.Of(Runs.Truth("qdisc-drop"), Runs.Finding("healthy")),
            Runs.Of(Runs.Truth("qdisc-drop"), Runs.Finding("inconclusive")),
            Runs.Of(Runs.Truth(null), Runs.Finding("healthy")),
            Runs.Of(Runs.Truth(null), Runs.Finding("random-loss suspected")),
        ],
        [NotMade]);

    [Fact]
    public void Runs_are_counted_by_their_true_fault()
    {
        var rows = Mixed.ByFault.Select(t => (t.Name, t.Runs.Count, t.Of(Mark.Right), t.Of(Mark.Weak), t.Of(Mark.Wrong), t.Of(Mark.Missed), t.Of(Mark.Undecided), t.WrongConfirmed, t.PlaceRight, t.Placed));

        Assert.Equal(
            [("qdisc-drop", 2, 0, 0, 0, 1, 1, 0, 0, 0), ("random-loss", 4, 2, 1, 1, 0, 0, 1, 2, 3), ("healthy", 2, 1, 0, 1, 0, 0, 0, 0, 0)],
            rows);
        Assert.Equal([("rate-policer", 1)], Mixed.ByFault[1].Mistaken);
    }

    [Fact]
    public void Shares_are_of_what_can_be_judged()
    {
        var all = Mixed.All;

        Assert.Equal(3.0 / 8, all.Accuracy);
        Assert.Equal(2.0 / 3, all.PlaceShare);
        Assert.Equal(3990.0 / 4000, all.ExplainedShare);
        Assert.Equal(1, all.FalseAlarms);
        Assert.Equal(TimeSpan.FromMilliseconds(25), Mixed.ByFault[1].MedianTime);
        Assert.Null(new Score([], []).All.Accuracy);
    }

    [Fact]
    public void What_was_not_made_is_neither_right_nor_wrong() => Assert.Equal(Mixed.All.Accuracy, (Mixed with { Unmade = [] }).All.Accuracy);

    [Fact]
    public void Goals_name_what_falls_short() =>
        Assert.Equal(["top-1 accuracy", "wrong Confirmed", "false alarms", "place right"], Mixed.Goals.Where(g => !g.Met).Select(g => g.Name));

    [Theory]
    [InlineData(19, 1, true)]
    [InlineData(18, 2, false)]
    public void Nineteen_of_twenty_are_enough(int right, int open, bool holds)
    {
        var runs = Enumerable.Repeat(Runs.Of(Runs.Truth("random-loss"), Runs.Finding("random-loss confirmed")), right)
            .Concat(Enumerable.Repeat(Runs.Of(Runs.Truth("random-loss"), Runs.Finding("inconclusive")), open));

        Assert.Equal(holds, new Score([.. runs], []).Holds);
    }

    [Theory]
    [InlineData(1.0, "100.0 %")]
    [InlineData(0.9999, "99.9 %")]
    [InlineData(0.95, "95.0 %")]
    public void Only_all_is_a_hundred_percent(double share, string text) => Assert.Equal(text, Score.Percent(share));

    [Fact]
    public void Exit_codes_tell_scripts_what_a_score_is_worth()
    {
        var good = new Score([Runs.Of(Runs.Truth("random-loss"), Runs.Finding("random-loss confirmed"))], [NotMade]);
        var violating = Runs.Of(Runs.Truth("random-loss"), Runs.Finding("random-loss confirmed") with { Violations = ["without Sysctl: surer"] });

        Assert.Equal(ExitCode.Healthy, ScoreSession.CodeOf(good));
        Assert.Equal(ExitCode.FaultFound, ScoreSession.CodeOf(Mixed));
        Assert.Equal(ExitCode.FaultFound, ScoreSession.CodeOf(new Score([violating], [])));
        Assert.Equal(ExitCode.Failed, ScoreSession.CodeOf(new Score([], [NotMade])));
        Assert.Equal(ExitCode.Failed, ScoreSession.CodeOf(good with { Unmade = [NotMade with { Kind = UnmadeKind.DiagnosisFailed }] }));
    }

    [Fact]
    public void The_matrix_has_a_row_for_each_truth_and_a_column_for_each_answer() => Assert.Equal(
        """
        8 lab runs: the true fault (rows) against the answer (columns).

          1 qdisc-drop
          2 random-loss
          3 rate-policer
          4 healthy
          5 inconclusive

                      1   2   3   4   5
        qdisc-drop    .   .   .   1   1
        random-loss   .   3   1   .   .
        healthy       .   1   .   1   .

        """,
        ConfusionMatrix.Text(Mixed));

    [Fact]
    public void The_document_holds_every_run_with_its_command()
    {
        using var text = new StringWriter();
        ScoreDocument.Write(Mixed, text);

        var document = System.Text.Json.Nodes.JsonNode.Parse(text.ToString())!;
        Assert.False((bool)document["holds"]!);
        Assert.Equal(8, document["runs"]!.AsArray().Count);
        Assert.Equal("whydrop lab run made-up", (string?)document["runs"]![0]!["command"]);
        Assert.Equal("Weak", (string?)document["runs"]![2]!["mark"]);
        Assert.Equal("nothing was dropped", (string?)document["unmade"]![0]!["reason"]);
    }
}

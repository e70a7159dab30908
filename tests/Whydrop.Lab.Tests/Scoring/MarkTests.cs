using Whydrop.Lab.Scoring;

namespace Whydrop.Lab.Tests.Scoring;

public sealed class MarkTests
{
    [Theory]
    [InlineData("confirmed", "random-loss confirmed", Mark.Right)]
    [InlineData("confirmed", "random-loss suspected", Mark.Weak)]
    [InlineData("suspected", "random-loss suspected", Mark.Right)]
    [InlineData("suspected", "random-loss confirmed", Mark.Right)]
    [InlineData("confirmed", "lossy-link confirmed", Mark.Right)]
    [InlineData("confirmed", "rate-policer suspected", Mark.Wrong)]
    [InlineData("suspected", "rate-policer confirmed", Mark.Wrong)]
    [InlineData("confirmed", "healthy", Mark.Missed)]
    [InlineData("confirmed", "inconclusive", Mark.Undecided)]
    [InlineData("undecided", "inconclusive", Mark.Right)]
    [InlineData("undecided", "random-loss suspected", Mark.Right)]
    [InlineData("undecided", "healthy", Mark.Missed)]
    [InlineData("undecided", "rate-policer suspected", Mark.Wrong)]
    public void An_answer_to_a_faulty_run_has_one_mark(string weakest, string said, Mark mark) =>
        Assert.Equal(mark, Runs.Of(Runs.Truth("random-loss", weakest) with { AlsoTrue = ["lossy-link"] }, Runs.Finding(said)).Mark);

    [Theory]
    [InlineData("healthy", Mark.Right, false)]
    [InlineData("inconclusive", Mark.Undecided, false)]
    [InlineData("random-loss suspected", Mark.Wrong, true)]
    public void A_fault_in_a_healthy_run_is_a_false_alarm(string said, Mark mark, bool alarm)
    {
        var run = Runs.Of(Runs.Truth(null), Runs.Finding(said));

        Assert.Equal((mark, alarm), (run.Mark, run.FalseAlarm));
        Assert.Null(run.PlaceRight);
    }

    [Fact]
    public void A_wrong_confirmation_counts_at_any_rank()
    {
        var truth = Runs.Truth("random-loss") with { AlsoTrue = ["lossy-link"], Accompanying = ["cc-mismatch"] };

        var run = Runs.Of(truth, Runs.Finding("random-loss confirmed", "lossy-link confirmed", "cc-mismatch confirmed", "qdisc-drop suspected", "rate-policer confirmed node-b/eth1"));

        Assert.Equal(Mark.Right, run.Mark);
        Assert.Equal(["rate-policer"], run.WrongConfirmed.Select(v => v.Fault));
        Assert.True(run.Failed);
        Assert.Equal(["confirmed though it was not there: rate-policer at node-b/eth1"], run.Failures);
    }

    [Fact]
    public void An_accompanying_condition_is_no_answer() =>
        Assert.Equal(Mark.Wrong, Runs.Of(Runs.Truth("random-loss") with { Accompanying = ["cc-mismatch"] }, Runs.Finding("cc-mismatch confirmed")).Mark);

    [Theory]
    [InlineData("random-loss confirmed node-a/eth0", true)]
    [InlineData("random-loss confirmed node-b/eth0", false)]
    [InlineData("random-loss suspected node-a/eth0", true)]
    [InlineData("rate-policer confirmed node-a/eth0", null)]
    [InlineData("inconclusive", null)]
    public void The_place_is_judged_where_the_fault_is_named(string said, bool? right) =>
        Assert.Equal(right, Runs.Of(Runs.Truth("random-loss"), Runs.Finding(said)).PlaceRight);
}

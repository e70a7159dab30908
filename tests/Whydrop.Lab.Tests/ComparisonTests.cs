namespace Whydrop.Lab.Tests;

public sealed class ComparisonTests
{
    private static readonly Truth Faulty = new()
    {
        Scenario = "x", Parameters = new Dictionary<string, string>(), Figures = new Dictionary<string, long>(),
        Fault = "pmtu-blackhole", Node = "fwd-node", Interface = "tunl0", Status = "confirmed",
    };

    private static readonly Truth Healthy = Faulty with { Fault = null, Node = null, Interface = null, Status = null };

    [Theory]
    [InlineData("pmtu-blackhole", "confirmed", "fwd-node", "tunl0", true)]
    [InlineData("pmtu-blackhole", "suspected", "fwd-node", "tunl0", false)]
    [InlineData("random-loss", "confirmed", "fwd-node", "tunl0", false)]
    [InlineData("pmtu-blackhole", "confirmed", "worker-node", "tunl0", false)]
    [InlineData("pmtu-blackhole", "confirmed", "fwd-node", null, false)]
    [InlineData(null, null, null, null, false)]
    public void A_confirmed_truth_wants_fault_status_and_place(string? fault, string? status, string? node, string? device, bool right) =>
        Assert.Equal(right, Comparison.Of(Faulty, new Finding("fault", fault, status, node, device)).Right);

    [Theory]
    [InlineData("suspected", "fwd-node", null, true)]
    [InlineData("confirmed", "fwd-node", "tunl0", true)]
    [InlineData("suspected", "worker-node", null, false)]
    [InlineData("undecided", "fwd-node", "tunl0", false)]
    public void A_suspected_truth_leaves_the_place_open_but_not_wrong(string status, string node, string? device, bool right) =>
        Assert.Equal(right, Comparison.Of(Faulty with { Status = "suspected" }, new Finding("fault", "pmtu-blackhole", status, node, device)).Right);

    [Theory]
    [InlineData("inconclusive", null, null, null, true)]
    [InlineData("fault", "pmtu-blackhole", "suspected", "fwd-node", true)]
    [InlineData("fault", "random-loss", "suspected", "fwd-node", false)]
    [InlineData("fault", "random-loss", "confirmed", null, false)]
    public void Where_nobody_can_tell_saying_so_is_right(string outcome, string? fault, string? status, string? node, bool right) =>
        Assert.Equal(right, Comparison.Of(Faulty with { Status = "undecided" }, new Finding(outcome, fault, status, node)).Right);

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("node-a", "eth0", true)]
    [InlineData("node-b", "cali1", true)]
    [InlineData("node-a", "tunl0", false)]
    [InlineData("server", null, false)]
    public void A_place_outside_every_host_is_open_or_one_of_its_neighbours(string? node, string? device, bool right)
    {
        var fabric = Faulty with { Node = null, Interface = null, AlsoAt = ["node-a/eth0", "node-b"] };

        Assert.Equal(right, Comparison.Of(fabric, new Finding("fault", "pmtu-blackhole", "confirmed", node, device)).PlaceRight);
    }

    [Fact]
    public void Fault_and_place_are_judged_apart_and_a_wrong_confirmation_is_marked()
    {
        var elsewhere = Comparison.Of(Faulty, new Finding("fault", "pmtu-blackhole", "confirmed", "worker-node", "tunl0"));
        var another = Comparison.Of(Faulty, new Finding("fault", "random-loss", "confirmed", "fwd-node", "tunl0"));

        Assert.Equal((true, false, false), (elsewhere.FaultRight, elsewhere.PlaceRight, elsewhere.Overclaimed));
        Assert.Equal((false, true, true), (another.FaultRight, another.PlaceRight, another.Overclaimed));
        Assert.True(Comparison.Of(Healthy, new Finding("fault", "random-loss", "confirmed", "fwd-node")).Overclaimed);
    }

    [Theory]
    [InlineData("healthy", false, false)]
    [InlineData("healthy", true, true)]
    [InlineData("inconclusive", false, true)]
    public void Healthy_is_right_of_a_faulty_run_only_where_no_trace_of_it_was_collected(string outcome, bool unseen, bool right) =>
        Assert.Equal(right, Comparison.Of(Faulty with { Status = "undecided", Unseen = unseen }, new Finding(outcome)).Right);

    [Theory]
    [InlineData("suspected", true)]
    [InlineData("confirmed", false)]
    public void What_looks_like_the_fault_may_be_suspected_and_not_confirmed(string status, bool right)
    {
        var truth = Faulty with { Status = "undecided", LooksLike = ["overlay-mtu-too-big"] };

        Assert.Equal(right, Comparison.Of(truth, new Finding("fault", "overlay-mtu-too-big", status, "fwd-node", "tunl0")).Right);
    }

    [Theory]
    [InlineData("suspected", true)]
    [InlineData("undecided", false)]
    public void A_condition_that_lets_the_fault_hurt_is_told_too(string status, bool right)
    {
        var finding = new Finding("fault", "pmtu-blackhole", "confirmed", "fwd-node", "tunl0") { Verdicts = [new FoundVerdict("mss-clamp-missing", status, "fwd-node", "tunl0")] };

        Assert.Equal(right, Comparison.Of(Faulty with { Beside = ["mss-clamp-missing"] }, finding).Right);
    }

    [Theory]
    [InlineData("healthy", true)]
    [InlineData("inconclusive", false)]
    [InlineData("fault", false)]
    public void A_healthy_truth_wants_a_healthy_outcome(string outcome, bool right) =>
        Assert.Equal(right, Comparison.Of(Healthy, new Finding(outcome)).Right);
}

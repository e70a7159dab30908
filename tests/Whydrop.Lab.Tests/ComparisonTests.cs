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
    [InlineData("healthy", true)]
    [InlineData("inconclusive", false)]
    [InlineData("fault", false)]
    public void A_healthy_truth_wants_a_healthy_outcome(string outcome, bool right) =>
        Assert.Equal(right, Comparison.Of(Healthy, new Finding(outcome)).Right);
}

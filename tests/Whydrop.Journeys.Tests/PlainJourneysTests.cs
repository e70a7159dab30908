using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Tests.Simulation;
using Whydrop.Tests;

namespace Whydrop.Journeys.Tests;

public sealed class PlainJourneysTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Told_together_or_one_by_one_the_hops_add_up_to_the_same(int lossPerMille)
    {
        var captures = Captures(lossPerMille);
        var (single, together) = (SimFacts.JoinAll(captures), SimFacts.JoinSummed(captures));

        Assert.NotEmpty(together.OfType<PlainJourneys>());
        Assert.Equal(Hops(single), Hops(together));
        Assert.Equal(single.OfType<FlowPairing>().Count(), together.OfType<FlowPairing>().Count() + together.OfType<PlainJourneys>().Sum(p => p.Connections * (p.Stops.Count - 1)));
    }

    [Fact]
    public void A_diagnosis_finds_the_counterparts_of_connections_in_trouble_that_have_no_fact_of_their_own()
    {
        var captures = Captures(lossPerMille: 3);
        var listed = SimFacts.JoinTroubled(10_000, out _, captures);

        var unlisted = SimFacts.JoinTroubled(0, out var first, captures);

        Assert.NotEmpty(listed.Placements());
        Assert.Equal(listed.Placements().Select(p => p.ToString()), unlisted.Placements().Select(p => p.ToString()));
        // Every sighting that a fact of the join names has one.
        var told = first.All.Concat(unlisted).OfType<TcpFlow>().Select(f => (f.Capture, f.Flow)).ToHashSet();
        Assert.All(unlisted.OfType<FlowPairing>(), p => Assert.True(told.Contains((p.Capture, p.Flow)) && told.Contains((p.OtherCapture, p.OtherFlow))));
        Assert.True(told.Count < listed.OfType<FlowPairing>().Count() * 100);
    }

    [Fact]
    public void What_something_happened_to_is_told_as_it_is_one_by_one()
    {
        var captures = Captures(lossPerMille: 3);
        var (single, together) = (SimFacts.JoinAll(captures), SimFacts.JoinSummed(captures));

        Assert.NotEmpty(together.Placements());
        Assert.Equal(single.Where(Others).Select(f => f.GetType() + f.ToString()), together.Where(Others).Select(f => f.GetType() + f.ToString()));
        Assert.Superset(together.OfType<FlowPairing>().ToHashSet(), single.OfType<FlowPairing>().ToHashSet());

        static bool Others(Fact fact) => fact is SegmentPlacement or ControlPlacement or ControlBirth or ClockComparison or UnjoinedFlow or Gap;
    }

    [Fact]
    public void Of_those_told_together_the_first_has_its_fact()
    {
        var facts = SimFacts.JoinSummed(Captures(lossPerMille: 0));

        var plain = Assert.Single(facts.OfType<PlainJourneys>());
        Assert.Equal(20, plain.Connections);
        Assert.Equal(plain.Stops.Select(s => (s.Capture, s.Flows[0])).Order(), facts.OfType<TcpFlow>().Select(f => (f.Capture, f.Flow)).Order());
        Assert.All(plain.Stops, s => Assert.Equal(20, s.Flows.Distinct().Count()));
        Assert.Empty(facts.OfType<HopSummary>());
    }

    [Fact]
    public void A_connection_that_no_other_place_saw_has_its_fact()
    {
        var facts = SimFacts.JoinSummed(Captures(lossPerMille: 0)[0]);

        Assert.Equal(20, facts.OfType<TcpFlow>().Count());
        Assert.Empty(facts.OfType<PlainJourneys>());
    }

    [Fact]
    public void A_connection_more_costs_little()
    {
        var (few, many) = (Captures(lossPerMille: 0, connections: 50), Captures(lossPerMille: 0, connections: 450));
        _ = SimFacts.Allocated(few[0], few[2]);

        AllocationLimit.Holds("join a plain connection", SimFacts.Allocated(many[0], many[2]) - SimFacts.Allocated(few[0], few[2]), 400);
    }

    private SimCapture[] Captures(int lossPerMille, int connections = 20)
    {
        var path = new NodePortPath(seed: 47);
        var random = new Random(2);
        path.Drops = (_, p) => p.Length > 0 && random.Next(1_000) < lossPerMille;
        _ = path.Play([.. Enumerable.Range(0, connections).Select(n => path.Flow(n, n * 1_000_000L) with { Requests = NodePortPath.Sizes(2 + (n % 5)), Responses = NodePortPath.Sizes(3 + (n % 20), 900) })]);
        return [path.Front, path.Worker, path.Pod];
    }

    /// <summary>By places and direction: segments and bytes in and out, lost, delayed, measured, the extremes, and how often each delay was met.</summary>
    private static string[] Hops(IReadOnlyList<Fact> facts) =>
    [
        .. facts.OfType<HopSummary>().Concat(facts.OfType<PlainJourneys>().SelectMany(p => p.Hops))
            .GroupBy(h => (h.Capture, h.OtherCapture, h.FromClient, h.Encapsulation, h.OtherEncapsulation))
            .Select(g => $"{g.Key}: {g.Sum(h => h.SegmentsIn)} {g.Sum(h => h.SegmentsOut)} {g.Sum(h => h.Lost)} {g.Sum(h => h.Unproven)} {g.Sum(h => h.BytesIn)} {g.Sum(h => h.BytesOut)} "
                + $"{g.Sum(h => h.Delayed)} {g.Sum(h => h.DelaySamples)} {g.Min(h => h.MinDelay)} {g.Max(h => h.MaxDelay)} {g.Max(h => h.DelayError)} "
                + string.Join(' ', g.SelectMany(h => h.Delays).GroupBy(d => d.Delay).OrderBy(d => d.Key).Select(d => $"{d.Key.Ticks}x{d.Sum(c => c.Count)}")))
            .Order(StringComparer.Ordinal),
    ];
}

using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

public sealed class HopSummaryTests
{
    [Fact]
    public void What_enters_a_hop_leaves_it_or_is_lost_or_unknown_and_the_ranges_say_the_same()
    {
        var path = new NodePortPath(seed: 23);
        var random = new Random(2);
        path.Drops = (_, p) => p.Length > 0 && random.Next(100) < 3;
        _ = path.Play([.. Enumerable.Range(0, 4).Select(n => path.Flow(n, n * 1_000_000L) with { Requests = NodePortPath.Sizes(200), Responses = NodePortPath.Sizes(150, 900) })]);

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod);

        foreach (var hop in facts.OfType<HopSummary>())
        {
            Assert.Equal(hop.SegmentsIn, hop.SegmentsOut + hop.Lost + hop.Unproven);
            var ranges = facts.Placements().Where(p => (p.Capture, p.Flow, p.FromClient, p.MissingCapture, p.MissingFlow) == (hop.Capture, hop.Flow, hop.FromClient, hop.OtherCapture, (int?)hop.OtherFlow)).ToArray();
            Assert.Equal((hop.Lost, hop.BytesLost), (ranges.Count(p => p.AbsenceProven), ranges.Where(p => p.AbsenceProven).Sum(p => p.Length)));
        }
    }

    [Fact]
    public void A_lost_range_names_its_frame_in_every_file_and_its_place_in_the_stream()
    {
        var path = new NodePortPath(seed: 29);
        path.Drops = (hop, p) => hop == 3 && p is { FromClient: true, Length: > 0, Transmission: 1, StreamOffset: 1 + (1448 * 7) };
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(40) });

        var lost = Assert.Single(SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod).Placements());

        Assert.Equal(1448 * 7, lost.StreamOffset);
        Assert.Equal(["front.pcap", "node.pcap", "node.pcap", "worker.pcap"], lost.SeenAt.Select(p => p.Source));
        Assert.Equal(lost.From, lost.SeenAt[^1]);
        var frames = new[] { path.Front, path.Node, path.Node, path.Worker }.Select(c => c.Frames()).ToArray();
        Assert.All(lost.SeenAt.Select((p, i) => frames[i][(int)p.Frame!.Value - 1]), p => Assert.Equal((1448, 1 + (1448 * 7)), (p.Length, p.StreamOffset)));
        Assert.Equal(2, lost.SeenAt.Where(p => p.Source == "node.pcap").Distinct().Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_arrives_after_it_was_sent_again_is_late_and_delayed_and_not_lost(bool timestamps)
    {
        var path = new NodePortPath(seed: 31);
        var slow = new SlowHop(p => p is { FromClient: true, Length: > 0, Transmission: 1 } && p.StreamOffset % (1448 * 20) == 1, 300_000_000);
        var build = path.Build;
        path.Build = () => [.. build().Take(1), slow, .. build().Skip(1)];
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(100), Gap = 5_000_000, Timestamps = timestamps });

        var facts = SimFacts.Join(path.Front, path.Pod);

        Assert.Equal(5, slow.Held.Count);
        var hop = facts.OfType<HopSummary>().Single(h => h.FromClient);
        Assert.Equal((5, 0, 0), (hop.Late, hop.Lost, hop.Unproven));
        // Without time stamps the two transmissions look alike, and neither is timed.
        Assert.Equal(timestamps ? 5 : 0, hop.Delayed);
        Assert.Equal(0, facts.OfType<HopSummary>().Single(h => !h.FromClient).Late);
    }

    [Theory]
    [InlineData(19, true)]
    [InlineData(10, false)]
    public void The_delay_at_a_loss_is_that_of_its_neighbours(int held, bool queued)
    {
        var path = new NodePortPath(seed: 33);
        path.Drops = (hop, p) => hop == 0 && p is { FromClient: true, Length: > 0, Transmission: 1 } && p.StreamOffset % (1448 * 20) == 1 && p.StreamOffset > 1;
        var slow = new SlowHop(p => p is { FromClient: true, Length: > 0, Transmission: 1 } && p.StreamOffset % (1448 * 20) == 1 + (1448 * held), 3_000_000);
        var build = path.Build;
        path.Build = () => [.. build().Take(1), slow, .. build().Skip(1)];
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(100), Gap = 5_000_000 });

        var hop = SimFacts.Join(path.Front, path.Pod).OfType<HopSummary>().Single(h => h.FromClient);

        Assert.Equal((4, 4, true), (hop.Lost, hop.LossGaps, hop.DelayAtLoss is not null));
        Assert.Equal(queued, hop.DelayAtLoss - hop.MinDelay >= TimeSpan.FromMilliseconds(3));
        Assert.True(hop.MaxDelay - hop.MinDelay >= TimeSpan.FromMilliseconds(3) && hop.MedianDelay - hop.MinDelay < TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void What_comes_out_twice_is_counted_and_what_is_sent_twice_is_not()
    {
        var path = new NodePortPath(seed: 37);
        path.Drops = (hop, p) => hop == 0 && p is { Length: > 0, Transmission: 1 } && p.StreamOffset % (1448 * 10) == 1;
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(60) });
        foreach (var packet in path.Pod.Seen.Where(p => p is { FromClient: true, Length: > 0 }).Skip(20).Take(3).ToArray())
        {
            path.Pod.Seen.Add(packet with { Time = packet.Time + 20_000_000 });
        }

        var facts = SimFacts.Join(path.Front, path.Pod);

        var hop = facts.OfType<HopSummary>().Single(h => h.FromClient);
        Assert.Equal((3, 6), (hop.Duplicated, hop.Lost));
        Assert.All(facts.OfType<HopSummary>().Where(h => !h.FromClient), h => Assert.Equal(0, h.Duplicated));
    }

    [Fact]
    public void Percentiles_rise_and_the_counts_hold_every_sample()
    {
        var path = new NodePortPath(seed: 41);
        path.Drops = (hop, p) => hop == 0 && p is { Length: > 0, Transmission: 1, StreamOffset: 1 };
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(200) });

        foreach (var hop in SimFacts.Join(path.Front, path.Node, path.Pod).OfType<HopSummary>())
        {
            var delays = new[] { hop.MinDelay, hop.MedianDelay, hop.P90Delay, hop.P99Delay, hop.MaxDelay }.Select(d => d!.Value).ToArray();
            Assert.Equal(delays.Order(), delays);
            Assert.Equal(hop.DelaySamples, hop.Delays.Sum(d => d.Count));
            Assert.Equal(hop.Delays.Select(d => d.Delay).Distinct().Order(), hop.Delays.Select(d => d.Delay));
            Assert.InRange(hop.Delays[^1].Delay.Ticks, hop.MaxDelay!.Value.Ticks, (hop.MaxDelay.Value.Ticks * 33 / 32) + 1);
        }
    }

    [Fact]
    public void All_connections_are_followed_when_that_is_asked_for_and_each_other_one_has_a_reason()
    {
        var path = new NodePortPath(seed: 43);
        _ = path.Play([path.Flow(0) with { Requests = NodePortPath.Sizes(50) }, path.Flow(1) with { Requests = NodePortPath.Sizes(20) }]);
        path.Pod.WithChatter(1_000_000, 60_000_000);

        var facts = SimFacts.JoinAll(path.Front, path.Pod);

        Assert.Equal(4, facts.OfType<HopSummary>().Count());
        Assert.Equal(70, facts.OfType<HopSummary>().Where(h => h.FromClient).Sum(h => h.SegmentsOut));
        var alone = Assert.Single(facts.OfType<UnjoinedFlow>());
        Assert.Equal(("pod", UnjoinedReason.NoCounterpart), (alone.At.Node, alone.Why));
        var clocks = facts.OfType<ClockComparison>().ToArray();
        Assert.Equal(["front.pcap", "pod.pcap"], clocks.Select(c => c.From.Source));
        Assert.All(clocks, c => Assert.Equal("front.pcap", c.Other.Source));
        Assert.InRange(clocks[1].Pieces.Single().Offset.TotalHours, 5.99999, 6.00001);
    }

    [Fact]
    public void A_connection_of_a_time_when_no_other_capture_ran_says_so()
    {
        var path = new NodePortPath(seed: 47);
        path.Pod = new SimCapture("pod.pcap", "pod", "eth0") { StartsAt = 2_000_000_000 };
        var again = new NodePortPath(seed: 47) { Pod = path.Pod };
        _ = again.Play([again.Flow(0) with { Requests = NodePortPath.Sizes(20) }, again.Flow(1, 3_000_000_000) with { Requests = NodePortPath.Sizes(20) }]);

        var facts = SimFacts.JoinAll(again.Front, again.Pod);

        Assert.Equal(UnjoinedReason.NotRunning, Assert.Single(facts.OfType<UnjoinedFlow>()).Why);
    }

    [Fact]
    public void Where_a_capture_does_not_list_all_of_its_connections_one_may_be_among_them()
    {
        var path = new NodePortPath(seed: 47);
        _ = path.Play([.. Enumerable.Range(0, 3).Select(n => path.Flow(n) with { Requests = NodePortPath.Sizes(20) })]);
        path.Pod.Seen.RemoveAll(p => p.Flow == 1);

        var facts = SimFacts.JoinAll(s => s.At.Node == "pod" ? s with { Flows = s.Flows + 1 } : s, path.Front, path.Pod);

        Assert.Equal(UnjoinedReason.NotListed, Assert.Single(facts.OfType<UnjoinedFlow>()).Why);
    }
}

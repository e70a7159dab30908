using System.Net;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

public sealed class ClockStepTests
{
    private const long Second = 1_000_000_000;
    private const long Millisecond = 1_000_000;

    [Theory]
    [InlineData(3 * Second, 0, true)]
    [InlineData(-3 * Second, 0, true)]
    [InlineData(3 * Second, 0, false)]
    [InlineData(-3 * Second, 0, false)]
    [InlineData(5 * Millisecond, 0, true)]
    [InlineData(-5 * Millisecond, 0, true)]
    [InlineData(5 * Millisecond, 40, false)]
    [InlineData(-5 * Millisecond, -40, false)]
    public void A_step_is_found_where_it_was_and_as_large_as_it_was(long step, int driftPpm, bool atSecond)
    {
        var (near, far, _) = Play(new Jitter(7, 50_000), atSecond ? [] : [(4 * Second, step)], atSecond ? [(4 * Second, step)] : [], driftPpm * 1e-6, _ => false);

        var facts = SimFacts.JoinAll(near, far);

        var clock = facts.OfType<ClockComparison>().Single(c => c.From.Source == "far.pcap");
        Assert.Equal(2, clock.Pieces.Count);
        var truth = new[] { 0L, 4 * Second }.Select(t => (far.ClockAt(t) - near.ClockAt(t)) / 100).ToArray();
        Assert.All(clock.Pieces.Zip(truth), p => Assert.InRange(Math.Abs(p.First.Offset.Ticks - p.Second), 0, TimeSpan.FromMilliseconds(0.6).Ticks));
        Assert.InRange(clock.Error!.Value.TotalMilliseconds, 0.01, 0.6);
        Assert.InRange(clock.Pieces[1].Begin.UnixNanoseconds, near.ClockAt(4 * Second) - (20 * Millisecond), near.ClockAt(4 * Second) + (20 * Millisecond));
        // Delays are those of the path on both sides of the step, but for a few frames around it.
        Assert.All(facts.OfType<HopSummary>(), h => Assert.InRange(h.P99Delay!.Value.TotalMilliseconds, 0, 1.5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Jitter_and_a_queue_that_fills_are_no_step(int seed)
    {
        foreach (var element in new PathElement[] { new Jitter(seed, 30 * Millisecond), new Standing(2 * Second, 5 * Second, 80 * Millisecond), new Standing(3 * Second, long.MaxValue, 8 * Millisecond, oneWay: true) })
        {
            var (near, far, _) = Play(element, [], [], seed * 20e-6, _ => false, seed);

            var clock = SimFacts.JoinAll(near, far).OfType<ClockComparison>().Single(c => c.From.Source == "far.pcap");

            Assert.Single(clock.Pieces);
            Assert.NotNull(clock.Error);
        }
    }

    [Fact]
    public void Two_steps_of_both_clocks_are_three_pieces()
    {
        var (near, far, _) = Play(new Jitter(3, 50_000), [(2 * Second, -7 * Second)], [(6 * Second, 20 * Millisecond)], 0, _ => false);

        var clock = SimFacts.JoinAll(near, far).OfType<ClockComparison>().Single(c => c.From.Source == "far.pcap");

        Assert.Equal([0, 7_000, 7_020], clock.Pieces.Select(p => Math.Round(p.Offset.TotalMilliseconds)));
    }

    [Theory]
    [InlineData(3 * Second)]
    [InlineData(-3 * Second)]
    [InlineData(-5 * Millisecond)]
    public void Losses_on_both_sides_of_a_step_are_proven_and_none_is_invented(long step)
    {
        var random = new Random(8);
        var (near, far, lossy) = Play(new Jitter(7, 50_000), [], [(4 * Second, step)], 0, p => p is { Length: > 0, Transmission: 1 } && random.Next(100) < 3);

        var facts = SimFacts.Join(near, far);

        Assert.NotEmpty(lossy.Dropped);
        Assert.Equal(lossy.Dropped.Select(NodePortPath.Key).Order(), facts.Placements().Select(NodePortPath.Key).Order());
        Assert.All(facts.Placements(), p => Assert.True(p.AbsenceProven, p.Reason));
        Assert.All(facts.OfType<HopSummary>(), h => Assert.Equal(0, h.Late));
    }

    private static (SimCapture Near, SimCapture Far, LossyHop Lossy) Play(
        PathElement element, (long, long)[] nearSteps, (long, long)[] farSteps, double drift, Func<SimPacket, bool> drops, int seed = 5)
    {
        var random = new Random(seed);
        var near = new SimCapture("near.pcap", "node-a", "eth0") { Steps = nearSteps };
        var far = new SimCapture("far.pcap", "node-b", "eth0") { Steps = farSteps, Drift = drift };
        var lossy = new LossyHop("", drops);
        new Topology([new Tap(near), new Router(200_000, random), element, lossy, new Tap(far), new Router(20_000, random)], seed).Play(new SimFlow
        {
            Client = IPEndPoint.Parse("10.244.1.5:41000"), Server = IPEndPoint.Parse("10.244.2.7:8080"), ClientIsn = 7_000_000, ServerIsn = 9_000_000,
            Requests = NodePortPath.Sizes(1600), Responses = NodePortPath.Sizes(800, 300), Gap = 5 * Millisecond,
        });
        return (near, far, lossy);
    }

    /// <summary>Takes a random time, seldom a long one.</summary>
    private sealed class Jitter(int seed, long scale) : PathElement
    {
        private readonly Random random = new(seed);

        public override SimPacket Pass(SimPacket packet) => (packet.Flags & 2) != 0 ? packet : packet with { Time = packet.Time + (long)(-Math.Log(1 - random.NextDouble()) * scale) };
    }

    /// <summary>Holds everything up for a time, as a full queue does.</summary>
    private sealed class Standing(long from, long to, long delay, bool oneWay = false) : PathElement
    {
        public override SimPacket Pass(SimPacket packet) => packet.Time >= from && packet.Time < to && (packet.FromClient || !oneWay) ? packet with { Time = packet.Time + delay } : packet;
    }
}

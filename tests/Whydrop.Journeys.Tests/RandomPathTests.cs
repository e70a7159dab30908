using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

/// <summary>Paths, losses and capture faults at random: what is called proven must be true, whatever else is missing.</summary>
public sealed class RandomPathTests
{
    private static readonly string[] Places = ["front", "node", "node", "worker", "pod"];

    private static readonly TunnelType[] Tunnels = [TunnelType.IpIp, TunnelType.Vxlan, TunnelType.Geneve, TunnelType.Gre];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 32)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_proven_is_true(int seed)
    {
        var random = new Random(seed);
        var path = new NodePortPath(Tunnels[random.Next(Tunnels.Length)], random.Next(3) == 0, seed);
        path.Front = Capture("front", random);
        path.Node = Capture("node", random);
        path.Worker = Capture("worker", random);
        path.Pod = Capture("pod", random);
        var rates = Enumerable.Range(0, 4).Select(_ => random.Next(3) == 0 ? 0 : random.NextDouble() * 0.05).ToArray();
        path.Drops = (hop, p) => random.NextDouble() < rates[hop] * (p.Length > 0 ? 1 : 0.3);
        Rebuild(path, random);
        _ = path.Play([.. Enumerable.Range(0, 1 + random.Next(4)).Select(n => path.Flow(n, n * 700_000L) with
        {
            Requests = [.. Enumerable.Range(0, 20 + random.Next(150)).Select(_ => random.Next(4) == 0 ? 1 + random.Next(1448) : 1448)],
            Responses = [.. Enumerable.Range(0, random.Next(80)).Select(_ => 1 + random.Next(1448))],
            Gap = 20_000 + random.Next(4_000_000),
            Timestamps = random.Next(3) > 0,
        })]);
        var used = new[] { path.Front, path.Node, path.Worker, path.Pod }.Where(c => random.Next(4) > 0 && c.Frames().Count > 0).ToArray();

        var facts = seed % 2 == 0 ? SimFacts.Join(used) : SimFacts.JoinAll(used);

        Assert.All(facts.OfType<HopSummary>(), h => Assert.Equal((h.SegmentsIn, true), (h.SegmentsOut + h.Lost + h.Unproven, h.SegmentsOut >= 0 && h.BytesOut >= 0)));
        Assert.All(facts.OfType<ClockComparison>().Where(c => c.Pieces is [_] && c.Error is not null), c => AssertClock(c, used));
        var truth = new[] { path.FrontToNode, path.InsideNode, path.NodeToWorker, path.WorkerToPod }
            .SelectMany((hop, i) => hop.Dropped.Where(p => p.Length > 0).Select(p => (Hop: i, p.FromClient, p.Sequence, p.Length, p.StreamOffset))).ToList();
        // Narrow claims first: a wide one may stand for any of several losses.
        foreach (var placement in facts.Placements().Where(p => p.AbsenceProven && p.Length > 0).OrderBy(p => Hops(p).To - Hops(p).From))
        {
            var (from, to) = Hops(placement);
            var known = truth.FindIndex(t => t.FromClient == FromClient(placement) && t.Hop >= from && t.Hop < to
                && unchecked((int)(placement.Sequence - t.Sequence)) is >= 0 and var into && into + placement.Length <= t.Length);
            Assert.True(known >= 0, $"{placement}");
            if (placement.Length == truth[known].Length)
            {
                truth.RemoveAt(known);
            }
        }
    }

    private static void AssertClock(ClockComparison told, SimCapture[] used)
    {
        var (own, other) = (used.Single(c => c.Name == told.From.Source), used.Single(c => c.Name == told.Other.Source));
        var time = (long)((told.Pieces[0].Begin.UnixNanoseconds - other.ClockAt(0)) / (1 + other.Drift));
        Assert.InRange(Math.Abs((told.Pieces[0].Offset.Ticks * 100) - (own.ClockAt(time) - other.ClockAt(time))), 0, (told.Error!.Value.Ticks * 100) + 1000);
    }

    private static bool FromClient(SegmentPlacement p) => Array.IndexOf(Places, p.At.Node) < Array.IndexOf(Places, p.MissingAt.Node)
        || (p.At.Node == p.MissingAt.Node && p.MissingEncapsulation is not null);

    /// <summary>Hops between two places, first to last: the node is seen plain before its hop and encapsulated after it.</summary>
    private static (int From, int To) Hops(SegmentPlacement p)
    {
        var (low, high) = FromClient(p) ? (p.At.Node, p.MissingAt.Node) : (p.MissingAt.Node, p.At.Node);
        return (Array.IndexOf(Places, low), low == high ? 2 : Array.LastIndexOf(Places, high));
    }

    private static SimCapture Capture(string node, Random random) => new($"{node}.pcap", node, "eth0")
    {
        ClockOffset = random.NextInt64(-3 * 3_600_000_000_000, 3 * 3_600_000_000_000),
        Drift = (random.NextDouble() - 0.5) * 100e-6,
        StartsAt = random.Next(4) == 0 ? random.Next(300_000_000) : long.MinValue,
        EndsAt = random.Next(4) == 0 ? 200_000_000 + random.Next(400_000_000) : long.MaxValue,
        Merges = random.Next(3) == 0,
        SnapLength = random.Next(3) == 0 ? 160 : 262144,
        KernelDrops = random.Next(2) == 0 ? null : 0,
    };

    private static void Rebuild(NodePortPath path, Random random)
    {
        // Captures that say nothing of drops may have had some.
        Func<SimPacket, bool>? Keeps(SimCapture c) => c.KernelDrops is null && random.Next(2) == 0 ? _ => random.Next(100) >= 2 : null;
        var build = path.Build;
        path.Build = () =>
        {
            var elements = build().ToArray();
            var node = Keeps(path.Node);
            elements[0] = new Tap(path.Front, Keeps(path.Front));
            elements[3] = new Tap(path.Node, node);
            elements[8] = new Tap(path.Node, node);
            elements[11] = new Tap(path.Worker, Keeps(path.Worker));
            elements[15] = new Tap(path.Pod, Keeps(path.Pod));
            return elements;
        };
    }
}

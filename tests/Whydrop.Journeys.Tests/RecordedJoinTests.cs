using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Tests.Simulation;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Tests;

/// <summary>Segments that the first reading recorded tell what a second reading tells, to the last word.</summary>
public sealed class RecordedJoinTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Both_ways_tell_the_same(int seed)
    {
        var captures = Play(seed);

        foreach (var following in new[] { Following.Summed, Following.All })
        {
            var again = FactWords.Of(SimFacts.JoinReadAgain(following, captures));
            var recorded = FactWords.Of(SimFacts.JoinRecorded(following, new SegmentAllowance(1_000_000), out var count, captures));

            var onDisk = FactWords.Of(SimFacts.JoinRecorded(following, new SegmentAllowance(0) { Folder = Path.GetTempPath() }, out var countOnDisk, captures));

            Assert.Equal((captures.Length, captures.Length), (count, countOnDisk));
            Assert.NotEmpty(recorded);
            Assert.Equal(again, recorded);
            Assert.Equal(again, onDisk);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Where_there_was_room_for_some_captures_only_the_others_are_read_again(int seed)
    {
        var captures = Play(seed);
        var again = FactWords.Of(SimFacts.JoinReadAgain(Following.Summed, captures));

        var recorded = FactWords.Of(SimFacts.JoinRecorded(Following.Summed, new SegmentAllowance(captures[0].Frames().Count), out var count, captures));

        Assert.Equal(1, count);
        Assert.Equal(again, recorded);
    }

    [Fact]
    public void A_capture_that_shows_datagrams_twice_is_read_again()
    {
        var path = new NodePortPath(seed: 2) { Front = new SimCapture("front.pcap", "front", "eth0") };
        _ = path.Play(path.Flow(0, 0) with { Requests = NodePortPath.Sizes(40) });
        var twice = new SimCapture("front.pcap", "front", "eth0");
        twice.Seen.AddRange(path.Front.Seen.SelectMany(p => new[] { p, p with { Time = p.Time + 20_000 } }));

        var again = FactWords.Of(SimFacts.JoinReadAgain(Following.Summed, twice, path.Pod));
        var recorded = FactWords.Of(SimFacts.JoinRecorded(Following.Summed, new SegmentAllowance(1_000_000), out var count, twice, path.Pod));

        Assert.Equal(1, count);
        Assert.Equal(again, recorded);
    }

    [Fact]
    public void What_was_sent_again_within_a_tick_is_no_copy_in_a_capture_that_shows_others_twice()
    {
        var path = new NodePortPath(ipv6: true, seed: 5);
        path.Drops = (hop, p) => hop == 2 && p is { FromClient: true, Length: > 0, Transmission: 1 } && p.StreamOffset % (1448 * 10) == 1;
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(60), RepeatsAfter = 400_000 });
        var front = new SimCapture("front.pcap", "front", "eth0");
        front.Seen.AddRange(path.Front.Seen);
        front.Seen.AddRange(path.Front.Seen.Where(p => p.FromClient && p.Length > 0 && p.StreamOffset % (1448 * 10) == 1 + (1448 * 5)).Select(p => p with { Time = p.Time + 20_000 }));

        var facts = SimFacts.JoinReadAgain(Following.All, front, path.Node, path.Worker, path.Pod);

        Assert.Equal(6, facts.Placements().Count(p => p.AbsenceProven));
        Assert.Equal(66, facts.OfType<HopSummary>().First(h => h.FromClient && h.At.Node == "front").SegmentsIn);
    }

    private static SimCapture[] Play(int seed)
    {
        var random = new Random(seed);
        var path = new NodePortPath(random.Next(2) == 0 ? TunnelType.IpIp : TunnelType.Vxlan, random.Next(3) == 0, seed)
        {
            Front = Capture("front", random), Node = Capture("node", random), Worker = Capture("worker", random), Pod = Capture("pod", random),
        };
        var rate = random.Next(2) == 0 ? 0 : 0.02;
        path.Drops = (_, p) => random.NextDouble() < rate * (p.Length > 0 ? 1 : 0.3);
        _ = path.Play([.. Enumerable.Range(0, 3 + random.Next(6)).Select(n => path.Flow(n, n * 700_000L) with
        {
            Requests = [.. Enumerable.Range(0, 5 + random.Next(60)).Select(_ => random.Next(4) == 0 ? 1 + random.Next(1448) : 1448)],
            Responses = [.. Enumerable.Range(0, random.Next(40)).Select(_ => 1 + random.Next(1448))],
            Gap = 20_000 + random.Next(4_000_000),
            Timestamps = random.Next(3) > 0,
        })]);
        return [path.Front, path.Node, path.Worker, path.Pod];
    }

    private static SimCapture Capture(string node, Random random) => new($"{node}.pcap", node, "eth0")
    {
        ClockOffset = random.NextInt64(-3_600_000_000_000, 3_600_000_000_000),
        Drift = (random.NextDouble() - 0.5) * 100e-6,
        StartsAt = random.Next(4) == 0 ? random.Next(300_000_000) : long.MinValue,
        Merges = random.Next(3) == 0,
        SnapLength = random.Next(3) == 0 ? 70 + random.Next(90) : 262144,
    };
}

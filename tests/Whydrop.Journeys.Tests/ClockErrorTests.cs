using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

public sealed class ClockErrorTests
{
    private const long Second = 1_000_000_000;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_clocks_differ_by_what_is_told_and_not_more_than_its_error_else(int seed)
    {
        var random = new Random(seed);
        var path = new NodePortPath(ipv6: seed % 2 == 0, seed: seed)
        {
            Pod = new SimCapture("pod.pcap", "pod", "eth0") { ClockOffset = 100_000 * Second, Drift = (random.NextDouble() - 0.5) * 150e-6, StartsAt = random.NextInt64(20 * Second) },
        };
        _ = path.Play([.. Enumerable.Range(0, 3).Select(n => path.Flow(n, n * Second) with { Requests = NodePortPath.Sizes(20 + random.Next(60)), Responses = NodePortPath.Sizes(10), Gap = 400_000_000 })]);

        var clock = SimFacts.JoinAll(seed % 3 == 0 ? [path.Front, path.Pod] : [path.Pod, path.Front]).OfType<ClockComparison>().Single(c => c.From.Source == "pod.pcap");

        var (piece, end) = (Assert.Single(clock.Pieces), path.Pod.Seen.Max(p => p.Time));
        var begin = (long)((piece.Begin.UnixNanoseconds - path.Front.ClockAt(0)) / (1 + path.Front.Drift));
        foreach (var time in new[] { begin, end })
        {
            var told = (piece.Offset.Ticks * 100) + (piece.DriftPpm * (time - begin) / 1e6);
            Assert.InRange(Math.Abs(told - (path.Pod.ClockAt(time) - path.Front.ClockAt(time))), 0, (clock.Error!.Value.Ticks * 100) + 1000);
        }
    }
}

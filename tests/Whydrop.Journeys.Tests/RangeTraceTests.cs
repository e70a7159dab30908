using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

public sealed class RangeTraceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_transmission_of_the_bytes_is_told_at_every_place_that_saw_it(bool lateStart)
    {
        const long First = 1 + (1448 * 30);
        var path = new NodePortPath(seed: 43);
        path.Drops = (hop, p) => hop == 2 && p is { FromClient: true, Length: > 0, Transmission: 1, StreamOffset: First };
        if (lateStart)
        {
            path.Worker = new SimCapture("worker.pcap", "worker", "eth0") { StartsAt = 40_000_000, ClockOffset = 77_000_000_000 };
        }

        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(60), Gap = 2_000_000 });

        var told = SimFacts.JoinAll(new TracedRange(_ => true, First, First + 1447), path.Front, path.Node, path.Worker, path.Pod).OfType<RangeSighting>().Where(s => s.FromClient).ToArray();

        Assert.Equal(["front.pcap", "node.pcap", "node.pcap"], told.Where(s => s.Transmission == 1).Select(s => s.From.Source));
        Assert.Equal(["front.pcap", "node.pcap", "node.pcap", "worker.pcap", "pod.pcap"], told.Where(s => s.Transmission == 2).Select(s => s.From.Source));
        Assert.Equal(8, told.Length);
        Assert.All(told, s => Assert.Equal((First - 1, 1448), (s.StreamOffset, s.Length)));
        foreach (var (capture, sightings) in new[] { path.Front, path.Node, path.Worker, path.Pod }.Select(c => (c, told.Where(s => s.From.Source == c.Name))))
        {
            var frames = capture.Frames();
            Assert.All(sightings, s => Assert.Equal((s.Transmission, First), (frames[(int)s.From.Frame!.Value - 1].Transmission, frames[(int)s.From.Frame!.Value - 1].StreamOffset)));
        }

        Assert.All(told.GroupBy(s => s.Transmission), t => Assert.Equal(t.OrderBy(s => s.SinceFirst), t));
    }
}

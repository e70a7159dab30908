using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Paths;

namespace Whydrop.Journeys.Tests.Paths;

public sealed class LookAlikesTests
{
    [Fact]
    public void All_of_the_same_opening_and_of_the_same_ends_at_the_time_are_found()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            Sighting[] there = [.. Enumerable.Range(0, 40).Select(n => new Sighting(n, Flow(random, n), 0))];
            var known = new LookAlikes(there);
            for (var i = 0; i < 10; i++)
            {
                var flow = Flow(random, 0);
                var (begin, end) = (flow.First.UnixNanoseconds, flow.Last.UnixNanoseconds);

                var found = known.Of(flow, begin, end).Select(s => s.Number).Distinct().Order();

                Assert.Equal(there.Where(s => IsLike(s.Flow, flow, begin, end)).Select(s => s.Number), found);
            }
        }
    }

    private static bool IsLike(TcpFlow seen, TcpFlow flow, long begin, long end) =>
        seen.FromClient.InitialSequence == flow.FromClient.InitialSequence
        || ((seen.Server.Port == flow.Server.Port || seen.Client.Equals(flow.Client)) && seen.First.UnixNanoseconds <= end && seen.Last.UnixNanoseconds >= begin);

    private static TcpFlow Flow(Random random, int number)
    {
        var first = random.Next(1_000);
        var sender = new TcpSender(
            1, 100, 100, 0, null, null, null, false, (uint)random.Next(60), 140, 140, 64, null, null, new Dictionary<string, long>(), false, null);
        return new TcpFlow(
            VantagePoint.Unknown, new Provenance("a.pcap", Frame: number + 1), 0, number, new IPEndPoint(IPAddress.Loopback, 1_000 + random.Next(20)), new IPEndPoint(IPAddress.Loopback, 80 + random.Next(4)),
            null, new Timestamp(first), new Timestamp(first + random.Next(random.Next(8) == 0 ? 1_000 : 60)), 2, sender, sender, true, null);
    }
}

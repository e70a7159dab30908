using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Placement;
using Whydrop.Journeys.Tests.Simulation;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Tests.Placement;

public sealed class PlainDirectionTests
{
    [Fact]
    public void What_is_recognised_as_plain_is_plain_when_every_transmission_is_followed_and_told_alike()
    {
        var random = new Random(5);
        var recognised = 0;
        for (var round = 0; round < 2_000; round++)
        {
            var flows = new CaseFlows(
                [new JourneySource("a.pcap", () => throw new InvalidOperationException(), 0), new JourneySource("b.pcap", () => throw new InvalidOperationException(), 1)],
                new FactSet([Flow(0), Flow(1)]));
            var (a, b) = (flows.Sightings[0], flows.Sightings[1]);
            var (client, server) = (Stream(random, 1_000), Stream(random, 9_000));
            a.Take(Trails.Of(client), Trails.Of(server));
            b.Take(Trails.Of(Changed(random, client, 500_000)), Trails.Of(Changed(random, server, -500_000)));
            var connection = new Connection([a, b], [PairComparison.Compare(a, b, false, 0, 0, 1)]);
            var clocks = new ClockTable([connection], (_, _) => false);
            var told = new ToldFates(new FactSet([]));
            foreach (var (way, fromClient) in new[] { (new[] { a, b }, true), (new[] { b, a }, false) })
            {
                if (PlainDirection.Recognise(connection, way, fromClient, told))
                {
                    recognised++;
                    var facts = PlainDirection.Tell(connection, way, fromClient, clocks).ToList<Fact>();
                    var journey = new DirectionJourney(connection, way, fromClient, clocks, new AbsenceProof(flows, clocks, new EncryptedTraffic(new FactSet([]))), told);
                    Assert.True(journey.IsPlain);
                    Assert.Equal(journey.Facts().Select(Comparable), facts.Select(Comparable));
                }
            }
        }

        Assert.InRange(recognised, 500, 3_500);
    }

    private static (Fact, string) Comparable(Fact fact) =>
        fact is HopSummary hop ? (hop with { Delays = [] }, string.Join(' ', hop.Delays)) : (fact, "");

    private static SegmentRecord[] Stream(Random random, uint sequence)
    {
        var records = new SegmentRecord[1 + random.Next(8)];
        var time = 1_000_000_000L;
        for (var i = 0; i < records.Length; i++)
        {
            time += random.Next(3_000_000);
            records[i] = new SegmentRecord
            {
                UnixNanoseconds = time,
                Frame = (uint)(i + 1),
                Sequence = sequence,
                Acknowledgment = 77,
                Length = random.Next(3) * 1_000,
                TsVal = (uint)(time / 1_000_000),
                TsEcr = 5,
                IpId = (ushort)(i + 1),
                HeaderLength = 52,
                Ttl = 64,
                Traits = SegmentTraits.Timestamp | SegmentTraits.Acknowledges | SegmentTraits.Hashed,
            };
            sequence += (uint)records[i].Length;
        }

        return records;
    }

    /// <summary>The same further on; sometimes one is missing, comes twice, was sent again, is merged with the next or comes late.</summary>
    private static SegmentRecord[] Changed(Random random, SegmentRecord[] records, long delay)
    {
        var later = Array.ConvertAll(records, r => r with { UnixNanoseconds = r.UnixNanoseconds + delay + random.Next(100_000), Ttl = 63 });
        var at = random.Next(later.Length);
        switch (random.Next(8))
        {
            case 0:
                return [.. later[..at], .. later[(at + 1)..]];
            case 1:
                return [.. later[..at], later[at], .. later[at..]];
            case 2:
                return [.. later, later[at] with { TsVal = later[at].TsVal + 9, IpId = 99 }];
            case 3 when at + 1 < later.Length:
                return [.. later[..at], later[at] with { Length = later[at].Length + later[at + 1].Length }, .. later[(at + 2)..]];
            case 4 when at + 1 < later.Length:
                return [.. later[..at], later[at + 1], later[at], .. later[(at + 2)..]];
            default:
                return later;
        }
    }

    private static TcpFlow Flow(int capture)
    {
        var sender = new TcpSender(
            4, 4_000, 4_000, 0, 1_460, 7, true, true, 500, 1_052, 1_052, 64, TimeSpan.FromMilliseconds(1), null, new Dictionary<string, long>(), false, null);
        return new TcpFlow(
            VantagePoint.Unknown, new Provenance(capture == 0 ? "a.pcap" : "b.pcap", Frame: 1), capture, 0, new IPEndPoint(IPAddress.Loopback, 1_000), new IPEndPoint(IPAddress.Loopback, 80), null,
            new Timestamp(0), new Timestamp(9_000_000_000), 16, sender, sender, true, null);
    }
}

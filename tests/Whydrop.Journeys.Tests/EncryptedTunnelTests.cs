using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

public sealed class EncryptedTunnelTests
{
    private static readonly IPAddress NodeA = IPAddress.Parse("10.1.0.1"), NodeB = IPAddress.Parse("10.1.0.2");

    [Theory]
    [InlineData(TunnelType.Esp, "ESP")]
    [InlineData(TunnelType.EspInUdp, "ESP in UDP")]
    [InlineData(TunnelType.WireGuard, "WireGuard")]
    public void What_is_lost_inside_is_placed_between_the_ends_that_can_be_seen_and_the_rest_is_a_gap(TunnelType type, string word)
    {
        var lossy = new LossyHop("fabric", p => p is { FromClient: true, Length: > 0, Transmission: 1 } && p.StreamOffset % (1448 * 10) == 1);
        var (client, uplinkA, uplinkB, server) = Play(type, lossy);

        var facts = SimFacts.Join(out var first, client, uplinkA, uplinkB, server);

        Assert.Equal(10, lossy.Dropped.Count);
        Assert.Equal(10, facts.Placements().Count());
        Assert.All(facts.Placements(), p => Assert.Equal(("pod-a", "pod-b", true), (p.At.Node, p.MissingAt.Node, p.AbsenceProven)));
        var tunnels = first.Of<EncryptedTunnel>();
        Assert.Equal([("node-a", word), ("node-b", word)], tunnels.Select(t => (t.At.Node!, t.Kind)));
        Assert.All(tunnels, t => Assert.Equal((NodeA, NodeB), (t.Near, t.Far)));
        Assert.Equal(uplinkA.Frames().Count, tunnels[0].Frames);
        var gaps = facts.OfType<Gap>().ToArray();
        Assert.Equal(["node-a", "node-b"], gaps.Select(g => g.At.Node));
        Assert.All(gaps, g => Assert.Equal((GapKind.Unsupported, true), (g.Kind, g.Reason.StartsWith($"{word} between 10.1.0.1 and 10.1.0.2 cannot be seen into: one connection", StringComparison.Ordinal))));
    }

    [Fact]
    public void A_connection_that_vanishes_into_it_says_so()
    {
        var (client, uplinkA, _, _) = Play(TunnelType.WireGuard, new LossyHop("", _ => false));

        var alone = Assert.Single(SimFacts.JoinAll(client, uplinkA).OfType<UnjoinedFlow>());

        Assert.Equal(("pod-a", UnjoinedReason.Encrypted), (alone.At.Node, alone.Why));
        Assert.Contains("node-a/eth0 shows WireGuard between 10.1.0.1 and 10.1.0.2", alone.Reason);
    }

    [Fact]
    public void Nothing_is_said_of_a_capture_without_such_a_tunnel()
    {
        var (client, uplinkA, uplinkB, server) = Play(TunnelType.Vxlan, new LossyHop("", p => p is { Length: > 0, Transmission: 1, StreamOffset: 1 }));

        var facts = SimFacts.Join(out var first, client, uplinkA, uplinkB, server);

        Assert.Empty(first.Of<EncryptedTunnel>());
        Assert.Empty(facts.OfType<Gap>());
    }

    private static (SimCapture Client, SimCapture UplinkA, SimCapture UplinkB, SimCapture Server) Play(TunnelType type, LossyHop lossy)
    {
        var random = new Random(3);
        var client = new SimCapture("pod-a.pcap", "pod-a", "eth0") { ClockOffset = 5_000_000_000 };
        var (uplinkA, uplinkB) = (new SimCapture("node-a.pcap", "node-a", "eth0"), new SimCapture("node-b.pcap", "node-b", "eth0"));
        var server = new SimCapture("pod-b.pcap", "pod-b", "eth0");
        new Topology(
        [
            new Tap(client), new Router(20_000, random), new TunnelEnd(type, NodeA, NodeB, true), new Tap(uplinkA), new Router(200_000, random, lowersTtl: false), lossy,
            new Tap(uplinkB), new TunnelEnd(type, NodeA, NodeB, false), new Router(20_000, random), new Tap(server),
        ]).Play(new SimFlow
        {
            Client = IPEndPoint.Parse("10.244.1.5:41000"), Server = IPEndPoint.Parse("10.244.2.7:8080"), ClientIsn = 7_000_000, ServerIsn = 9_000_000,
            Requests = NodePortPath.Sizes(100),
        });
        return (client, uplinkA, uplinkB, server);
    }
}

using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;
using Whydrop.Evidence.Stack;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

public sealed class ProxyTests
{
    private static readonly IPEndPoint Front = new(IPAddress.Parse("10.0.0.5"), 443);
    private static readonly IPEndPoint Backend = new(IPAddress.Parse("10.0.0.9"), 8080);

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(500, 0, 1)]
    [InlineData(40_000, 0, 0)]
    [InlineData(0, 3_000_000_000, 0)]
    public void The_connection_that_begins_where_another_ends_in_its_time_and_of_its_size_is_suspected(int added, long later, int expected)
    {
        var facts = Join(Passed(0, 0, 0), Passed(1, 400_000 + later, added));

        var found = facts.OfType<ProxiedConnection>().ToArray();
        Assert.Equal(expected, found.Length);
        Assert.All(found, p => Assert.Equal(
            ("ingress", 0, 1, TimeSpan.FromMilliseconds(0.4), 144_800L, 144_800L + added), (p.At.Node, p.Flow, p.OtherFlow, p.Began, p.Bytes, p.OtherBytes)));
    }

    [Fact]
    public void Where_two_would_fit_nothing_is_said() =>
        Assert.Empty(Join(Passed(0, 0, 0), Passed(1, 400_000, 0), Passed(1, 500_000, 0) with { Client = new IPEndPoint(Front.Address, 50_009) }).OfType<ProxiedConnection>());

    [Fact]
    public void Without_the_addresses_of_the_host_nothing_is_said() => Assert.Empty(Join([], Passed(0, 0, 0), Passed(1, 400_000, 0)).OfType<ProxiedConnection>());

    private static IReadOnlyList<Fact> Join(params SimFlow[] flows) =>
        Join([new InterfaceAddress(new VantagePoint("ingress", null, "eth0"), new Provenance("ip-addr.txt"), Front.Address, 24)], flows);

    private static IReadOnlyList<Fact> Join(IReadOnlyList<Fact> known, params SimFlow[] flows)
    {
        var capture = new SimCapture("ingress.pcap", "ingress", "eth0");
        new Topology([new Tap(capture)]).Play(flows);
        return SimFacts.JoinAll(known, capture);
    }

    /// <summary>Number 0 comes to the proxy, number 1 goes on to the backend.</summary>
    private static SimFlow Passed(int number, long start, int added) => new()
    {
        Client = number == 0 ? new IPEndPoint(IPAddress.Parse("192.0.2.10"), 40_000) : new IPEndPoint(Front.Address, 50_000),
        Server = number == 0 ? Front : Backend,
        ClientIsn = 1000u + (uint)number,
        ServerIsn = 9000u + (uint)number,
        Start = start,
        Requests = NodePortPath.Sizes(3, 200),
        Responses = [.. NodePortPath.Sizes(100), .. added > 0 ? [added] : Array.Empty<int>()],
    };
}

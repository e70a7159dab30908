using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Evidence.Journeys;
using Whydrop.Evidence.Stack;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

public sealed class NatMapTests
{
    private static readonly Provenance Line = new("node/conntrack-L.txt", Line: 3);

    // The path: 192.0.2.10:40000 to the node port, masqueraded to 10.1.0.1:20000, to the pod 10.244.3.7:8080.
    [Theory]
    [InlineData("10.244.3.7:8080", "10.1.0.1:20000", false)]
    [InlineData("10.244.3.9:8080", "10.1.0.1:20000", true)]
    [InlineData("10.244.3.7:8080", "10.1.0.1:20001", true)]
    [InlineData("192.0.2.80:30170", "192.0.2.10:40000", false)]
    public void What_connection_tracking_says_is_held_against_the_packets(string replySource, string replyDestination, bool contradicts)
    {
        var facts = Join(Entry("192.0.2.10:40000", "192.0.2.80:30170", replySource, replyDestination));

        var found = facts.OfType<TranslationContradiction>().ToArray();
        Assert.Equal(contradicts ? 1 : 0, found.Length);
        Assert.All(found, c => Assert.Equal(
            (Line, "192.0.2.10:40000", "192.0.2.80:30170", "10.1.0.1:20000", "10.244.3.7:8080"), (c.From, $"{c.Client}", $"{c.Server}", $"{c.SeenClient}", $"{c.SeenServer}")));
        Assert.All(found, c => Assert.Contains($"becomes {replyDestination} to {replySource}", c.Said));
    }

    [Fact]
    public void Translations_in_a_row_and_an_older_entry_are_no_contradiction() => Assert.Empty(Join(
        Entry("192.0.2.10:40000", "192.0.2.80:30170", "10.96.0.5:80", "192.0.2.10:40000"),
        Entry("192.0.2.10:40000", "10.96.0.5:80", "10.244.3.7:8080", "10.1.0.1:20000"),
        Entry("192.0.2.10:40000", "192.0.2.80:30170", "10.244.9.9:8080", "10.1.0.1:20000")).OfType<TranslationContradiction>());

    [Fact]
    public void An_entry_of_another_connection_says_nothing_of_this_one() =>
        Assert.Empty(Join(Entry("192.0.2.10:40001", "192.0.2.80:30170", "10.244.9.9:8080", "10.1.0.1:20000")).OfType<TranslationContradiction>());

    [Theory]
    [InlineData("10.244.3.7", false)]
    [InlineData("10.244.3.8", true)]
    public void A_service_that_is_said_to_have_other_endpoints_contradicts(string endpoint, bool contradicts)
    {
        var found = Join([.. Cluster(endpoint)]).OfType<TranslationContradiction>().ToArray();

        Assert.Equal(contradicts ? 1 : 0, found.Length);
        Assert.All(found, c => Assert.Equal(("Service shop/web has the endpoints 10.244.3.8", "objects.yaml"), (c.Said, c.From.Source)));
    }

    [Fact]
    public void Without_listed_endpoints_a_service_says_nothing() =>
        Assert.Empty(Join([.. Cluster("10.244.3.8").Where(f => f is not ServiceEndpoint)]).OfType<TranslationContradiction>());

    private static IReadOnlyList<Fact> Join(params Fact[] known)
    {
        var path = new NodePortPath(seed: 61);
        path.Drops = (hop, p) => hop == 2 && p is { Length: > 0, Transmission: 1, StreamOffset: 1 };
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(30) });
        return SimFacts.Join(known, path.Front, path.Node, path.Worker, path.Pod);
    }

    private static ConntrackEntry Entry(string source, string destination, string replySource, string replyDestination) => new(
        new VantagePoint("node"), Line, "tcp", "ESTABLISHED", null, IPEndPoint.Parse(source), IPEndPoint.Parse(destination), IPEndPoint.Parse(replySource),
        IPEndPoint.Parse(replyDestination), false, true);

    private static IEnumerable<Fact> Cluster(string endpoint)
    {
        var from = new Provenance("objects.yaml");
        var port = new ServicePort(null, "TCP", 80, "8080", 30170);
        yield return new ClusterNode(VantagePoint.Unknown, from, "node", [IPAddress.Parse("192.0.2.80")], [], []);
        yield return new ClusterService(VantagePoint.Unknown, from, "shop", "web", "NodePort", [IPAddress.Parse("10.96.0.5")], [], [port], null, new Dictionary<string, string>());
        yield return new ServiceEndpoint(VantagePoint.Unknown, from, "shop", "web", IPAddress.Parse(endpoint), [port with { Port = 8080, NodePort = null }], true, true, false, null, null);
    }
}

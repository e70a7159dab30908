using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Report.Names;
using Whydrop.Report.Terminal;

namespace Whydrop.Report.Tests;

public class EndpointNamesTests
{
    private static readonly Provenance From = new("pods.json", 1);

    [Fact]
    public void PodsServicesAndNodesNameTheirAddresses()
    {
        var names = EndpointNames.Of(new FactSet([APod("web-0", "10.244.1.5"), ANode("node-a", "10.0.0.5"), AService("web", "10.96.0.20", 9083)]));

        Assert.Equal("p/shop/web-0", Name(names, "10.244.1.5", 8080));
        Assert.Equal("n/node-a", Name(names, "10.0.0.5", 30170));
        Assert.Equal("s/shop/web:9083", Name(names, "10.96.0.20", 9083));
        Assert.Equal("s/shop/web", Name(names, "10.96.0.20", 1));
        Assert.Equal("p/shop/web-0", Name(names, "::ffff:10.244.1.5", 8080));
        Assert.Null(Name(names, "192.0.2.1", 80));
    }

    [Fact]
    public void APodInTheNodesNetworkHasTheNodesName()
    {
        Assert.Equal("n/node-a", Name(EndpointNames.Of(new FactSet([APod("kube-router-x", "10.0.0.5") with { HostNetwork = true, Node = "node-a" }])), "10.0.0.5", 179));
        Assert.Equal("n/node-a", Name(EndpointNames.Of(new FactSet([APod("kube-router-x", "10.0.0.5") with { HostNetwork = null }, ANode("node-a", "10.0.0.5")])), "10.0.0.5", 179));
    }

    [Fact]
    public void TimeDecidesWhoHadAnAddress()
    {
        var before = APod("old-1", "10.244.1.5") with { Phase = "Succeeded", Started = At(0), Containers = [Ended(At(100))] };
        var after = APod("new-1", "10.244.1.5") with { Started = At(200) };
        var names = EndpointNames.Of(new FactSet([before, after]));

        Assert.Equal("p/shop/old-1", names.Name(IPAddress.Parse("10.244.1.5"), 80, At(10), At(90)));
        Assert.Equal("p/shop/new-1", names.Name(IPAddress.Parse("10.244.1.5"), 80, At(210), At(290)));
        Assert.Null(names.Name(IPAddress.Parse("10.244.1.5"), 80, At(110), At(190)));
        Assert.Null(names.Name(IPAddress.Parse("10.244.1.5"), 80, At(90), At(210)));
        Assert.Null(names.Name(IPAddress.Parse("10.244.1.5"), 80, null, null));
    }

    [Fact]
    public void AnObjectThatIsYoungerThanTheTrafficOrEndedAtAnUnknownTimeNamesNothing()
    {
        Assert.Null(EndpointNames.Of(new FactSet([APod("new-1", "10.244.1.5") with { Started = At(200) }])).Name(IPAddress.Parse("10.244.1.5"), 80, At(10), At(90)));
        Assert.Null(EndpointNames.Of(new FactSet([APod("old-1", "10.244.1.5") with { Phase = "Failed" }])).Name(IPAddress.Parse("10.244.1.5"), 80, At(10), At(90)));
        Assert.Null(EndpointNames.Of(new FactSet([APod("a", "10.244.1.5"), APod("b", "10.244.1.5")])).Name(IPAddress.Parse("10.244.1.5"), 80, At(10), At(90)));
    }

    [Fact]
    public void ListingsWithAndWithoutNamespacesSpeakOfTheSamePod()
    {
        Assert.Equal("p/shop/web-0", Name(EndpointNames.Of(new FactSet([APod("web-0", "10.244.1.5") with { Namespace = null }, APod("web-0", "10.244.1.5")])), "10.244.1.5", 80));
        Assert.Equal("p/shop/web-0", Name(EndpointNames.Of(new FactSet([APod("web-0", "10.244.1.5"), APod("web-0", "10.244.1.5") with { Namespace = null }])), "10.244.1.5", 80));
        Assert.Null(Name(EndpointNames.Of(new FactSet([APod("web-0", "10.244.1.5"), APod("web-1", "10.244.1.5") with { Namespace = null }])), "10.244.1.5", 80));
    }

    [Theory]
    [InlineData("10.244.1.5:8080 resets, 10.244.1.5:8081 too", "10.244.1.5:8080 (p/shop/web-0) resets, 10.244.1.5:8081 too")]
    [InlineData("route 10.244.1.5/32, 110.244.1.5, 10.244.1.50, v10.244.1.5", "route 10.244.1.5/32, 110.244.1.5, 10.244.1.50, v10.244.1.5")]
    [InlineData("from [fd00::5]:80 and fd00::5 at 10:11:12.", "from [fd00::5]:80 (p/shop/six) and fd00::5 at 10:11:12.")]
    [InlineData("to 10.96.0.20:9083.", "to 10.96.0.20:9083 (s/shop/web:9083).")]
    public void TextsGetNamesBehindAddresses(string text, string expected) => Assert.Equal(
        expected, EndpointNames.Of(new FactSet([APod("web-0", "10.244.1.5"), APod("six", "fd00::5"), AService("web", "10.96.0.20", 9083)])).In(text));

    [Fact]
    public void ReportsPrintNamesAndLeaveCommandsAlone()
    {
        var model = Models.Fault();
        var verdict = model.Diagnosis.Verdicts[0] with { Summary = "10.209.34.80 drops", Remedy = "ip route add 10.209.34.80 dev eth0" };
        model = model with { Facts = new FactSet([ANode("n920", "10.209.34.80")]), Diagnosis = model.Diagnosis with { Verdicts = [verdict] } };
        var output = new StringWriter();
        TerminalReport.Write(model, output, new Screen(200, false, false, true), wide: true);

        Assert.Contains("10.209.34.80 (n/n920) drops", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("10.0.0.1:40000 → 10.209.34.80:30170 (n/n920)", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("ip route add 10.209.34.80 dev eth0", output.ToString(), StringComparison.Ordinal);
        var json = new StringWriter();
        Json.JsonReport.Write(model, json);
        Assert.Contains("\"serverName\": \"n/n920\"", json.ToString(), StringComparison.Ordinal);
    }

    private static string? Name(EndpointNames names, string address, int port) => names.Name(IPAddress.Parse(address), port, At(10), At(20));

    private static Timestamp At(int seconds) => new(1_708_416_000_000_000_000 + seconds * 1_000_000_000L);

    private static Pod APod(string name, string address) => new(VantagePoint.Unknown, From, "shop", name, null, [IPAddress.Parse(address)], "node-a", "Running", false, 0, []);

    private static ClusterNode ANode(string name, string address) => new(VantagePoint.Unknown, From, name, [IPAddress.Parse(address)], [], []);

    private static ClusterService AService(string name, string address, int port) => new(
        VantagePoint.Unknown, From, "shop", name, "ClusterIP", [IPAddress.Parse(address)], [], [new ServicePort("http", "TCP", port)], null, new Dictionary<string, string>());

    private static PodContainer Ended(Timestamp at) => new("c", null, null, 0, false, "terminated", null, new ContainerEnd("Completed", 0, null, at), new Dictionary<string, long>(), new Dictionary<string, long>());
}

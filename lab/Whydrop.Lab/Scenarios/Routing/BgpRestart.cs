using Whydrop.Lab.Collection;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Processes;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Routing;

/// <summary>The node's routing daemon is restarted: the access switch withdraws the pod block, its default route points to the core, and the core still sends the block to it.</summary>
public sealed class BgpRestart : PodScenario
{
    private static readonly TimeSpan SlowPoint = TimeSpan.FromMilliseconds(50);

    public override string Name => "bgp-restart";

    public override string Summary => "BIRD on the node restarts: the switch withdraws the pods' route and loops their packets through the core until the session is back; the server is throttled beside it";

    public override string Fault => "bgp-restart-route-withdrawal";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("restarts", 2, "times that the daemon is restarted; 0 is none (no routing fault)", 0, 5).Drawing(2, 3),
        LabParameter.Number("away", 2500, "milliseconds until it is started again", 500, 20_000).Drawing(1500, 3500),
        LabParameter.Number("throttled", 2, "seconds in which the server uses up its CPU quota; 0 is no quota", 0, 30).Drawing(0, 3),
        LabParameter.Number("clients", 2, "clients that ask", 1, 10).Drawing(2, 3),
        LabParameter.Number("seconds", 24, "how long the load runs", 10, 300).Drawing(22, 26),
        LabParameter.Choice("evidence", "what is collected", "all"),
        LabParameter.Choice("overlay", "between the nodes", "none"),
        LabParameter.Choice("family", "IP version", "4"),
        LabParameter.Choice("wiring", "how pods hang on their node", "routed"),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), BirdDaemon.Needed, ControlGroup.Needed("cpu")];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Spines = true;

    protected override void Play(PodRun run)
    {
        var (network, a, restarts) = (run.Network, run.Network.Addresses, run.Settings.Number("restarts"));
        network.LeafB.IpLines($"route del {a.BlockB}", $"route add default via {a.SpineLink(1, 0, 2)}");
        var switchFolder = Directory.CreateDirectory(Path.Combine(run.Lab.CaseDirectory, network.LeafB.Label)).FullName;
        var atSwitch = BirdDaemon.Start(run.Lab, network.LeafB, Switch(a));
        var daemon = BirdDaemon.Start(run.Lab, network.NodeB, Node(a));
        AwaitRoute(network.LeafB, a.BlockB);
        var throttled = run.Settings.Number("throttled");
        var server = ChildServer.Start(run, limited: true);
        run.WarmUp();
        if (throttled > 0)
            server.Group!.LimitCpu(0.25);

        run.Recorder.Plan = (host, device) => host.Role is HostRole.Client or HostRole.Server ? new CapturePlan(device, "tcp port 8080 or icmp") : null;
        var port = network.Names.ServerPort;
        using var atCore = PacketCapture.Start(network.LeafB, "to-spine-1", Path.Combine(switchFolder, "to-spine-1.pcap"), run.Settings.Number("snaplen"), $"tcp port {port} or icmp");
        using var atNode = PacketCapture.Start(network.LeafB, "to-b", Path.Combine(switchFolder, "to-b.pcap"), run.Settings.Number("snaplen"), $"tcp port {port} or icmp");
        using var routes = RouteMonitor.Start(network.LeafB, Path.Combine(switchFolder, "ip-monitor-route.txt"));
        run.Begin();
        var load = RequestClient.Start(run, new RequestOptions
        {
            For = run.Seconds, Connections = run.Settings.Number("clients"), Pause = TimeSpan.FromMilliseconds(150), Patience = TimeSpan.FromSeconds(15), Log = run.Log(network.Client),
        });
        if (throttled > 0)
        {
            run.Pause(TimeSpan.FromSeconds(1));
            server.Spin(2);
            run.Pause(TimeSpan.FromSeconds(throttled));
            server.Rest();
        }

        var stops = new List<DateTimeOffset>();
        for (var i = 0; i < restarts; i++)
        {
            run.Pause((run.Seconds - TimeSpan.FromSeconds(throttled + 2)) / (restarts + 1) * (0.5 + (0.6 * run.Random.NextDouble())));
            run.Lab.Report($"{network.NodeB.Label}: the routing daemon ends");
            stops.Add(DateTimeOffset.UtcNow);
            daemon.Stop();
            run.Pause(TimeSpan.FromMilliseconds(run.Settings.Number("away")));
            daemon.Start();
            AwaitRoute(network.LeafB, a.BlockB);
        }

        var asked = load.Wait();
        run.End();
        atCore.Dispose();
        atNode.Dispose();
        routes.Dispose();
        File.Copy(atSwitch.Log, Path.Combine(switchFolder, "bird.log"));
        File.Copy(daemon.Log, Path.Combine(run.Recorder.Folder(network.NodeB), "kube-router.log"));
        Tell(run, switchFolder, asked, stops);
        run.Truth.Expect(restarts == 0 || asked.All.Any(o => o.Took > TimeSpan.FromSeconds(1)), "no request waited for the route");
    }

    private void Tell(PodRun run, string switchFolder, RequestReport asked, List<DateTimeOffset> stops)
    {
        var network = run.Network;
        HostDump.Take(network.LeafB, switchFolder, "2-after", isNode: false, ["to-b", "to-spine-1"], first: true);
        SampleFile.Write(Path.Combine(run.Recorder.Folder(network.Client), "load.csv"), asked);
        if (stops.Count > 0)
        {
            PodListing.Save(run, new ListedPod("kube-router-x7k2p", "kube-system", network.NodeB.Label, network.Addresses.NodeB, "kube-router")
            {
                HostNetwork = true, Restarts = stops.Count, LastEnded = stops[^1], LastStarted = stops.Count > 1 ? stops[^2] : stops[^1].AddMinutes(-20), ExitCode = 143,
            });
        }

        var offset = TimeZoneInfo.Local.GetUtcOffset(DateTimeOffset.UtcNow);
        var zone = $"{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hh\\:mm}";

        // BIRD prints the machine's clock without its zone; a collector notes it.
        File.WriteAllText(Path.Combine(run.Lab.CaseDirectory, "case.yaml"), $"vantages:\n  - files: \"*/*.log\"\n    zone: \"{zone}\"\n  - files: \"*/ip-monitor-route.txt\"\n    zone: \"{zone}\"\n");
        if (stops.Count > 0)
        {
            run.Truth.Blame(Fault, network.LeafB);
            run.Truth.AlsoAt(network.NodeB);
            run.Truth.AlsoTrue("transient-routing-loop");
        }

        run.Truth.Accompanying("cfs-throttling", "transient-routing-loop");
        run.Truth.Figure("restarts", stops.Count);
        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Figure("slowPoints", asked.SlowerThan(SlowPoint));
    }

    private static void AwaitRoute(NetworkNamespace at, string block)
    {
        if (!SpinWait.SpinUntil(() => at.Ip($"route show {block}").Length > 0, TimeSpan.FromSeconds(20)))
            throw new LabException($"{at.Label} learned no route to {block}");
    }

    private static string Node(PodAddresses a) => $$"""
        router id {{a.NodeB}};
        protocol device { scan time 2; }
        protocol static pods { ipv4; route {{a.BlockB}} blackhole; }
        protocol bgp {{Peer(a.FabricB)}} { local as 64512; neighbor {{a.FabricB}} as 64513; graceful restart off; error wait time 1, 2; connect delay time 1; connect retry time 1; hold time 9; ipv4 { import none; export where source = RTS_STATIC; next hop self; }; }

        """;

    private static string Switch(PodAddresses a) => $$"""
        router id {{a.FabricB}};
        protocol device { scan time 2; }
        protocol kernel { ipv4 { export where source = RTS_BGP; }; }
        protocol bgp {{Peer(a.NodeB)}} { local as 64513; neighbor {{a.NodeB}} as 64512; passive on; graceful restart off; error wait time 1, 2; hold time 9; ipv4 { import all; export none; }; }

        """;

    /// <summary>The name that Calico gives to a session with a node.</summary>
    private static string Peer(string address) => "Node_" + address.Replace('.', '_');
}

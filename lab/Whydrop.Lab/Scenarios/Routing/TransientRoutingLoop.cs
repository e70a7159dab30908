using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Routing;

/// <summary>For a while two routers send the pod's packets to each other, until the TTL ends.</summary>
public sealed class TransientRoutingLoop : PodScenario
{
    public override string Name => "transient-routing-loop";

    public override string Summary => "while routes converge, two routers send the pod's packets back to each other until their TTL ends";

    public override string Fault => "transient-routing-loop";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("overlay", "between the nodes", "none"),
        LabParameter.Choice("between", "node-b, which lost the pod's route, and its gateway; or a leaf and a spine of the fabric", "node", "spines").Drawing("node", "node", "spines"),
        LabParameter.Number("lasts", 900, "milliseconds until the routes are right again", 200, 5000).Drawing(300, 2000),
        LabParameter.Number("connections", 3, "clients that ask and are answered all the time", 1, 20).Drawing(2, 6),
        LabParameter.Choice("reuse", "all requests of a client over one connection, or a connection for each", "yes", "no"),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Spines = settings.Word("between") == "spines";

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var spines = run.Settings.Word("between") == "spines";
        run.Serve();
        run.WarmUp();
        run.Begin();
        using var clients = RequestClient.Start(run, new RequestOptions
        {
            Connections = run.Settings.Number("connections"), For = run.Seconds + TimeSpan.FromMilliseconds(run.Settings.Number("lasts")), KeepAlive = run.Settings.Word("reuse") == "yes",
            Log = run.Log(network.Client),
        });
        run.Pause(TimeSpan.FromMilliseconds(500));
        run.Lab.Report($"{(spines ? network.LeafB : network.NodeB).Label} sends what is for the pod back");
        (spines ? (Action<PodRun>)TurnLeaf : TurnNode)(run);
        run.Pause(TimeSpan.FromMilliseconds(run.Settings.Number("lasts")));
        (spines ? (Action<PodRun>)RightLeaf : RightNode)(run);
        var asked = clients.Wait();
        run.End();

        // Of a loop between routers nobody collects from, only their ICMP errors are seen.
        run.Truth.Blame(Fault, spines ? null : network.NodeB, spines ? null : network.Names.Uplink, confirmable: !spines && run.HasCaptures(HostRole.NodeB), suspectable: run.HasCaptures(HostRole.NodeA) || run.HasCaptures(HostRole.Client) || (!spines && run.HasCaptures(HostRole.NodeB)));
        if (!run.HasCaptures(HostRole.NodeA) && !run.HasCaptures(HostRole.Client))
        {
            // Routers say "time exceeded" to the sender only: from the other end the path is dark for a while.
            run.Truth.LooksLike("path-blackout");

            // New connections are not opened while it lasts: behind the loop nothing is missed.
            run.Truth.Unseen(spines && run.Settings.Word("reuse") == "no" && run.CapturedBehindFabricOnly && !run.HasDumps(HostRole.Client) && !run.HasDumps(HostRole.NodeA));
        }

        run.AlsoAtFabricEnds();
        run.Truth.Figure("requestsAnswered", asked.Answered);
        var expired = Expired(run, spines ? network.LeafB : network.NodeB) + (spines ? network.Spines.Sum(s => Expired(run, s)) : Expired(run, network.Fabric));
        run.Truth.Figure("expired", expired);
        run.Truth.Expect(expired > 0, "no packet's TTL ended: nothing looped");
    }

    private static long Expired(PodRun run, NetworkNamespace router) => run.Counters(router)[run.Network.Options.Ipv6 ? "Ip6InHdrErrors" : "Ip.InHdrErrors"];

    private static string Six(PodRun run) => run.Network.Options.Ipv6 ? "-6 " : "";

    private static void TurnNode(PodRun run)
    {
        var (a, node) = (run.Network.Addresses, run.Network.NodeB);
        if (run.Network.Options.Wiring == PodWiring.Bridge)
            node.Ip($"{Six(run)}route del {a.BlockB} dev cni0");
        else
            node.IpLines($"route del {run.Network.ServerPod.Address}/{a.HostBits}", $"route del blackhole {a.BlockB}");
    }

    private static void RightNode(PodRun run)
    {
        var (a, node) = (run.Network.Addresses, run.Network.NodeB);
        if (run.Network.Options.Wiring == PodWiring.Bridge)
            node.Ip($"{Six(run)}route add {a.BlockB} dev cni0");
        else
            node.IpLines($"route add {run.Network.ServerPod.Address}/{a.HostBits} dev {run.Network.ServerPod.HostLink} scope link", $"route add blackhole {a.BlockB} proto bird");
    }

    private static void TurnLeaf(PodRun run)
    {
        var a = run.Network.Addresses;
        run.Network.LeafB.Ip($"{Six(run)}route replace {a.BlockB} via {a.SpineLink(1, 0, 2)}");
    }

    private static void RightLeaf(PodRun run) => run.Network.LeafB.Ip($"{Six(run)}route replace {run.Network.Addresses.BlockB} via {run.Network.Addresses.NodeB}");
}

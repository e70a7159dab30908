using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Routing;

/// <summary>node-b's address moved to another link-layer address and node-a was not told.</summary>
public sealed class StaleArpGarpLost : NotForwarded
{
    public override string Name => "stale-arp-garp-lost";

    public override string Summary => "an address moved to another machine or network card, and its neighbour still sends to the link-layer address it had before";

    public override string Fault => "stale-arp-garp-lost";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("overlay", "between the nodes", "none", "vxlan", "ipip"),
        LabParameter.Choice("moved", "from another machine, which still runs; or to another network card of the same", "machine", "card"),
    ];

    protected override HostRole Role => HostRole.NodeA;

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Switched = true;

    protected override bool Confirmable(PodRun run) => run.HasDumps(HostRole.NodeA) && run.HasDumps(HostRole.NodeB) && run.HasCaptures(HostRole.NodeA) && run.HasCaptures(HostRole.NodeB);

    // Who owns the address tells that the entry is wrong; that something was sent to it, a capture.
    protected override bool Suspectable(PodRun run) => run.HasDumps(HostRole.NodeA) && run.HasDumps(HostRole.NodeB) && run.HasAnyCapture;

    protected override Func<long>? Break(PodRun run, NetworkNamespace node)
    {
        var (network, a) = (run.Network, run.Network.Addresses);
        var before = "02:00:5e:00:53:07";
        if (run.Settings.Word("moved") == "machine")
            before = SegmentHost.Add(run, "before").Mac;
        // Fresh when it moved: the kernel believes it for base_reachable_time, half to one and a half times 30 s.
        node.Ip($"neigh replace {a.NodeB} lladdr {before} dev {network.Names.Uplink} nud reachable");

        // What node-b asks itself would tell node-a where it is now (RFC 826): it knows node-a, and has no reason to.
        var uplink = node.Ip($"link show dev {network.Names.Uplink}").Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(w => w != "link/ether").ElementAt(1);
        network.NodeB.Ip($"neigh replace {a.NodeA} lladdr {uplink} dev {network.Names.Uplink} nud reachable");
        return null;
    }
}

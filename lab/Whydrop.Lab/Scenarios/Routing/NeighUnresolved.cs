using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Routing;

/// <summary>The next hop on the Ethernet segment does not answer ARP or neighbour discovery.</summary>
public sealed class NeighUnresolved : NotForwarded
{
    public override string Name => "neigh-unresolved";

    public override string Summary => "the next hop does not answer ARP (or neighbour discovery); what waits for its address is discarded";

    public override string Fault => "neigh-unresolved";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("overlay", "between the nodes", "none"),
        LabParameter.Number("seconds", 5, "how long the clients wait", 4, 60),
    ];

    protected override HostRole Role => HostRole.NodeA;

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Switched = true;

    protected override Func<long>? Break(PodRun run, NetworkNamespace node)
    {
        var network = run.Network;
        network.NodeB.Ip($"link set {network.Names.Uplink} arp off");
        node.Ip($"neigh flush dev {network.Names.Uplink}");
        return null;
    }
}

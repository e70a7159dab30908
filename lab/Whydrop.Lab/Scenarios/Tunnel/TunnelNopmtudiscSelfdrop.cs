using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Tunnel;

/// <summary>A link in the fabric has become narrower; the nodes learn it, and their tunnels go on taking the old size.</summary>
public sealed class TunnelNopmtudiscSelfdrop : LargeLost
{
    public override string Name => "tunnel-nopmtudisc-selfdrop";

    public override string Summary => "the node has learned that the path to the other node takes less than the tunnel makes; the tunnel drops by itself what it wraps, and tells nobody";

    public override string Fault => "tunnel-nopmtudisc-selfdrop";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("overlay", "IP-in-IP on tunl0", "ipip"),
        LabParameter.Number("less", 80, "by how many bytes the link in the fabric is narrower than the uplinks", 1, 120).Drawing(8, 100),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Spines = true;

    protected override void Break(PodRun run)
    {
        var network = run.Network;
        var mtu = network.Options.UnderlayMtu - run.Settings.Number("less");
        for (var spine = 0; spine < network.Spines.Count; spine++)
        {
            // Both ends of a link, and both links of a spine: what comes from either side meets a router that says so.
            network.Spines[spine].IpLines($"link set to-leaf-a mtu {mtu}", $"link set to-leaf-b mtu {mtu}");
            network.Fabric.IpLines($"link set to-spine-{spine + 1} mtu {mtu}");
            network.LeafB.IpLines($"link set to-spine-{spine + 1} mtu {mtu}");
        }
    }

    protected override void Tell(PodRun run)
    {
        var (node, role) = (Sending(run), SendingRole(run));
        run.Truth.Blame(Fault, node, run.Network.OverlayDevice, confirmable: run.HasCaptures(role) && run.HasDumps(role), suspectable: run.HasDumps(role) && run.HasAnyCapture);
    }
}

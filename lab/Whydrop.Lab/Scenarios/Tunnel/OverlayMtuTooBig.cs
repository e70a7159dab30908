using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Tunnel;

/// <summary>The tunnel and the pods behind it have an MTU that leaves no room for the headers of the tunnel.</summary>
public sealed class OverlayMtuTooBig : LargeLost
{
    public override string Name => "overlay-mtu-too-big";

    public override string Summary => "the overlay takes datagrams that no longer fit the uplink once they are wrapped, and does not let them be cut";

    public override string Fault => "overlay-mtu-too-big";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("overlay", "the kernel's VXLAN with DF outside, or IP-in-IP on tunl0", "vxlan", "ipip"),
        LabParameter.Number("excess", 50, "by how many bytes what is wrapped exceeds the uplink, at most", 1, 70).Drawing("2", "20", "40", "50", "50"),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings)
    {
        options.OuterDontFragment = true;
        options.OverlayMtu = options.UnderlayMtu - options.Overhead + settings.Number("excess");
    }

    // What the kernel learns of the path it would tell the pods, and all would be well.
    protected override void Break(PodRun run)
    {
        foreach (var node in new[] { run.Network.NodeA, run.Network.NodeB })
            run.Inject(new TooBigFilter(node, leaving: true));
    }

    protected override void Tell(PodRun run)
    {
        var (node, role) = (Sending(run), SendingRole(run));
        run.Truth.Blame(Fault, node, run.Network.OverlayDevice, confirmable: run.HasCaptures(role) && run.HasDumps(role), suspectable: run.HasDumps(role) && run.HasAnyCapture);

        // All of a large request's first flight is large: behind the fabric nothing of it is seen, and the RST with which the client gives up may come after the captures.
        run.Truth.Unseen(!FromServer(run) && run.CapturedBehindFabricOnly && !run.HasDumps(HostRole.Client) && !run.HasDumps(HostRole.NodeA));
    }
}

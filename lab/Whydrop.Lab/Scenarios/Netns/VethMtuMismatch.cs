using Whydrop.Lab.Pods;
using Whydrop.Lab.Scenarios.Tunnel;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Netns;

/// <summary>The two ends of the server pod's veth have different MTUs: what the larger end sends, the other drops.</summary>
public sealed class VethMtuMismatch : LargeLost
{
    public override string Name => "veth-mtu-mismatch";

    public override string Summary => "one end of the pod's veth takes less than the other sends; the frame is dropped between them without a word";

    public override string Fault => "veth-mtu-mismatch";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Number("less", 100, "by how many bytes the MTU of one end is smaller", 1, 800).Drawing(4, 100),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links; a super-packet passes whatever its segments are", "off"),
    ];

    protected override void Break(PodRun run)
    {
        var (network, pod) = (run.Network, run.Network.ServerPod);
        var mtu = network.Options.EffectivePodMtu - run.Settings.Number("less");
        if (FromServer(run))
        {
            network.NodeB.Ip($"link set {pod.HostLink} mtu {mtu}");
            return;
        }

        // The pod goes on announcing the MSS of before, as a route with advmss makes it.
        var headers = network.Options.Ipv6 ? 60 : 40;
        var routes = pod.Space.Ip($"{(network.Options.Ipv6 ? "-6 " : "")}route show default").Trim();
        pod.Space.Ip($"link set eth0 mtu {mtu}");
        pod.Space.Ip($"route replace {routes.Split('\n')[0].Split(" metric")[0].Split(" pref")[0].Trim()} advmss {network.Options.EffectivePodMtu - headers}");
    }

    protected override void Tell(PodRun run)
    {
        var (network, pod) = (run.Network, run.Network.ServerPod);
        var toServer = !FromServer(run);
        run.Truth.Blame(
            Fault, toServer ? network.Server : network.NodeB, toServer ? "eth0" : pod.HostLink,
            confirmable: run.Evidence.Name == "all", suspectable: run.HasDumps(HostRole.NodeB) && run.HasDumps(HostRole.Server) && run.HasAnyCapture);
        run.Truth.AlsoAt(network.NodeB, pod.HostLink);
        run.Truth.AlsoAt(network.Server, "eth0");
    }
}

using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Routing;

/// <summary>Strict reverse path filtering on a node whose way back to the client is another device.</summary>
public sealed class RpFilterMartian : NotForwarded
{
    public override string Name => "rp-filter-martian";

    public override string Summary => "strict reverse path filter; the way back to the client leaves by another device than its packets come in by";

    public override string Fault => "rp-filter-martian";

    // IPv6 has no such setting.
    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("family", "IP version", "4"),
        LabParameter.Choice("set", "where it is set: for the device, or for all", "device", "all"),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.SecondServer = true;

    protected override Func<long> Break(PodRun run, NetworkNamespace node)
    {
        var network = run.Network;
        var device = network.OverlayDevice ?? network.Names.Uplink;
        var other = network.Options.Wiring == PodWiring.Bridge ? "cni0" : network.Server2!.HostLink;
        // With '/': a device's own name may hold dots (flannel.1).
        node.Sysctl($"net/ipv4/conf/{(run.Settings.Word("set") == "all" ? "all" : device)}/rp_filter=1");
        node.Ip($"route add {network.ClientAddress}/32 dev {other}");
        return () => Extended(node, "IPReversePathFilter");
    }

    private static long Extended(NetworkNamespace node, string name)
    {
        var lines = node.Call(() => File.ReadAllLines("/proc/thread-self/net/netstat"));
        var at = Array.IndexOf(lines[0].Split(' '), name);
        return at < 0 ? 0 : long.Parse(lines[1].Split(' ')[at]);
    }
}

using Whydrop.Lab.Injectors;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Routing;

/// <summary>The route to the other node's pods is gone and the default route takes their packets out of the cluster.</summary>
public sealed class DefaultRouteFallbackLeak : NotForwarded
{
    public override string Name => "default-route-fallback-leak";

    public override string Summary => "the route to the pods is gone; the default route sends their packets to a gateway that does not know pods";

    public override string Fault => "default-route-fallback-leak";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("overlay", "between the nodes", "vxlan", "ipip", "none"),
        LabParameter.Choice("gateway", "what the gateway does with them: says that it has no route, or drops them in silence", "says", "silent"),
    ];

    protected override HostRole Role => HostRole.NodeA;

    // Without an overlay the default route is the way of pods too, unless the nodes share a segment.
    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Switched = options.Overlay == OverlayKind.None;

    protected override bool Confirmable(PodRun run) => run.HasDumps(HostRole.NodeA) && run.HasDumps(HostRole.NodeB) && run.HasCaptures(HostRole.NodeA) && run.HasCaptures(HostRole.NodeB);

    protected override bool Suspectable(PodRun run) => run.HasDumps(HostRole.NodeA) && run.HasCaptures(HostRole.NodeA) && (run.HasDumps(HostRole.NodeB) || run.Network.OverlayDevice is not null);

    protected override Func<long>? Break(PodRun run, NetworkNamespace node)
    {
        var (network, a) = (run.Network, run.Network.Addresses);
        var six = network.Options.Ipv6;
        var family = six ? "-6 " : "";
        node.Ip($"{family}route del {a.BlockB}");
        if (network.Options.Overlay == OverlayKind.None)
            network.Fabric.Ip($"{family}route del {a.BlockB}");
        if (run.Settings.Word("gateway") == "says")
            return null;
        var firewall = new Ruleset(network.Fabric, "knows no pods", $$"""
            table inet corporate {
              counter leaked {}
              chain prerouting {
                type filter hook prerouting priority raw; policy accept;
                {{(six ? "ip6" : "ip")}} daddr {{a.BlockB}} counter name leaked drop
              }
            }
            """);
        run.Inject(firewall);
        return () => firewall.Packets("leaked");
    }
}

using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Scenarios.Routing;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>The Service has no ready endpoint: the client's own node rejects, as kube-proxy tells it to.</summary>
public sealed class NoEndpointsReject : NotForwarded
{
    public override string Name => "no-endpoints-reject";

    public override string Summary => "the Service has no ready endpoint; the client's own node answers with ICMP port unreachable";

    public override string Fault => "no-endpoints-reject";

    protected override IReadOnlyList<LabParameter> Special => [LabParameter.Choice("proxy", "mode of kube-proxy", "nftables", "iptables")];

    protected override HostRole Role => HostRole.NodeA;

    protected override bool Suspectable(PodRun run) => run.HasDumps(Role) && run.HasCaptures(Role);

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = true;

    protected override Func<long>? Break(PodRun run, NetworkNamespace node)
    {
        var (network, names) = (run.Network, run.Network.Names);
        var six = network.Options.Ipv6;
        var ip = six ? "ip6" : "ip";
        var comment = $"default/{names.Server}:main";
        node.Exec("nft", "delete", "table", ip, "kube-proxy");
        if (run.Settings.Word("proxy") == "iptables")
        {
            var tool = six ? "ip6tables" : "iptables";
            node.Exec(tool, "-N", "KUBE-SERVICES");
            node.Exec(tool, "-A", "FORWARD", "-m", "conntrack", "--ctstate", "NEW", "-m", "comment", "--comment", "kubernetes service portals", "-j", "KUBE-SERVICES");
            node.Exec(
                tool, "-A", "KUBE-SERVICES", "-d", $"{network.Addresses.ClusterIp}/{(six ? 128 : 32)}", "-p", "tcp", "-m", "comment", "--comment", $"{comment} has no endpoints",
                "-m", "tcp", "--dport", $"{names.ServicePort}", "-j", "REJECT", "--reject-with", six ? "icmp6-port-unreachable" : "icmp-port-unreachable");
        }
        else
        {
            node.Feed(
                $$"""
                table {{ip}} kube-proxy {
                  map no-endpoint-services {
                    type {{(six ? "ipv6" : "ipv4")}}_addr . inet_proto . inet_service : verdict
                    comment "vmap to drop or reject packets to services with no endpoints"
                  }
                  chain reject-chain {
                    comment "helper for @no-endpoint-services / @no-endpoint-nodeports"
                    reject
                  }
                  chain service-endpoints-check {
                    {{ip}} daddr . meta l4proto . th dport vmap @no-endpoint-services
                  }
                  chain filter-forward {
                    type filter hook forward priority -110; policy accept;
                    ct state new jump service-endpoints-check
                  }
                  chain filter-output {
                    type filter hook output priority -110; policy accept;
                    ct state new jump service-endpoints-check
                  }
                }
                add element {{ip}} kube-proxy no-endpoint-services { {{network.Addresses.ClusterIp}} . tcp . {{names.ServicePort}} comment "{{comment}}" : goto reject-chain }
                """,
                "nft",
                "-f",
                "-");
        }

        return six ? null : () => Unreachables(run, node);
    }

    // What the node itself says by ICMP: the case shows it too, and the kernel counts it apart from the rules.
    private static long Unreachables(PodRun run, NetworkNamespace node) => run.Counters(node)["Icmp.OutDestUnreachs"];
}

using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Scenarios.Routing;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>A Service takes traffic from outside to local endpoints only, and the node that it comes to has none: kube-proxy drops.</summary>
public sealed class EtpLocalNoEndpoint : NotForwarded
{
    public override string Name => "etp-local-no-endpoint";

    public override string Summary => "externalTrafficPolicy: Local, and no endpoint on the node that clients come to; it drops in silence";

    public override string Fault => "etp-local-no-endpoint";

    protected override IReadOnlyList<LabParameter> Special => [LabParameter.Choice("proxy", "mode of kube-proxy", "nftables", "iptables")];

    protected override HostRole Role => HostRole.NodeA;

    protected override bool Suspectable(PodRun run) => run.HasDumps(Role) && run.HasCaptures(Role);

    protected override void Shape(PodNetworkOptions options, LabSettings settings)
    {
        options.Service = true;
        options.ExternalClient = true;
    }

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
            node.Exec(tool, "-N", "KUBE-EXTERNAL-SERVICES");
            node.Exec(tool, "-A", "INPUT", "-m", "conntrack", "--ctstate", "NEW", "-m", "comment", "--comment", "kubernetes externally-visible service portals", "-j", "KUBE-EXTERNAL-SERVICES");
            node.Exec(
                tool, "-A", "KUBE-EXTERNAL-SERVICES", "-p", "tcp", "-m", "comment", "--comment", $"{comment} has no local endpoints",
                "-m", "addrtype", "--dst-type", "LOCAL", "-m", "tcp", "--dport", $"{names.NodePort}", "-j", "DROP");
            return () => long.Parse(node.Exec(tool, "-nvxL", "KUBE-EXTERNAL-SERVICES").Split('\n')[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]);
        }

        node.Feed(
            $$"""
            table {{ip}} kube-proxy {
              set nodeport-ips {
                type {{(six ? "ipv6" : "ipv4")}}_addr
                comment "IPs that accept NodePort traffic"
                elements = { {{network.Addresses.NodeA}} }
              }
              map no-endpoint-nodeports {
                type inet_proto . inet_service : verdict
                comment "vmap to drop or reject packets to service nodeports with no endpoints"
                elements = { tcp . {{names.NodePort}} comment "{{comment}}" : drop }
              }
              chain nodeport-endpoints-check {
                {{ip}} daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports
              }
              chain filter-input {
                type filter hook input priority -110; policy accept;
                ct state new jump nodeport-endpoints-check
              }
            }
            """,
            "nft",
            "-f",
            "-");
        return null;
    }
}

using System.Text.RegularExpressions;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Scenarios.Routing;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>Another program has set the policy of forwarding to drop and accepts only what it knows itself.</summary>
public sealed partial class ForwardPolicyDrop : NotForwarded
{
    public override string Name => "forward-policy-drop";

    public override string Summary => "the policy of the forward chain is drop, and no rule of it accepts what goes to pods";

    public override string Fault => "forward-policy-drop";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("backend", "whose rules: nft does not count what falls to a policy, iptables does", "nft", "iptables"),
        LabParameter.Choice("service", "clients connect to the pod itself or to the Service's ClusterIP", "off", "on"),
    ];

    protected override bool NeighboursAskedAgain => true;

    protected override bool Suspectable(PodRun run) => run.HasDumps(Role) && (run.HasCaptures(Role) || run.Settings.Word("backend") == "iptables");

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = settings.Word("service") == "on";

    protected override Func<long>? Break(PodRun run, NetworkNamespace node)
    {
        if (run.Settings.Word("backend") == "iptables")
        {
            var tool = run.Network.Options.Ipv6 ? "ip6tables" : "iptables";
            node.Exec(tool, "-A", "FORWARD", "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "ACCEPT");
            node.Exec(tool, "-A", "FORWARD", "-i", "docker0", "-j", "ACCEPT");
            node.Exec(tool, "-P", "FORWARD", "DROP");
            return () => long.Parse(Policy().Match(node.Exec(tool, "-nvxL", "FORWARD")).Groups["packets"].Value);
        }

        node.Feed(
            """
            table inet firewalld {
              chain filter_FORWARD {
                type filter hook forward priority filter + 10; policy drop;
                ct state established,related accept
                iifname "docker0" accept
              }
            }
            """,
            "nft",
            "-f",
            "-");
        return null;
    }

    [GeneratedRegex(@"policy DROP (?<packets>\d+) packets", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Policy();
}

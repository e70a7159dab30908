using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>A rule, or the policy of a chain, that drops or rejects, held against the packets of one direction.</summary>
/// <param name="At">The network namespace it stands in.</param>
/// <param name="Rule">The rule; null for the policy of a chain.</param>
/// <param name="Chain">The chain; of a rule null when chains were not listed.</param>
/// <param name="Meets">The packets meet what it demands. Unknown: it demands something the evidence does not hold.</param>
/// <param name="Grown">Growth of its counter between two readings; null when it has none or was read once.</param>
/// <param name="Evidence">The rule, then its counter.</param>
internal sealed record FirewallMatch(
    VantagePoint At, FirewallRule? Rule, FirewallChain? Chain, Answer Meets, long? Grown, IReadOnlyList<Provenance> Evidence)
{
    /// <summary>It answers, with a RST or an ICMP error, instead of dropping in silence.</summary>
    internal bool Rejects => Rule?.Action == "reject";

    /// <summary>It is kube-proxy's own answer for a Service without endpoints, by the names it gives its chains, maps and comments (pkg/proxy/iptables, pkg/proxy/nftables).</summary>
    internal ServiceLack Unserved => Rule is not { } rule ? ServiceLack.None
        : rule.Text.Contains("has no local endpoints", StringComparison.Ordinal) ? ServiceLack.LocalEndpoints
        : rule.Text.Contains("has no endpoints", StringComparison.Ordinal) ? ServiceLack.Endpoints
        : rule.Chain is not ("KUBE-SERVICES" or "KUBE-EXTERNAL-SERVICES" or "reject-chain") && !rule.Text.Contains("@no-endpoint-", StringComparison.Ordinal) ? ServiceLack.None
        : Rejects ? ServiceLack.Endpoints : ServiceLack.LocalEndpoints;

    /// <summary>"ip filter KUBE-FIREWALL 3: …", as an operator finds it again.</summary>
    internal string Text => Rule is { } rule ? $"{rule.Family} {rule.Table} {rule.Chain} {rule.Position}: {rule.Text}" : $"{Chain!.Family} {Chain.Table} {Chain.Chain}: policy {Chain.Policy}";
}

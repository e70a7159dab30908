using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>The Service rules of one node still choose an endpoint that is gone.</summary>
internal sealed class StaleKubeproxyRules : FaultOf<SentToGone>
{
    public override string Id => "stale-kubeproxy-rules";

    public override string Name => "Service rules of a node are out of date";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "A part of the connections to a Service, or all, time out from one node; from other nodes it works.";

    public override string Mechanism =>
        "kube-proxy of the node could not see a change of the endpoints, or could not write it into the kernel: no connection to the API server, the xtables lock, a rule set that the kernel refuses. "
        + "New connections are still translated to an address that no pod has any more.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("stale-conntrack-dnat", "There the rules are right, and only connections that reuse an old tuple go astray."),
        new("blackhole-route", "There the pod is there and the route to it is not."),
        new("neigh-unresolved", "There the pod is there and does not answer ARP."),
        new("endpoint-termination-race", "There the address is gone for seconds, until the rules follow."),
    ];

    public override string Remedy => "Look at kube-proxy of that node (its log, the age of sync_proxy_rules_last_timestamp_seconds) and restart it; compare its rules with kubectl get endpointslices.";

    public override string Verify => "The rules of the node choose the same endpoints as those of the other nodes, and every connection to the Service opens.";

    public override IReadOnlyList<string> References => ["https://github.com/kubernetes/kubernetes/issues/99299", "https://github.com/Azure/AKS/issues/1121", "net/netfilter/nf_nat_core.c nf_nat_setup_info"];

    internal override IReadOnlyList<string> LeadsTo => ["blackhole-route", "neigh-unresolved", "missing-route", "default-route-fallback-leak"];

    protected override IEnumerable<QuestionOf<SentToGone>> Ask() =>
    [
        new("Did new connections to the Service go unanswered that were translated to one endpoint?", Quantifier.All, QuestionRole.Signature, h => h.Silent()),
        new("Do the rules of that node choose this endpoint?", Quantifier.Any, QuestionRole.Signature, Chosen),
        new("Does anything say that the endpoint is gone, and not merely that nothing answers?", Quantifier.Any, QuestionRole.Signature, h => h.Nobodys().Where(s => s.Answer == Answer.Yes).Concat(ElsewhereNot(h)).Concat(OthersAnswer(h))),
        new("Does nobody have that address?", Quantifier.Any, QuestionRole.Mechanism, h => h.Nobodys()),
        new("Do the rules of another node no longer choose it?", Quantifier.Any, QuestionRole.Mechanism, ElsewhereNot),
        new("Did other endpoints of the Service answer?", Quantifier.Any, QuestionRole.Support, OthersAnswer),
    ];

    protected override IEnumerable<SentToGone> Propose(CaseView view) => SentToGone.Find(view);

    protected override string Summarise(SentToGone h) =>
        $"{h.Translator.At} sends new connections for {h.Services[0]} to {h.Endpoint}, where nothing answers: {h.Attempts.Count} attempt{(h.Attempts.Count == 1 ? "" : "s")} in vain.";

    protected override IEnumerable<NextEvidence> Next(SentToGone h)
    {
        yield return new NextEvidence(h.Translator.At, $"{AttemptEvidence.Enter(h.Translator.At)}nft list ruleset; iptables-save -c; conntrack -L; kubectl get endpointslices -A -o wide", null,
            $"whether {h.Endpoint} is a ready endpoint, and whether rules or entries send there");
        yield return new NextEvidence(VantagePoint.Unknown, "nft list ruleset; iptables-save -c; ip route; ip neigh", null, $"on another node, best that of {h.Endpoint.Address}: what its rules choose, and whether the address is there");
    }

    private static IEnumerable<Sighting> Chosen(SentToGone h) =>
        h.Rules.Select(r => Sighting.Of(SentToGone.Chooses(r, h.Endpoint), $"{r.Chain}: {r.Text}", r.From)).OrderByDescending(s => s.Answer).Take(4);

    private static IEnumerable<Sighting> ElsewhereNot(SentToGone h)
    {
        foreach (var stack in h.View.Facts.Of<FirewallRule>().Where(r => r.Action == "dnat").Select(r => r.At.Stack).Distinct().Where(s => s != h.Translator.At && s.Node != h.Translator.At.Node))
        {
            var rules = h.Attempts.DistinctBy(a => a.Server).SelectMany(a => h.View.Firewall.Translating(stack, a.Client, a.Server)).ToArray();
            if (rules.Length == 0)
            {
                continue;
            }

            var chosen = Array.Find(rules, r => SentToGone.Chooses(r, h.Endpoint));
            yield return chosen is null
                ? Sighting.Of(true, $"{stack}: {string.Join(", ", rules.SelectMany(r => r.Translations).Distinct().Take(4))}", [.. rules.Take(4).Select(r => r.From)])
                : Sighting.Unknown($"{stack} chooses it too", chosen.From);
        }
    }

    private static IEnumerable<Sighting> OthersAnswer(SentToGone h)
    {
        var others = h.View.Attempts.Where(a => a.Outcome == AttemptOutcome.Established && h.Services.Contains(a.Server) && !a.ServerThere.Equals(h.Endpoint)).ToArray();
        return others.Length == 0 ? [] : [Sighting.Of(true, $"{others.Length} connections to {string.Join(", ", others.Select(a => a.ServerThere).Distinct().Take(4))}", others[0].From)];
    }
}

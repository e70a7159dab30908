using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>An entry of connection tracking keeps a client at an endpoint that is gone, though the rules are right.</summary>
internal sealed class StaleConntrackDnat : FaultOf<SentToGone>
{
    public override string Id => "stale-conntrack-dnat";

    public override string Name => "Connection tracking keeps a flow at an endpoint that is gone";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "A client that tries again from the same port never gets through; others, and new source ports, do.";

    public override string Mechanism =>
        "Rules of a Service are asked for the first packet of a tuple only; after that the entry of connection tracking decides. Entries to an endpoint that is gone stay, and every further packet of the same "
        + "tuple renews them.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("stale-kubeproxy-rules", "There the rules themselves choose the endpoint, and new flows fail too."),
        new("neigh-unresolved", "There the pod is there and does not answer."),
    ];

    public override string Remedy => "Delete the entries: conntrack -D --orig-dst SERVICE --reply-src ENDPOINT; let clients use new source ports; a newer kube-proxy cleans up more of them.";

    public override string Verify => "conntrack -L shows no entry whose reply source is no endpoint, and the client gets through from the same port.";

    public override IReadOnlyList<string> References => ["net/netfilter/nf_nat_core.c nf_nat_inet_fn", "https://github.com/kubernetes/kubernetes/issues/48370", "https://github.com/aws/amazon-vpc-cni-k8s/issues/3634"];

    internal override IReadOnlyList<string> LeadsTo => ["blackhole-route", "neigh-unresolved", "missing-route", "default-route-fallback-leak"];

    protected override IEnumerable<QuestionOf<SentToGone>> Ask() =>
    [
        new("Did connections to the Service go unanswered that were translated to one endpoint?", Quantifier.All, QuestionRole.Signature, h => h.Silent()),
        new("Do the rules of that node choose others?", Quantifier.All, QuestionRole.Signature, ChooseOthers),
        new("Do entries of connection tracking send them there?", Quantifier.Any, QuestionRole.Mechanism, Pinned),
        new("Does nobody have that address?", Quantifier.Any, QuestionRole.Mechanism, h => h.Nobodys()),
        new("Do other source ports get through to the Service?", Quantifier.Any, QuestionRole.Support, OthersThrough),
    ];

    protected override IEnumerable<SentToGone> Propose(CaseView view) => SentToGone.Find(view);

    protected override string Summarise(SentToGone h) =>
        $"connection tracking of {h.Translator.At} keeps {string.Join(", ", h.Attempts.Select(a => a.Client).Distinct().Take(3))} at {h.Endpoint} for {h.Services[0]}; the rules no longer choose it.";

    protected override string RemedyFor(SentToGone h) => $"Delete the entries at {h.Translator.At}: conntrack -D --orig-dst {h.Services[0].Address} --reply-src {h.Endpoint.Address}; let clients use new source ports.";

    protected override IEnumerable<NextEvidence> Next(SentToGone h)
    {
        yield return new NextEvidence(h.Translator.At, $"{AttemptEvidence.Enter(h.Translator.At)}conntrack -L; nft list ruleset; iptables-save -c; kubectl get endpointslices -A -o wide", null,
            $"whether an entry or a rule sends to {h.Endpoint}, and whether it is a ready endpoint");
        yield return new NextEvidence(VantagePoint.Unknown, "ip route; ip neigh; ip addr", null, $"on the node of {h.Endpoint.Address}: whether the address is there");
    }

    private static IEnumerable<Sighting> ChooseOthers(SentToGone h) =>
        h.Rules.Select(r => Sighting.Of(!SentToGone.Chooses(r, h.Endpoint), $"{r.Chain}: {string.Join(", ", r.Translations.Take(4))}", r.From));

    private static IEnumerable<Sighting> Pinned(SentToGone h) =>
        h.Entries.DistinctBy(e => e.Source).Take(4).Select(e => Sighting.Of(true, $"{e.Source} to {e.Destination}, replies from {e.ReplySource}{(e.Unreplied ? ", unreplied" : "")}", e.From));

    private static IEnumerable<Sighting> OthersThrough(SentToGone h)
    {
        var others = h.View.Attempts.Where(a => a.Outcome == AttemptOutcome.Established && h.Services.Contains(a.Server) && !a.ServerThere.Equals(h.Endpoint)).ToArray();
        return others.Length == 0 ? [] : [Sighting.Of(true, $"{others.Length} connections to {string.Join(", ", others.Select(a => a.ServerThere).Distinct().Take(4))}", others[0].From)];
    }
}

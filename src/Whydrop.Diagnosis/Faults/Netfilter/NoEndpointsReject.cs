using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>A Service has no ready endpoint: the node of the client rejects connections to it.</summary>
internal sealed class NoEndpointsReject : FaultOf<Unserved>
{
    public override string Id => "no-endpoints-reject";

    public override string Name => "Service without ready endpoints";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "\"Connection refused\" at once for the name of a Service; the address of a pod works, if one is there.";

    public override string Mechanism => "For a Service without a ready endpoint kube-proxy installs a rule that rejects. The client's own node answers with ICMP port unreachable; nothing goes further.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("connection-refused-closed-port", "There the server's own kernel answers with a RST."),
        new("networkpolicy-drop", "There the rule is one of a policy, and endpoints are there."),
        new("etp-local-no-endpoint", "There kube-proxy drops in silence, for there are endpoints elsewhere."),
    ];

    public override string Remedy => "See why no endpoint is ready: kubectl get endpointslices -l kubernetes.io/service-name=NAME; the Service's selector, the pods' readiness probes, the number of replicas.";

    public override string Verify => "The endpoint slice of the Service lists a ready address, and the rule of kube-proxy is gone.";

    public override IReadOnlyList<string> References => ["https://kubernetes.io/docs/reference/networking/virtual-ips/", "net/ipv4/netfilter/nf_reject_ipv4.c nf_send_unreach", "RFC 1122 §4.2.3.9"];

    protected override IEnumerable<QuestionOf<Unserved>> Ask() =>
    [
        new("Were attempts to open a connection rejected at once?", Quantifier.Any, QuestionRole.Signature, Rejected),
        new("Do they meet a rule of kube-proxy for a Service without endpoints?", Quantifier.Any, QuestionRole.Mechanism, h => h.MeetRule()),
        new("Did the answer come from the node of that rule?", Quantifier.Any, QuestionRole.Mechanism, FromThere),
        new("Did all of it end at that node?", Quantifier.All, QuestionRole.Discriminator, GoesNoFurther, "connection-refused-closed-port"),
    ];

    protected override IEnumerable<Unserved> Propose(CaseView view)
    {
        var ruled = Unserved.ByRule(view, ServiceLack.Endpoints);
        var told = ruled.SelectMany(u => u.Attempts).Select(a => a.Connection).ToHashSet();

        // What another rule rejects is another fault; a node whose rules were read and say nothing of it does not answer for kube-proxy.
        var only = view.Attempts.Where(a => !told.Contains(a.Connection) && a.IcmpErrors.Any(Unserved.IsRejection) && !view.Firewall.Against(a.ToServer, "new").Any(m => m.Rejects))
            .GroupBy(a => view.Stacks.Of(a.IcmpErrors.First(Unserved.IsRejection).Reporter))
            .Where(g => g.Key is null || !view.Stacks.At(g.Key).Chains.Any()).Select(g => new Unserved(view, g.Key, null, [.. g]));
        return ruled.Concat(only);
    }

    protected override string Summarise(Unserved h)
    {
        var what = $"{h.Attempts.Count} attempt{(h.Attempts.Count == 1 ? "" : "s")} to {h.Attempts[0].Server} rejected";
        return h.Match is { } match ? $"{what} by {match.At}: the Service has no ready endpoint (\"{match.Text}\")."
            : $"{what} with ICMP port unreachable by {h.Rejections.First().Reporter}, as kube-proxy does for a Service without endpoints.";
    }

    protected override IEnumerable<NextEvidence> Next(Unserved h)
    {
        yield return new NextEvidence(
            h.At ?? VantagePoint.Unknown, $"{AttemptEvidence.Enter(h.At)}nft list ruleset; {AttemptEvidence.Enter(h.At)}iptables-save -c; kubectl get endpointslices -A", null,
            "which rule rejects, and whether the Service has a ready endpoint");
        if (h.At is null || !h.View.Captures.Any(c => c.At.Stack == h.At))
        {
            yield return AttemptEvidence.Capture(h.At, $"host {h.Attempts[0].Server.Address} or icmp or icmp6", "whether the node of the client itself answers");
        }
    }

    private static IEnumerable<Sighting> Rejected(Unserved h) => h.Attempts.Select(a => a.Outcome switch
    {
        AttemptOutcome.IcmpError when a.IcmpErrors.Any(Unserved.IsRejection) => Sighting.Of(true, $"ICMP port unreachable from {a.IcmpErrors.First(Unserved.IsRejection).Reporter}", a.IcmpErrors.First(Unserved.IsRejection).From),
        AttemptOutcome.Refused => Sighting.Of(true, "RST", a.Refusal!.From),
        _ => Sighting.Unknown($"{a.Ladder}, no answer seen", a.Frames),
    });

    private static IEnumerable<Sighting> FromThere(Unserved h)
    {
        foreach (var error in h.Rejections.Take(4))
        {
            var owners = h.View.Stacks.Owners(error.Reporter);
            yield return owners.Count == 0 ? Sighting.Unknown($"{error.Reporter}: owner not known", error.From)
                : Sighting.Of(h.At is { } at && owners.Contains(at), $"{error.Reporter} is {string.Join(", ", owners)}", error.From);
        }

        foreach (var attempt in h.Attempts.Where(a => a.Outcome == AttemptOutcome.Refused && h.Match?.Rule?.RejectWith?.Contains("tcp", StringComparison.Ordinal) == true))
        {
            yield return attempt.Refusal!.LeftSender == Answer.No ? Sighting.Of(true, "the RST was not sent by the server", attempt.Refusal.From) : Sighting.Unknown("RST", attempt.Refusal.From);
        }
    }

    private static IEnumerable<Sighting> GoesNoFurther(Unserved h) => h.Match is null
        ? h.Attempts.Select(a => a.Refusal?.SenderCounted == Answer.Yes ? Sighting.Of(false, "the server counted a RST", a.From) : Sighting.Unknown("not known", a.From))
        : h.Attempts.Select(a => a.SeenAt.All(f => f.At.Stack == h.At || h.View.Stacks.End(a.Connection, true)?.At == f.At.Stack)
            ? Sighting.Of(true, $"last seen at {a.SynLastSeen}", a.Frames) : Sighting.Of(false, $"seen at {a.SynLastSeen}", a.Frames));
}

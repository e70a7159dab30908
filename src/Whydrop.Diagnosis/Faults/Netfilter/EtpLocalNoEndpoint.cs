using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>A Service whose traffic policy is Local has no endpoint on the node that its clients come to: kube-proxy drops.</summary>
internal sealed class EtpLocalNoEndpoint : FaultOf<Unserved>
{
    public override string Id => "etp-local-no-endpoint";

    public override string Name => "Traffic policy Local, and no endpoint on the node";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "A part of the connections to a LoadBalancer or NodePort times out: those that come to certain nodes, often after a rollout.";

    public override string Mechanism =>
        "With externalTrafficPolicy or internalTrafficPolicy: Local a node passes connections to its own endpoints only. Where it has none kube-proxy drops them without an answer; the load balancer "
        + "or the clients still come there until the health check node port tells them.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("no-endpoints-reject", "There is no ready endpoint anywhere, and kube-proxy rejects."),
        new("networkpolicy-drop", "There the rule is one of a policy."),
        new("sg-nacl-drop", "There the SYN does not get to the node."),
    ];

    public override string Remedy => "Spread the replicas over the nodes that clients come to, let the load balancer ask the Service's healthCheckNodePort, or set externalTrafficPolicy: Cluster.";

    public override string Verify => "The health check node port answers 503 only on nodes that get no connections; a SYN-ACK answers the first SYN.";

    public override IReadOnlyList<string> References => ["https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-policies", "https://github.com/kubernetes/kubernetes/issues/127937", "https://github.com/metallb/metallb/issues/2561"];

    protected override IEnumerable<QuestionOf<Unserved>> Ask() =>
    [
        new("Did attempts to open a connection stay without any answer?", Quantifier.Any, QuestionRole.Signature, NotAnswered),
        new("Do they meet a rule of kube-proxy for a Service without local endpoints?", Quantifier.Any, QuestionRole.Mechanism, h => h.MeetRule()),
        new("Were they seen on that node, and not behind it?", Quantifier.Any, QuestionRole.Mechanism, h => h.Stopped()),
        new("Did all of them stay without an answer?", Quantifier.All, QuestionRole.Discriminator, AllSilent, "no-endpoints-reject"),
    ];

    protected override IEnumerable<Unserved> Propose(CaseView view) => Unserved.ByRule(view, ServiceLack.LocalEndpoints);

    protected override string Summarise(Unserved h) =>
        $"{h.Syns} SYN{(h.Syns == 1 ? "" : "s")} to {h.Attempts[0].Server} dropped by {h.At}, which has no endpoint of the Service (\"{h.Match!.Text}\").";

    protected override IEnumerable<NextEvidence> Next(Unserved h)
    {
        yield return new NextEvidence(
            h.At ?? VantagePoint.Unknown, $"{AttemptEvidence.Enter(h.At)}nft list ruleset; {AttemptEvidence.Enter(h.At)}iptables-save -c; kubectl get svc,endpointslices -A -o wide", null,
            "whether the rule counts the SYNs, and on which nodes the endpoints are");
        if (!h.Stopped().Any(s => s.Answer == Answer.Yes))
        {
            yield return AttemptEvidence.Capture(h.At, $"tcp and port {h.Attempts[0].Server.Port}", "whether the SYNs come to that node");
        }
    }

    private static IEnumerable<Sighting> NotAnswered(Unserved h) => h.Attempts.Select(a => Sighting.Of(a.Outcome == AttemptOutcome.Unanswered, a.Ladder, a.Frames));

    private static IEnumerable<Sighting> AllSilent(Unserved h) =>
        h.Attempts.Select(a => Sighting.Of(a.Outcome == AttemptOutcome.Unanswered, a.Outcome == AttemptOutcome.Unanswered ? "no answer" : "answered", a.Frames));
}

using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>What a pod sends out of the cluster leaves its node with the pod's own address, which nobody outside can answer.</summary>
internal sealed class MasqueradeMissingOrExcess : FaultOf<MasqueradeMissingOrExcess.Leak>
{
    public override string Id => "masquerade-missing-or-excess";

    public override string Name => "Source translation of pods is wrong";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "Pods do not reach some network outside at all, while their node does; or servers see the address of the node where that of the pod is expected.";

    public override string Mechanism =>
        "Pods' traffic out of the cluster has to take the address of the node, and traffic inside it must not. When the list of networks that are not masqueraded does not match reality, pod addresses get out to "
        + "networks that know no way back to them, and nothing answers.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("cloud-snat-exhaustion", "There it happens under load; here never a connection opens."),
        new("default-route-fallback-leak", "There the destination is a pod, and the node's own connections fail too."),
        new("anti-spoofing-srcdst-check", "There the fabric drops pod addresses inside the cluster."),
    ];

    public override string Remedy => "Compare ip-masq-agent's nonMasqueradeCIDRs, kube-proxy's --cluster-cidr or the pool's natOutgoing with the networks that know a way to pods; let the rest be masqueraded.";

    public override string Verify => "A capture at the node's uplink shows the address of the node as source towards that network, and a SYN-ACK answers.";

    public override IReadOnlyList<string> References => ["https://kubernetes.io/docs/tasks/administer-cluster/ip-masq-agent/", "RFC 1918 §3"];

    protected override IEnumerable<QuestionOf<Leak>> Ask() =>
    [
        new("Did attempts of pods leave their node with the pod's address and stay without an answer?", Quantifier.All, QuestionRole.Signature, LeftSo),
        new("Do others reach that destination with the address of the node?", Quantifier.Any, QuestionRole.Signature, NodeReaches),
        new("Does every attempt with a pod's address stay without an answer from there?", Quantifier.All, QuestionRole.Signature, h => PodReaches(h).Select(s => s.Opposite)),
        new("Was it seen that the way back to the pod is missing outside?", Quantifier.Any, QuestionRole.Mechanism, _ => []),
    ];

    protected override IEnumerable<Leak> Propose(CaseView view) =>
        view.Attempts.Where(a => a.Outcome == AttemptOutcome.Unanswered && a.SynArrived != Answer.Yes && a.Client.Equals(a.ClientThere) && a.SynLastSeen is not null)
            .Select(a => (Attempt: a, Node: Left(view, a))).Where(a => a.Node is not null)
            .GroupBy(a => (a.Node, a.Attempt.ServerThere)).Select(g => new Leak(view, g.Key.Node!, [.. g.Select(a => a.Attempt)]));

    protected override string Summarise(Leak h) =>
        $"{h.Attempts.Count} attempt{(h.Attempts.Count == 1 ? "" : "s")} to {h.Attempts[0].ServerThere} left {h.Node} with the pod's address {h.Attempts[0].Client.Address} and got no answer; with the node's own address it is reached.";

    protected override IEnumerable<NextEvidence> Next(Leak h)
    {
        yield return new NextEvidence(h.Node, "nft list ruleset; iptables-save -c -t nat; kubectl -n kube-system get configmap ip-masq-agent -o yaml", null, "which networks are not masqueraded");
        yield return AttemptEvidence.Capture(null, $"tcp and host {h.Attempts[0].ServerThere.Address}", "at the destination or its router: whether the SYNs arrive with the pod's address, and where the SYN-ACK goes");
    }

    // The last place that saw it is a node that the client's address does not belong to, and that sends such packets by its default route.
    private static VantagePoint? Left(CaseView view, Attempt a)
    {
        var stack = a.SynLastSeen!.Stack;
        return !view.Stacks.Owners(a.Client.Address).Contains(stack) && view.Addresses(stack).Any()
            && RouteLookup.Of(view, stack, a.ServerThere.Address) is { Known: true, Found: { Destination.PrefixLength: 0 } route } && route.At.Interface == a.SynLastSeen.Interface
            && RouteLookup.Of(view, stack, a.Client.Address) is { Known: true, Found: { Destination.PrefixLength: > 0 } } ? stack : null;
    }

    private static IEnumerable<Sighting> LeftSo(Leak h) => h.Attempts.Select(a => Sighting.Of(true, $"{a.Client.Address} at {a.SynLastSeen}", a.Frames));

    private static IEnumerable<Sighting> NodeReaches(Leak h) => Answered(h, h.View.Addresses(h.Node).ToHashSet());

    private static Sighting[] PodReaches(Leak h)
    {
        var pods = h.Attempts.Select(a => a.Client.Address).ToHashSet();
        var answered = Answered(h, pods).ToArray();
        return answered.Length > 0 ? answered : [Sighting.Of(false, "none", h.Attempts[0].From)];
    }

    private static IEnumerable<Sighting> Answered(Leak h, HashSet<IPAddress> sources) =>
        h.View.Attempts.Where(a => a.Outcome is AttemptOutcome.Established or AttemptOutcome.Refused && a.ServerThere.Address.Equals(h.Attempts[0].ServerThere.Address) && sources.Contains(a.ClientThere.Address))
            .Take(2).Select(a => Sighting.Of(true, $"{a.ClientThere} was answered", a.From));

    /// <summary>Attempts to one destination that left one node untranslated.</summary>
    internal sealed class Leak(CaseView view, VantagePoint node, IReadOnlyList<Attempt> attempts) : Hypothesis(view, Scope.Of(node))
    {
        internal VantagePoint Node { get; } = node;

        internal override bool Placed => true;

        internal override IReadOnlyList<Attempt> Attempts { get; } = attempts;
    }
}

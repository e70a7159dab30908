using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>The policy of a forward chain is drop, and no rule accepts what goes to or from pods.</summary>
internal sealed class ForwardPolicyDrop : FaultOf<ForwardPolicyDrop.Policy>
{
    public override string Id => "forward-policy-drop";

    public override string Name => "Forwarding dropped by the policy of a chain";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "Nothing of a node's pods gets out or in any more, while the node itself is reached; often after a restart or an update of Docker, firewalld or ufw.";

    public override string Mechanism =>
        "Another program has set the policy of its forward chain to drop and accepts only what it knows. A packet has to pass every chain at the hook, so accepting rules of Kubernetes in another table "
        + "or another iptables backend do not help. What falls to the policy is dropped without a trace but, with iptables, the counter of the policy.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("networkpolicy-drop", "There a rule denies certain pods; here no rule decides."),
        new("ip-forward-disabled", "There nothing gets to the forward hook: InAddrErrors counts it."),
        new("blackhole-route", "There the route to the destination discards."),
        new("sg-nacl-drop", "There the packets leave the node and die outside."),
    ];

    public override string Remedy => "Accept the pod networks in that chain (iptables -I DOCKER-USER, firewall-cmd --zone=trusted), or set its policy back: iptables -P FORWARD ACCEPT; let one program own the chain.";

    public override string Verify => "The counter of the policy stays at its value (iptables -nvL FORWARD), and pods of the node are reached.";

    public override IReadOnlyList<string> References => ["net/netfilter/nf_tables_core.c nft_do_chain", "nft(8) \"policy\"", "https://github.com/kubernetes/kubernetes/issues/40182", "https://github.com/kubernetes/kubernetes/issues/39823"];

    protected override IEnumerable<QuestionOf<Policy>> Ask() =>
    [
        new("Is there a forward chain whose policy is to drop?", Quantifier.Any, QuestionRole.Signature, HasPolicy),
        new("Did packets come in there and not go on?", Quantifier.Any, QuestionRole.Mechanism, h => h.Vanished()),
        new("Did they fall to that policy?", Quantifier.Any, QuestionRole.Mechanism, Fell),
        new("Do all rules of that node let them be?", Quantifier.All, QuestionRole.Discriminator, h => Denied(h).Select(s => s.Opposite), "networkpolicy-drop"),
    ];

    protected override IEnumerable<Policy> Propose(CaseView view)
    {
        var candidates = DroppedAt.Candidates(view).SelectMany(c => Policies(view, c.Stack.At).Select(p => new Policy(view, c.Stack.At, c.Gone, p))).ToArray();
        var counted = view.Facts.Of<FirewallChain>().Select(c => c.At.Stack).Distinct().Where(at => !candidates.Any(c => c.Stack.At == at))
            .SelectMany(at => Policies(view, at).Select(p => new Policy(view, at, null, p))).Where(p => p.Grown > 0);
        return candidates.Concat(counted);
    }

    protected override string Summarise(Policy h) =>
        (h.Gone is { } gone ? $"{gone.What} vanished {gone.Place}; " : "") + $"the policy of {h.Chain.Family} {h.Chain.Table} {h.Chain.Chain} of {h.Scope} is drop" + (h.Grown is { } grown ? $" and counted {grown}." : ".");

    protected override IEnumerable<NextEvidence> Next(Policy h) => DroppedAtEvidence.For(h, "nft list ruleset; iptables-save -c; iptables-legacy-save -c");

    private static FirewallChain[] Policies(CaseView view, VantagePoint stack) =>
    [
        .. view.Facts.Of<FirewallChain>().Where(c => c.At.Stack == stack && c is { Hook: "forward", Policy: "drop", Family: "ip" or "ip6" or "inet" })
            .GroupBy(c => (c.Family, c.Table, c.Chain)).Select(g => g.LastOrDefault(c => c.Counter is not null) ?? g.Last()),
    ];

    private static IEnumerable<Sighting> HasPolicy(Policy h) =>
        [Sighting.Of(true, $"{h.Chain.Family} {h.Chain.Table} {h.Chain.Chain}: policy drop", h.Chain.From)];

    private static IEnumerable<Sighting> Fell(Policy h)
    {
        if (h.Gone is null)
        {
            yield break;
        }

        if (h.Grown is { } grown)
        {
            yield return new Sighting(Counted.Tells(grown, h.Gone.Count), $"its counter +{grown}, {h.Gone.Count} vanished", [h.Chain.From]);
        }

        var input = h.Gone.Seen.Stack == h.Stack.At ? h.Gone.Seen.Interface : null;
        var state = h.Gone.Losses.Count == 0 && h.Gone.Controls.All(c => c.Kind == ControlKind.Syn) ? "new" : null;
        foreach (var (from, to) in h.Gone.Ends(h.View).DistinctBy(e => (e.From.Address, e.To)).Take(8))
        {
            var family = h.Chain.Family is "inet" || (h.Chain.Family == "ip6") == (to.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6);
            var falls = family ? new ChainWalk(h.View, from, to, state, input).FallsToPolicy(h.Chain) : Answer.No;
            var text = falls switch { Answer.Yes => "no rule of it decides", Answer.No => "a rule of it decides", _ => "a rule of it may decide" };
            // Its counter decides where it has one.
            yield return new Sighting(h.Grown == 0 ? Answer.No : falls == Answer.Yes && h.Chain.Counter is not null && h.Grown is null ? Answer.Unknown : falls, $"{from.Address} to {to}: {text}", [h.Chain.From]);
        }
    }

    private static IEnumerable<Sighting> Denied(Policy h)
    {
        var denying = (h.Gone?.Directions ?? new HashSet<DirectionKey>()).SelectMany(d => h.View.Firewall.Against(d, "new"))
            .Where(m => m.Rule is not null && m.At == h.Stack.At && m.Grown != 0).DistinctBy(m => m.Text).ToArray();
        return denying.Length == 0 ? [Sighting.Of(false, "none that they meet", h.Chain.From)]
            : denying.Select(m => new Sighting(m.Grown > 0 ? m.Meets : m.Meets == Answer.Yes ? Answer.Yes : Answer.Unknown, m.Text, m.Evidence));
    }

    /// <summary>A policy, and what vanished where it is in force.</summary>
    internal sealed class Policy : DroppedAt
    {
        internal Policy(CaseView view, VantagePoint at, Vanishing? gone, FirewallChain chain)
            : base(view, at, gone)
        {
            Chain = chain;
            Grown = chain.Counter is null ? null : view.Facts.Of<CounterDelta>().LastOrDefault(d => d.At.Stack == at && d.Name == chain.Counter)?.Delta;
            Witnesses = chain.Counter is null ? [] : [chain.Counter];
        }

        internal FirewallChain Chain { get; }

        /// <summary>Packets that fell to it between two readings; null when they are not counted.</summary>
        internal long? Grown { get; }
    }
}

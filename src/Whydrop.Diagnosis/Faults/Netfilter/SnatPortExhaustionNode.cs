using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>A node that translates sources has no port left towards one destination.</summary>
internal sealed class SnatPortExhaustionNode : FaultOf<DroppedAt>
{
    // Without a range of its own masquerade takes 1024 to 65535 for ports above 1023 (net/netfilter/nf_nat_core.c nf_nat_l4proto_unique_tuple).
    private static readonly (int First, int Last) Unprivileged = (1024, 65535);

    // A table is not read at the very moment of the drop: entries come and go.
    private const double Nearly = 0.95;

    private const string InsertFailed = "Conntrack.InsertFailed";

    public override string Id => "snat-port-exhaustion-node";

    public override string Name => "No source port left for translation on the node";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "New connections from one node to one address and port outside time out; other destinations work.";

    public override string Mechanism =>
        "Source translation needs a port that is free for the address of the node, the destination and its port. When connections (and their TIME_WAIT in connection tracking) have taken all, a new SYN finds none; "
        + "connection tracking cannot insert it and drops it.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("cloud-snat-exhaustion", "There the SYN leaves the node and dies at a translator outside."),
        new("snat-port-race", "There ports are free, and the second SYN gets through."),
        new("conntrack-table-full", "There the table has no room for any connection, whatever its destination."),
    ];

    public override string Remedy => "Keep connections open and reuse them; give the translation more ports or more addresses; shorten nf_conntrack_tcp_timeout_time_wait.";

    public override string Verify => "conntrack -S shows no further insert_failed, and conntrack -L -d DESTINATION fewer entries than ports.";

    public override IReadOnlyList<string> References => ["net/netfilter/nf_nat_core.c nf_nat_l4proto_unique_tuple", "net/netfilter/nf_conntrack_core.c __nf_conntrack_confirm", "https://github.com/cilium/cilium/issues/23604"];

    protected override IEnumerable<QuestionOf<DroppedAt>> Ask() =>
    [
        new("Did connection tracking fail to insert connections?", Quantifier.Any, QuestionRole.Signature, Failed),
        new("Does that node translate the source of what vanished?", Quantifier.Any, QuestionRole.Signature, Translates),
        new("Did packets come in there and not go on?", Quantifier.Any, QuestionRole.Mechanism, h => h.Vanished()),
        new("Did it fail as often as packets vanished?", Quantifier.Any, QuestionRole.Mechanism, h => h.Accounts(InsertFailed)),
        new("Were all ports towards the destination taken?", Quantifier.Any, QuestionRole.Mechanism, Taken),
    ];

    protected override IEnumerable<DroppedAt> Propose(CaseView view)
    {
        var candidates = DroppedAt.Candidates(view).Where(c => c.Gone is not null && Rules(c).Any()).ToArray();

        // A connection without a port of its own is never inserted, and that is counted: where the count stood still, no port was wanting.
        var clean = view.Facts.Of<CounterDelta>().Where(d => d is { Name: InsertFailed, Delta: 0 }).Select(d => d.At.Stack).Distinct()
            .Where(at => !candidates.Any(c => c.Stack.At == at)).Select(at => new DroppedAt(view, at, null) { CountersSuffice = true });
        return candidates.Concat(clean);
    }

    protected override string Summarise(DroppedAt h) =>
        $"{h.Gone!.What} to {string.Join(", ", Ends(h).Select(e => e.To).Distinct().Take(2))} vanished {h.Gone.Place}: {h.Scope} has no source port left to translate to"
        + (h.View.Delta(h.Stack.At, InsertFailed) is { } grown ? $" (insert_failed +{grown.Delta})." : ".");

    protected override IEnumerable<NextEvidence> Next(DroppedAt h) => DroppedAtEvidence.For(h, "conntrack -S; conntrack -L; nft list ruleset; iptables-save -c -t nat");

    private static IEnumerable<Sighting> Failed(DroppedAt h)
    {
        if (h.Stack.Delta(InsertFailed) is not { } grown)
        {
            yield break;
        }

        var translated = h.View.Facts.Of<ConntrackEntry>().Where(e => e.At.Stack == h.Stack.At && e.Protocol == "tcp" && !e.ReplyDestination.Address.Equals(e.Source.Address))
            .GroupBy(e => (e.From.Source, e.ReplySource, e.ReplyDestination.Address)).Select(g => (Ports: g.Select(e => e.ReplyDestination.Port).Distinct().Count(), g.Key.ReplySource)).OrderByDescending(t => t.Ports).FirstOrDefault();
        var (first, last) = h.Stack.Rules.Where(r => r.Action is "snat" or "masquerade").Select(r => r.TranslatedPorts).FirstOrDefault(p => p is not null) ?? Unprivileged;
        var used = translated.Ports > 0 ? $", at most {translated.Ports} of {last - first + 1} ports in use towards one destination ({translated.ReplySource})" : "";
        yield return Sighting.Of(grown.Delta > 0, $"{InsertFailed} of {h.Stack.At} +{grown.Delta}{used}", grown.From);
    }

    private static IEnumerable<(System.Net.IPEndPoint From, System.Net.IPEndPoint To)> Ends(DroppedAt h) => h.Gone?.Ends(h.View) ?? [];

    private static IEnumerable<(FirewallRule Rule, Answer Meets)> Rules(DroppedAt h) => h.Stack.Rules.Where(r => r.Action is "snat" or "masquerade")
        .Select(r => (Rule: r with { OutputDevice = null }, r.OutputDevice))
        .Select(r => (r.Rule, Meets: Ends(h).Take(8).Select(e => Firewall.Meets(r.Rule, e.From, e.To, "new")).DefaultIfEmpty(Answer.Unknown).Max())).Where(r => r.Meets != Answer.No);

    private static IEnumerable<Sighting> Translates(DroppedAt h) => Rules(h).OrderByDescending(r => r.Meets).Take(3).Select(r => new Sighting(Answer.Yes, r.Rule.Text, [r.Rule.From]));

    private static IEnumerable<Sighting> Taken(DroppedAt h)
    {
        var best = Rules(h).OrderByDescending(r => r.Meets).ThenByDescending(r => r.Rule.TranslatedPorts is not null).FirstOrDefault();
        if (best.Rule is not { } rule)
        {
            yield break;
        }

        var (first, last) = rule.TranslatedPorts ?? Unprivileged;
        var ports = last - first + 1;
        foreach (var to in Ends(h).Select(e => e.To).Distinct().Take(4))
        {
            var taken = h.View.Facts.Of<ConntrackEntry>().Where(e => e.At.Stack == h.Stack.At && e.Protocol == "tcp" && e.ReplySource.Equals(to) && !e.ReplyDestination.Address.Equals(e.Source.Address)
                    && e.ReplyDestination.Port >= first && e.ReplyDestination.Port <= last)
                .GroupBy(e => (e.From.Source, e.ReplyDestination.Address)).Select(g => (Count: g.Select(e => e.ReplyDestination.Port).Distinct().Count(), g.First().From)).OrderByDescending(t => t.Count).FirstOrDefault();
            yield return taken.Count == 0 ? Sighting.Unknown($"{to}: no entry listed")
                : new Sighting(taken.Count >= ports * Nearly ? Answer.Yes : Answer.Unknown, $"{taken.Count} of {ports} ports to {to}", [taken.From, rule.From]);
        }
    }
}

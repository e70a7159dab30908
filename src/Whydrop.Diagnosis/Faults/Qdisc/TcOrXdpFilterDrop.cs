using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Qdisc;

/// <summary>A filter or program of tc or XDP at a device drops packets before netfilter sees them.</summary>
internal sealed class TcOrXdpFilterDrop : FaultOf<DroppedAt>
{
    private static readonly string[] Counters = ["Filter.Ingress.ActionDropped", "Filter.Egress.ActionDropped", "Filter.ActionDropped"];

    public override string Id => "tc-or-xdp-filter-drop";

    public override string Name => "A tc or XDP program drops";

    public override FaultLayer Layer => FaultLayer.Qdisc;

    public override string UserSees => "Certain traffic vanishes at a node although no rule of its firewall counts it.";

    public override string Mechanism =>
        "Programs and filters at the ingress or egress of a device (cls_bpf, u32 with action drop, XDP) decide before netfilter. What they drop appears in no rule, and a program counts only in its own maps. A capture "
        + "sees what tc ingress drops, and does not see what XDP drops.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("networkpolicy-drop", "There a rule of netfilter counts what it drops."),
        new("forward-policy-drop", "There the policy of a chain drops."),
        new("rp-filter-martian", "There IPReversePathFilter counts."),
    ];

    public override string Remedy => "tc -s filter show dev DEVICE ingress, bpftool net: find out whose program it is (the CNI's agent, a security agent), read its own drop counters, and correct or detach it.";

    public override string Verify => "The kernel's drop reasons (skb:kfree_skb) show no TC_INGRESS, TC_EGRESS or XDP, and a SYN-ACK answers the first SYN.";

    public override IReadOnlyList<string> References => ["net/sched/cls_bpf.c cls_bpf_classify", "net/core/dev.c tc_run", "include/net/dropreason-core.h"];

    protected override IEnumerable<QuestionOf<DroppedAt>> Ask() =>
    [
        new("Does a filter stand at a device that they came in or went out by?", Quantifier.Any, QuestionRole.Signature, Filters),
        new("Did packets come in there and not go on?", Quantifier.Any, QuestionRole.Mechanism, h => h.Vanished()),
        new("Did the filter count as many?", Quantifier.Any, QuestionRole.Mechanism, Counts),
    ];

    protected override IEnumerable<DroppedAt> Propose(CaseView view) => DroppedAt.Candidates(view).Where(c => Filters(c).Any());

    protected override string Summarise(DroppedAt h) => $"{h.Gone!.What} vanished {h.Gone.Place}; a filter of tc stands at {h.Scope}.";

    protected override IEnumerable<NextEvidence> Next(DroppedAt h) =>
        DroppedAtEvidence.For(h, "tc -s filter show dev DEVICE ingress; tc -s filter show dev DEVICE egress; bpftool net; perf trace -e skb:kfree_skb --duration 10");

    private static bool OnTheWay(DroppedAt h, VantagePoint at) =>
        at.Stack == h.Stack.At && (at.Interface is null || at == h.Gone?.Seen || at == h.Gone?.Missing);

    private static IEnumerable<Sighting> Filters(DroppedAt h)
    {
        foreach (var filter in h.View.Facts.Of<DeviceSetting>().Where(d => d.Group == "filter" && OnTheWay(h, d.At)).DistinctBy(d => (d.At, d.Key)))
        {
            yield return Sighting.Of(true, $"{filter.At}: {filter.Key}", filter.From);
        }

        foreach (var counter in h.View.Facts.Of<CounterDelta>().Where(d => Counters.Contains(d.Name) && d.Delta > 0 && OnTheWay(h, d.At)))
        {
            yield return Sighting.Of(true, $"{counter.Name} of {counter.At} +{counter.Delta}", counter.From);
        }
    }

    private static IEnumerable<Sighting> Counts(DroppedAt h) => h.View.Facts.Of<CounterDelta>().Where(d => Counters.Contains(d.Name) && OnTheWay(h, d.At))
        .Select(d => new Sighting(d.Delta == 0 ? Answer.Unknown : Counted.Tells(d.Delta, h.Gone!.Count), $"{d.Name} of {d.At} +{d.Delta}, {h.Gone!.Count} vanished", [d.From]));
}

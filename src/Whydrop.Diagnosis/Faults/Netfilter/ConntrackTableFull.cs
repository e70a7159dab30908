using System.Globalization;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>The table of connection tracking is full: new connections are dropped.</summary>
internal sealed class ConntrackTableFull : FaultOf<DroppedAt>
{
    // Entries are freed in steps: at the moment of a reading a full table may be a little below its limit.
    private const double Nearly = 0.95;

    private const string Dropped = "Conntrack.Drop";
    private const string Failed = "Conntrack.InsertFailed";

    public override string Id => "conntrack-table-full";

    public override string Name => "Connection tracking table is full";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "New connections and name lookups fail on a whole node; those that are open go on.";

    public override string Mechanism => "Each connection that a node forwards or translates takes an entry. At nf_conntrack_max the kernel first throws out entries that never got an answer, then drops the first packet of every new connection.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("snat-port-exhaustion-node", "There drop and insert_failed grow together, for one destination."),
        new("snat-port-race", "There drop and insert_failed grow together, under concurrency."),
        new("neigh-table-overflow", "There another table is full: that of neighbours."),
    ];

    public override string Remedy => "Raise net.netfilter.nf_conntrack_max (kube-proxy: conntrack.maxPerCore) with nf_conntrack_buckets, find who opens so many connections (conntrack -L), shorten time-outs, do not track DNS.";

    public override string Verify => "conntrack -S shows no further drop, nf_conntrack_count stays below nf_conntrack_max, and the kernel no longer says \"table full\".";

    public override IReadOnlyList<string> References => ["net/netfilter/nf_conntrack_core.c __nf_conntrack_alloc", "Documentation/networking/nf_conntrack-sysctl.rst", "https://github.com/kubernetes/kubernetes/issues/71261"];

    protected override IEnumerable<QuestionOf<DroppedAt>> Ask() =>
    [
        new("Did connection tracking of the node drop, or say that its table is full?", Quantifier.Any, QuestionRole.Signature, Says),
        new("Was the table full?", Quantifier.Any, QuestionRole.Mechanism, Full),
        new("Did packets come in there and not go on?", Quantifier.Any, QuestionRole.Mechanism, h => h.Vanished()),
        new("Were these the packets it dropped?", Quantifier.Any, QuestionRole.Mechanism, TheSame),
    ];

    protected override IEnumerable<DroppedAt> Propose(CaseView view)
    {
        var candidates = DroppedAt.Candidates(view).Where(c => Says(c).Any()).ToArray();
        var counted = view.Facts.Of<CounterDelta>().Where(d => d is { Name: Dropped, Delta: > 0 }).Select(d => d.At.Stack)
            .Concat(view.Facts.Of<LogEvent>().Where(e => e.Kind == "conntrack-full").Select(e => e.At.Stack)).Distinct()
            .Where(at => !candidates.Any(c => c.Stack.At == at)).Select(at => new DroppedAt(view, at, null)).ToArray();

        // Every packet it drops and every entry it throws out for room is counted (net/netfilter/nf_conntrack_core.c): where neither grew, the table was not full.
        var clean = view.Facts.Of<CounterDelta>().Where(d => d is { Name: Dropped, Delta: 0 }).Select(d => d.At.Stack).Distinct()
            .Where(at => view.Delta(at, "Conntrack.EarlyDrop") is not { Delta: > 0 } && !candidates.Concat(counted).Any(c => c.Stack.At == at)).Select(at => new DroppedAt(view, at, null) { CountersSuffice = true });
        return candidates.Concat(counted).Concat(clean);
    }

    protected override string Summarise(DroppedAt h) =>
        (h.Gone is { } gone ? $"{gone.What} vanished {gone.Place}; " : "") + $"connection tracking of {h.Scope} is full"
        + (Limits(h) is { } limits ? $": {limits.Count} of {limits.Most} entries" : "") + (Beyond(h) is > 0 and var dropped ? $", {dropped} packets dropped." : ".");

    protected override IEnumerable<NextEvidence> Next(DroppedAt h) => DroppedAtEvidence.For(h, "conntrack -S; sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max; dmesg -T");

    // A failed insertion counts as a drop too (net/netfilter/nf_conntrack_core.c __nf_conntrack_confirm): those are not for want of room.
    private static long? Beyond(DroppedAt h) => h.Stack.Delta(Dropped) is { } dropped ? dropped.Delta - (h.Stack.Delta(Failed)?.Delta ?? 0) : null;

    private static (long Count, long Most, Provenance From)? Limits(DroppedAt h) =>
        h.Stack.Setting("net.netfilter.nf_conntrack_count") is { } count && h.Stack.Setting("net.netfilter.nf_conntrack_max") is { } most
        && long.TryParse(count.Value, CultureInfo.InvariantCulture, out var entries) && long.TryParse(most.Value, CultureInfo.InvariantCulture, out var limit) && limit > 0
            ? (entries, limit, count.From) : null;

    private static IEnumerable<Sighting> Says(DroppedAt h)
    {
        foreach (var line in h.Stack.Logs("conntrack-full").Take(2))
        {
            yield return Sighting.Of(true, line.Text, line.From);
        }

        if (Beyond(h) is { } beyond && h.Stack.Delta(Dropped) is { } dropped)
        {
            var room = Limits(h) is { } limits ? $", {limits.Count} of {limits.Most} entries" : "";
            yield return Sighting.Of(beyond > 0, $"{Dropped} of {h.Stack.At} +{dropped.Delta}{(dropped.Delta > 0 ? $", {beyond} of it not for failed insertions" : "")}{room}", dropped.From);
        }
    }

    private static IEnumerable<Sighting> Full(DroppedAt h)
    {
        foreach (var line in h.Stack.Logs("conntrack-full").Take(1))
        {
            yield return Sighting.Of(true, line.Text, line.From);
        }

        if (Limits(h) is { } limits)
        {
            var text = $"{limits.Count} of {limits.Most} entries";
            yield return limits.Count >= limits.Most * Nearly ? Sighting.Of(true, text, limits.From) : Sighting.Unknown(text, limits.From);
        }
    }

    private static IEnumerable<Sighting> TheSame(DroppedAt h)
    {
        if (h.Gone is { } gone && Beyond(h) is { } beyond && h.Stack.Delta(Dropped) is { } dropped)
        {
            yield return new Sighting(Counted.Tells(Math.Max(0, beyond), gone.Count), $"{beyond} dropped, {gone.Count} vanished", [dropped.From]);
        }
    }
}

using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Routing;

/// <summary>A route that discards covers a live address.</summary>
internal sealed class BlackholeRoute : FaultOf<DroppedAt>
{
    public override string Id => "blackhole-route";

    public override string Name => "Blackhole route";

    public override FaultLayer Layer => FaultLayer.Routing;

    public override string UserSees => "Some pod addresses are dead from one node, others of the same block are fine; no counter moves.";

    public override string Mechanism =>
        "A route of type blackhole, unreachable or prohibit is the best match: of a block of addresses whose single pod route is gone, or of a block that lives elsewhere. The kernel discards in silence, "
        + "or with an ICMP error that is limited in rate; no SNMP counter tells.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("missing-route", "There nothing matches, and InNoRoutes grows."),
        new("networkpolicy-drop", "There a rule drops, and its counter grows."),
        new("neigh-unresolved", "There the route is a plain one, and nobody answers ARP."),
    ];

    public override string Remedy => "Restore the pod's own route (restart the CNI agent of the node), or delete the leftover: ip route del TYPE PREFIX; check the blocks of the address management.";

    public override string Verify => "ip route get ADDRESS on that node names a device; a connection to the address opens.";

    public override IReadOnlyList<string> References => ["net/ipv4/fib_semantics.c fib_props", "net/ipv4/route.c ip_error", "ip-route(8)"];

    protected override IEnumerable<QuestionOf<DroppedAt>> Ask() =>
    [
        new("Is the best route to the destination one that discards?", Quantifier.Any, QuestionRole.Signature, Discards),
        new("Did packets come in there and not go on?", Quantifier.Any, QuestionRole.Mechanism, h => h.Vanished()),
    ];

    // Where nothing pins the loss to that namespace, its table is only asked whether it may be to blame.
    protected override IEnumerable<DroppedAt> Propose(CaseView view) =>
        DroppedAt.Candidates(view).Where(c => Lookups(c).Any(l => l.Lookup.Evidence.Count > 0 && (c.Gone!.Inside || !l.Lookup.Known || l.Lookup.Discards))).Concat(Logged(view));

    /// <summary>Connects to a pod that a log says failed, and namespaces other than its own that discard what goes to its address.</summary>
    private static IEnumerable<DroppedAt> Logged(CaseView view) => UnansweredConnects.Find(view, UnansweredConnects.TimedOut, UnansweredConnects.NoRoute).Where(c => !view.Attempts.Any(a => Ends.Same(a.Server, c.Server)))
        .SelectMany(c => view.Facts.Of<Route>().Select(r => r.At.Stack).Distinct().Where(at => at.Node is not null && !view.Stacks.Owners(c.Server.Address).Contains(at))
            .Select(at => new DroppedAt(view, at, null) { Logged = c })
            .Where(d => view.Stacks.Owners(c.Server.Address).Count > 0 && Lookups(d).Any(l => l.Lookup is { Known: true, Discards: true })));

    protected override string Summarise(DroppedAt h)
    {
        var route = Lookups(h).First(l => l.Lookup.Discards).Lookup.Found!;
        return $"{(h.Logged is { } logged ? $"{logged.Lines.Count} connects of {logged.At} to {logged.Server} failed" : $"{h.Gone!.What} vanished {h.Gone.Place}")}: the best route of {h.Scope} is \"{route.Type} {route.Destination}\".";
    }

    protected override IEnumerable<NextEvidence> Next(DroppedAt h) => DroppedAtEvidence.For(h, "ip route show table all; ip rule");

    private static IEnumerable<(IPAddress To, RouteLookup Lookup)> Lookups(DroppedAt h) =>
        (h.Logged is { } logged ? [logged.Server.Address] : h.Gone?.Destinations(h.View) ?? []).Select(to => (to, RouteLookup.Of(h.View, h.Stack.At, to)));

    private static IEnumerable<Sighting> Discards(DroppedAt h)
    {
        foreach (var (to, lookup) in Lookups(h).Where(l => l.Lookup.Evidence.Count > 0))
        {
            var text = lookup.Found is { } found ? $"{to}: {found.Type} {found.Destination}" : $"{to}: no route";
            yield return lookup.Known ? Sighting.Of(lookup.Discards, text, lookup.Evidence) : Sighting.Unknown(text, lookup.Evidence);
        }
    }
}

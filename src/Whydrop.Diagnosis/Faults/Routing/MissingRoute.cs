using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Routing;

/// <summary>A node has no route for packets it should forward, and no default route.</summary>
internal sealed class MissingRoute : FaultOf<DroppedAt>
{
    private const string Four = "IpExt.InNoRoutes";
    private const string Six = "Ip6.InNoRoutes";

    public override string Id => "missing-route";

    public override string Name => "No route";

    public override FaultLayer Layer => FaultLayer.Routing;

    public override string UserSees => "\"No route to host\" or \"network is unreachable\" for some pods, from one node; or silence.";

    public override string Mechanism => "The forwarding table of a node has no entry for the destination and no default. The node discards the packet, counts it, and tells the sender by ICMP as far as its rate limit lets it.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("blackhole-route", "There a route that discards is in the table, and InNoRoutes stands still."),
        new("default-route-fallback-leak", "There the default route takes the packets out of the cluster."),
        new("neigh-unresolved", "There the route is there, and the next hop does not answer ARP."),
    ];

    public override string Remedy => "Bring the route back: look at the CNI or BGP daemon of that node, at the node's podCIDR, at the quota of the cloud's route table.";

    public override string Verify => "ip route get ADDRESS on that node names a device; nstat -az IpExtInNoRoutes stays at its value.";

    public override IReadOnlyList<string> References => ["RFC 1812 §5.2.7.1", "net/ipv4/route.c ip_error (IPSTATS_MIB_INNOROUTES)", "net/ipv6/route.c ip6_pkt_drop"];

    protected override IEnumerable<QuestionOf<DroppedAt>> Ask() =>
    [
        new("Does no route of the node lead to the destination?", Quantifier.Any, QuestionRole.Signature, NoRoute),
        new("Did packets come in there and not go on?", Quantifier.Any, QuestionRole.Mechanism, h => h.Vanished()),
        new("Did it count them as packets without a route, or say so?", Quantifier.Any, QuestionRole.Mechanism, Accounted),
    ];

    protected override IEnumerable<DroppedAt> Propose(CaseView view)
    {
        // Where nothing pins the loss to that namespace, its table is only asked whether it may be to blame.
        var candidates = DroppedAt.Candidates(view, Four, Six).Where(c => Lookups(c).Any(l => l.Lookup.Evidence.Count > 0 && (c.Gone!.Inside || !l.Lookup.Known || l.Lookup.Found is null)) || Grown(view, c.Stack.At)).ToArray();
        return candidates.Concat(view.Facts.Of<CounterDelta>().Select(d => d.At).Distinct()
            .Where(at => Grown(view, at) && !candidates.Any(c => c.Stack.At == at)).Select(at => new DroppedAt(view, at, null)));
    }

    protected override string Summarise(DroppedAt h) => h.Gone is { } gone
        ? $"{gone.What} vanished {gone.Place}: {h.Scope} has no route to {string.Join(", ", gone.Destinations(h.View).Take(3))}."
        : $"{h.Scope} discarded packets for which it has no route.";

    protected override IEnumerable<NextEvidence> Next(DroppedAt h) => DroppedAtEvidence.For(h, "ip route show table all; ip rule; nstat -az IpExtInNoRoutes Ip6InNoRoutes");

    private static bool Grown(CaseView view, VantagePoint at) => view.Delta(at, Four) is { Delta: > 0 } || view.Delta(at, Six) is { Delta: > 0 };

    private static IEnumerable<(System.Net.IPAddress To, RouteLookup Lookup)> Lookups(DroppedAt h) =>
        h.Gone?.Destinations(h.View).Select(to => (to, RouteLookup.Of(h.View, h.Stack.At, to))) ?? [];

    private static IEnumerable<Sighting> NoRoute(DroppedAt h)
    {
        foreach (var (to, lookup) in Lookups(h).Where(l => l.Lookup.Evidence.Count > 0))
        {
            var text = lookup.Found is { } found ? $"{to}: {found.Type} {found.Destination} {found.At.Interface}" : $"{to}: no route, no default";
            yield return lookup.Known ? Sighting.Of(lookup.Found is null, text, lookup.Evidence) : Sighting.Unknown(text, lookup.Evidence);
        }

        if (h.Gone is null)
        {
            foreach (var sighting in Counted.Grew(h.View, h.Stack.At, Four, Six))
            {
                yield return sighting;
            }
        }
    }

    /// <summary>As many as vanished; or the node told a sender by ICMP "no route", which it does for nothing else.</summary>
    private static IEnumerable<Sighting> Accounted(DroppedAt h) => h.Accounts(h.Stack.Delta(Six) is { Delta: > 0 } ? Six : Four)
        .Concat(h.Reports.Where(e => e.Code == 0).Take(1).Select(e => Sighting.Of(true, $"ICMP \"no route\" from {e.Reporter}", e.From)));
}

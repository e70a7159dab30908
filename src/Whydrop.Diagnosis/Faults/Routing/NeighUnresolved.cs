using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Routing;

/// <summary>The next hop does not answer ARP or neighbour discovery.</summary>
internal sealed class NeighUnresolved : FaultOf<NeighUnresolved.NextHop>
{
    public override string Id => "neigh-unresolved";

    public override string Name => "Next hop does not answer";

    public override FaultLayer Layer => FaultLayer.Routing;

    public override string UserSees => "\"No route to host\" after about three seconds; the first packets after a silence are lost.";

    public override string Mechanism =>
        "To hand a packet to the next hop the kernel needs its link-layer address. Nobody answers its question: the host is gone, the VLAN is wrong, ARP is filtered. What waits is discarded after three questions, and the sender gets host unreachable.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("blackhole-route", "There the route itself discards, and nothing is asked."),
        new("missing-route", "There no route leads on."),
        new("stale-arp-garp-lost", "There an address is known, and it is the wrong one; no ICMP follows."),
    ];

    public override string Remedy => "Find why the next hop is silent: is the host or pod up, its device in the right VLAN or bridge, does a filter drop ARP or ICMPv6 neighbour discovery?";

    public override string Verify => "ip neigh show ADDRESS says REACHABLE, and the ICMP host unreachable ends.";

    public override IReadOnlyList<string> References => ["RFC 826, RFC 4861 §7.2", "net/core/neighbour.c neigh_invalidate", "net/ipv4/arp.c arp_error_report"];

    protected override IEnumerable<QuestionOf<NextHop>> Ask() =>
    [
        new("Is the link-layer address of the next hop not known?", Quantifier.Any, QuestionRole.Signature, NotKnown),
        new("Did packets for it come to the host and not leave it?", Quantifier.Any, QuestionRole.Mechanism, h => h.Vanished()),
        new("Was it asked for, and did nobody answer?", Quantifier.Any, QuestionRole.Mechanism, Asked),
        new("Did the host tell senders that what they sent cannot be delivered?", Quantifier.Any, QuestionRole.Support, Told),
    ];

    protected override IEnumerable<NextHop> Propose(CaseView view) => Vanished(view).Concat(WithoutCaptures(view));

    private static IEnumerable<NextHop> Vanished(CaseView view)
    {
        foreach (var c in DroppedAt.Candidates(view))
        {
            foreach (var hop in c.Gone!.Destinations(view).Select(d => RouteLookup.Of(view, c.Stack.At, d).NextHop(d)).OfType<IPAddress>().Distinct())
            {
                if (States(view, c.Stack.At, hop).Any() || Queries(view, c.Stack.At, hop).Any())
                {
                    yield return new NextHop(view, c.Stack.At, c.Gone, hop);
                }
            }
        }
    }

    /// <summary>
    /// Without captures: a gateway of a route is not known while its host tells senders that it cannot deliver. An address on the link may be nobody's; a gateway is somebody's, and is
    /// only asked for when something is to be sent there.
    /// </summary>
    private static IEnumerable<NextHop> WithoutCaptures(CaseView view)
    {
        return view.Captures.Any() ? [] : view.Facts.Of<Route>().Where(r => r.Via is not null).Select(r => (At: r.At.Stack, Hop: r.Via!)).Distinct()
            .Where(r => States(view, r.At, r.Hop).Any(IsNotKnown) && view.Delta(r.At, Unreachable(r.Hop)) is { Delta: > 0 })
            .Select(r => new NextHop(view, r.At, null, r.Hop));
    }

    protected override string Summarise(NextHop h)
    {
        var silent = $"{h.Hop}, the next hop of {h.Scope}, does not answer {(IsIpv4(h.Hop) ? "ARP" : "neighbour discovery")}";
        return h.Gone is { } gone ? $"{gone.What} vanished {gone.Place}: {silent}." : $"{silent}, and {h.Scope} told senders {h.View.Delta(h.Stack.At, Unreachable(h.Hop))?.Delta} times that it cannot deliver.";
    }

    protected override IEnumerable<NextEvidence> Next(NextHop h) => DroppedAtEvidence.For(h, $"ip neigh show {h.Hop}; ip route get {h.Hop}");

    private static IEnumerable<Neighbour> States(CaseView view, VantagePoint at, IPAddress hop) =>
        view.Facts.Of<Neighbour>().Where(n => n.At.Stack == at && n.Address.Equals(hop)).TakeLast(1);

    private static IEnumerable<NeighbourQuery> Queries(CaseView view, VantagePoint at, IPAddress hop) =>
        view.Facts.Of<NeighbourQuery>().Where(q => q.At.Stack == at && q.Target.Equals(hop) && view.Stacks.Owners(q.Asker).Contains(at));

    private static bool IsNotKnown(Neighbour n) => n.State.Contains("FAILED", StringComparison.Ordinal) || n.State.Contains("INCOMPLETE", StringComparison.Ordinal);

    private static bool IsIpv4(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;

    private static string Unreachable(IPAddress hop) => IsIpv4(hop) ? "Icmp.OutDestUnreachs" : "Icmp6.OutDestUnreachs";

    private static IEnumerable<Sighting> Told(NextHop h)
    {
        if (h.View.Delta(h.Stack.At, Unreachable(h.Hop)) is { } told)
        {
            var text = $"{Unreachable(h.Hop)} of {h.Stack.At} +{told.Delta}";
            yield return told.Delta > 0 ? Sighting.Of(true, text, told.From) : Sighting.Unknown(text, told.From);
        }
    }

    private static IEnumerable<Sighting> NotKnown(NextHop h)
    {
        foreach (var n in States(h.View, h.Stack.At, h.Hop))
        {
            // Right after the clients gave up the entry may be asked for again: both states mean nobody answered yet.
            yield return Sighting.Of(IsNotKnown(n), $"{h.Hop} {n.State}", n.From);
        }

        foreach (var query in Queries(h.View, h.Stack.At, h.Hop))
        {
            yield return Sighting.Of(query is { Answered: 0, Asked: > 1 }, $"{h.Hop} asked for {query.Asked} times, {query.Answered} answers", query.From);
        }
    }

    private static IEnumerable<Sighting> Asked(NextHop h)
    {
        foreach (var query in Queries(h.View, h.Stack.At, h.Hop))
        {
            yield return Sighting.Of(query is { Answered: 0, Asked: > 1 }, $"asked {query.Asked} times, {query.Answered} answers", query.From);
        }

        // Only when the question was not answered the kernel says host unreachable, or address unreachable.
        foreach (var e in h.Reports.Where(e => e is { Version: 4, Code: 1 } or { Version: 6, Code: 3 }).Take(1))
        {
            yield return Sighting.Of(true, $"ICMP host unreachable from {e.Reporter}", e.From);
        }
    }

    /// <summary>A namespace and the next hop its packets wait for.</summary>
    internal sealed class NextHop(CaseView view, VantagePoint at, Vanishing? gone, IPAddress hop) : DroppedAt(view, at, gone)
    {
        internal IPAddress Hop { get; } = hop;
    }
}

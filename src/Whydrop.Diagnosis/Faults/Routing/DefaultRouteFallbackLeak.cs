using System.Net;
using System.Net.Sockets;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Routing;

/// <summary>The route to a pod is gone, and the default route takes its packets out of the cluster.</summary>
internal sealed class DefaultRouteFallbackLeak : FaultOf<DefaultRouteFallbackLeak.Leak>
{
    public override string Id => "default-route-fallback-leak";

    public override string Name => "Default route takes packets for pods";

    public override FaultLayer Layer => FaultLayer.Routing;

    public override string UserSees => "Some pods of other nodes cannot be reached from one node; their addresses turn up in the log of the gateway or of a firewall outside.";

    public override string Mechanism =>
        "The node lost the route to a pod block. The default route matches everything, so the packets leave unwrapped to the gateway, which knows no pods: it drops them, says unreachable, or sends them back. "
        + "No counter of the node moves.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("missing-route", "There no default route is left either, and InNoRoutes grows."),
        new("blackhole-route", "There a route that discards matches, and the packets never leave the node."),
        new("transient-routing-loop", "There the gateway sends them back, and the same packet comes by again."),
    ];

    public override string Remedy => "Bring the route back (CNI or BGP daemon of that node); give the whole pod network a discarding route on every node (ip route add blackhole PODNETWORK), so that a lost route is no leak.";

    public override string Verify => "ip route get ADDRESS on that node names the tunnel or the other node, not the default gateway.";

    public override IReadOnlyList<string> References => ["RFC 1812 §5.2.4.3 (longest match)", "net/ipv4/fib_trie.c fib_table_lookup", "ip-route(8)"];

    protected override IEnumerable<QuestionOf<Leak>> Ask() =>
    [
        new("Is the default route the best that leads to the pod?", Quantifier.Any, QuestionRole.Signature, ByDefault),
        new("Have pods routes of their own, or a tunnel, here or at the other node?", Quantifier.Any, QuestionRole.Signature, OwnRoutes),
        new("Is the destination known to be a pod or node of the case, elsewhere?", Quantifier.Any, QuestionRole.Mechanism, Elsewhere),
        new("Did the packets leave towards the gateway and not arrive there, or did the gateway say that it has no way?", Quantifier.Any, QuestionRole.Mechanism, GoneOutside),
    ];

    protected override IEnumerable<Leak> Propose(CaseView view)
    {
        foreach (var (gone, at, from, to) in view.Vanishings.SelectMany(g => Passed(view, g.Proven ? g : BetweenHosts.AtPodsHost(view, g))).Distinct())
        {
            // A host or pod with a single way out does not route for others.
            if (!view.Stacks.Owners(to).Contains(at) && !view.Stacks.Owners(from).Contains(at)
                && RouteLookup.Of(view, at, to) is { Found: { Type: "unicast" or "", Destination.PrefixLength: 0 } route } && LooksLikePods(view, at, from, to))
            {
                yield return new Leak(view, at, gone, from, to, route);
            }
        }
    }

    protected override string Summarise(Leak h) => $"{h.Gone!.What} vanished {h.Gone.Place}: {h.Stack.At} sends {h.To} by its default route to {h.Default.Via?.ToString() ?? h.Default.At.Interface}.";

    protected override IEnumerable<NextEvidence> Next(Leak h) => DroppedAtEvidence.For(h, $"ip route show table all; ip route get {h.To}");

    /// <summary>Namespaces that saw what vanished, with the addresses it had there.</summary>
    private static IEnumerable<(Vanishing Gone, VantagePoint At, IPAddress From, IPAddress To)> Passed(CaseView view, Vanishing gone) => gone.Directions.SelectMany(d =>
        view.Trails[d.Connection].Flows.Select(f => d == view.Trails[d.Connection].ToServer
            ? (gone, f.At.Stack, f.Client.Address, f.Server.Address) : (gone, f.At.Stack, f.Server.Address, f.Client.Address)));

    private static VantagePoint? Home(CaseView view, VantagePoint at, IPAddress to) => view.Stacks.Owners(to).FirstOrDefault(o => o != at);

    /// <summary>Another node whose own device leads to it.</summary>
    private static Route? Attached(CaseView view, VantagePoint at, IPAddress to) => view.ListedStacks.Where(s => s != at).Select(s => RouteLookup.Of(view, s, to).Found)
        .FirstOrDefault(r => r is { Type: "unicast" or "", Via: null, Destination.PrefixLength: > 0 } && r.At.Interface is not null);

    /// <summary>The other end is known, or shares the network that its source, a pod of this node, is in: half of an IPv4 address, 48 bits of IPv6 (the usual size of a cluster's pod network and of a site).</summary>
    private static bool LooksLikePods(CaseView view, VantagePoint at, IPAddress from, IPAddress to) =>
        Home(view, at, to) is not null || Attached(view, at, to) is not null
        || (from.AddressFamily == to.AddressFamily && RouteLookup.Of(view, at, from).Found is { Via: null, Destination.PrefixLength: > 0 }
            && from.GetAddressBytes().AsSpan(0, from.AddressFamily == AddressFamily.InterNetwork ? 2 : 6).SequenceEqual(to.GetAddressBytes().AsSpan(0, from.AddressFamily == AddressFamily.InterNetwork ? 2 : 6)));

    private static IEnumerable<Sighting> ByDefault(Leak h)
    {
        var text = $"{h.To}: default via {h.Default.Via?.ToString() ?? "nobody"} dev {h.Default.At.Interface}";

        // A pod with a single way out does the same, rightly: the addresses of this namespace must be known not to be an end of it.
        yield return RouteLookup.Of(h.View, h.Stack.At, h.To).Known && h.View.Addresses(h.Stack.At).Any() ? Sighting.Of(true, text, h.Default.From) : Sighting.Unknown(text, h.Default.From);
    }

    private static IEnumerable<Sighting> OwnRoutes(Leak h)
    {
        if (h.View.Interfaces(h.Stack.At).FirstOrDefault(Encapsulation.IsTunnel) is { Up: not false } tunnel)
        {
            yield return Sighting.Of(true, $"{tunnel.At} is a tunnel", tunnel.From);
        }

        foreach (var stack in h.View.ListedStacks.Where(s => s != h.Stack.At && RouteLookup.Of(h.View, s, h.To).Found is { Via: null, Destination.PrefixLength: > 0 }))
        {
            if (RouteLookup.Of(h.View, stack, h.From) is { Found: { Destination.PrefixLength: > 0, Via: not null } back })
            {
                yield return Sighting.Of(true, $"{stack} reaches {h.From} by a route of its own, {back.Destination} via {back.Via}", back.From);
            }
        }
    }

    private static IEnumerable<Sighting> Elsewhere(Leak h)
    {
        if (Home(h.View, h.Stack.At, h.To) is { } home)
        {
            // Nodes reach each other by their default routes where each has a subnet of its own: only a pod's address has no business there.
            var from = h.View.Facts.Of<InterfaceAddress>().First(a => a.Address.Equals(h.To) && a.At.Stack == home).From;
            yield return new Sighting(HasOneDevice(h.View, home) ? Answer.Yes : Answer.Unknown, $"{h.To} is an address of {home}", [from]);
        }

        if (Attached(h.View, h.Stack.At, h.To) is { } route)
        {
            var uplink = RouteLookup.Of(h.View, route.At.Stack, h.Default.Via ?? h.From).Found;
            yield return new Sighting(uplink is { At: var up } && up != route.At ? Answer.Yes : Answer.Unknown, $"{h.To} is behind {route.At}", [route.From]);
        }
    }

    /// <summary>A pod has one device beside the loopback; those that tunnel modules leave in every namespace do not count.</summary>
    private static bool HasOneDevice(CaseView view, VantagePoint at) =>
        view.Interfaces(at).Count(d => d.At.Interface is not "lo" && !Encapsulation.IsTunnel(d)) == 1;

    private static IEnumerable<Sighting> GoneOutside(Leak h)
    {
        var gone = h.Gone!;
        if (gone.Seen == h.Default.At)
        {
            var text = $"{gone.What} {gone.Place}{(gone.Proven ? "" : ", not proven")}";
            yield return gone.Proven ? Sighting.Of(true, text, [.. gone.Frames.Take(24)]) : Sighting.Unknown(text, [.. gone.Frames.Take(24)]);
        }

        foreach (var e in h.Outside.Take(4))
        {
            yield return Sighting.Of(true, $"ICMP type {e.Type} code {e.Code} from {e.Reporter}", e.From);
        }
    }

    /// <summary>A node and the pod that it sends packets for to its gateway.</summary>
    internal sealed class Leak(CaseView view, VantagePoint at, Vanishing gone, IPAddress from, IPAddress to, Route route) : DroppedAt(view, at, gone)
    {
        internal IPAddress From { get; } = from;

        internal IPAddress To { get; } = to;

        internal Route Default { get; } = route;

        /// <summary>Routers of whom nothing was collected say that they have no way (network, host or route unreachable, or prohibited).</summary>
        internal IEnumerable<IcmpError> Outside => View.Facts.Of<IcmpError>().Where(e => (e is { Version: 4, Type: 3, Code: 0 or 1 or 9 or 10 or 13 } or { Version: 6, Type: 1 })
            && e.QuotedDestination?.Address.Equals(To) == true && View.Stacks.Owners(e.Reporter).Count == 0);

        /// <summary>Seen to leave by the default route's device.</summary>
        internal override bool Placed => Gone!.Directions.SelectMany(d => View.Trails[d.Connection].Flows).Any(f => f.At == Default.At && f.Encapsulation is null);
    }
}

using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Routing;

/// <summary>Routers send packets round until their TTL ends.</summary>
internal sealed class TransientRoutingLoop : FaultOf<TransientRoutingLoop.Round>
{
    // Paths take a dozen routers; traceroute, the other cause of such errors, sends with less.
    private const int LeastTtl = 32;

    public override string Id => "transient-routing-loop";

    public override string Name => "Routing loop";

    public override FaultLayer Layer => FaultLayer.Routing;

    public override string UserSees => "For some seconds some destinations are cut off, links are full of the same packets, senders hear \"time to live exceeded\"; then all is well again.";

    public override string Mechanism =>
        "While routes converge one router sends the packets of a pod block to another whose own route is gone and whose default leads back. Each packet goes round until its TTL is used up: "
        + "one packet is many on the links of the loop, and none arrives.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("capture-any-duplicates", "There a packet is seen once before and once after routing, its TTL one lower at most."),
        new("tlp-probe", "A retransmission is a new datagram: another identification, a later timestamp, the TTL as before."),
        new("default-route-fallback-leak", "There the gateway drops the packets; none comes back."),
    ];

    internal override IReadOnlyList<string> LeadsTo => ["path-blackout"];

    public override string Remedy => "Give every node a discarding route for its own pod block (ip route add blackhole BLOCK), so that what has no pod ends there; remove static routes left over; look why the route was withdrawn.";

    public override string Verify => "traceroute to the pod names no router twice; nstat -az IpInHdrErrors stays at its value on the routers.";

    public override IReadOnlyList<string> References => ["RFC 1812 §5.3.1", "net/ipv4/ip_forward.c ip_forward (ICMP_EXC_TTL)", "net/ipv6/ip6_output.c ip6_forward"];

    protected override IEnumerable<QuestionOf<Round>> Ask() =>
    [
        new("Did one and the same datagram come by again and again, or did its TTL end on the way?", Quantifier.Any, QuestionRole.Signature, CameAgain),
        new("Did they go round until the TTL was used up?", Quantifier.Any, QuestionRole.Mechanism, UsedUp),
        new("Did a router there count packets whose TTL ended?", Quantifier.Any, QuestionRole.Support, Counted),
    ];

    protected override IEnumerable<Round> Propose(CaseView view)
    {
        var rounds = view.Facts.Of<RoutingLoop>().GroupBy(l => l.At).Select(g => new Round(view, g.Key, [.. g], [])).ToArray();
        var known = rounds.SelectMany(r => r.Loops.Select(l => l.Destination)).ToHashSet();
        var losing = view.Losses.Select(l => l.Direction.Connection).ToHashSet();
        var suffering = view.Attempts.Where(a => a.Failed || a.Slow).ToLookup(a => a.ServerThere.Address);
        losing.UnionWith(suffering.SelectMany(g => g).Select(a => a.Connection));
        var told = view.Facts.Of<IcmpError>().Where(e => TimeExceeded.Is(e) && e.QuotedDestination is { } to && !known.Contains(to.Address) && Troubled(view, e, losing, suffering[to.Address]))
            .GroupBy(e => view.Stacks.Of(e.Reporter)).Select(g => new Round(view, g.Key ?? VantagePoint.Unknown, [], [.. g]));
        return rounds.Concat(told);
    }

    protected override string Summarise(Round r) => r.Loops.Count > 0
        ? $"Datagrams to {r.To} went round through {r.Scope}, up to {r.Loops.Max(l => l.Passes)} times each: {string.Join("; then ", RouteSymptom.Bouts(r.Loops).Take(3).Select(RouteSymptom.Told))}."
        : $"The TTL of packets to {r.To} ended on the way: {string.Join(", ", r.Errors.Select(e => e.Reporter).Distinct().Take(3))} said so {r.Errors.Count} time{(r.Errors.Count == 1 ? "" : "s")}.";

    protected override IEnumerable<NextEvidence> Next(Round r)
    {
        yield return new NextEvidence(r.Place, $"ip route get {r.To}; nstat -az IpInHdrErrors Ip6InHdrErrors IcmpOutTimeExcds; ip monitor route", null, "which routers send the packets to each other; on every router of the way while it lasts");
        if (r.Loops.Count == 0)
        {
            yield return AttemptEvidence.Capture(r.Place == VantagePoint.Unknown ? null : r.Place, $"host {r.To} or icmp or icmp6", "whether one datagram comes by again with a lower TTL each time");
        }
    }

    /// <summary>A loop that is proven still has a cause: why the route was gone.</summary>
    protected override IEnumerable<NextEvidence> CauseOf(Round r)
    {
        if (SessionLosses.Untimed(r.View).Select(u => u.At).FirstOrDefault() is { } untimed)
        {
            yield return RoutingEvidence.Zones(untimed.Stack);
        }
        else if (SessionLosses.Find(r.View).All(l => !l.Logged))
        {
            yield return RoutingEvidence.Logs(r.Place.Stack);
        }
    }

    private static bool Troubled(CaseView view, IcmpError e, HashSet<int> suffering, IEnumerable<Attempt> toTheSame) => view.QuotedBy(e).Select(d => view.Trails[d.Connection]).Any(t =>
        (t.Flows[0].Client.Equals(e.QuotedSource) ? t.Flows[0].FromClient : t.Flows[^1].FromServer).Ttl >= LeastTtl
        && (suffering.Contains(t.Connection) || toTheSame.Any(a => a.SynTimes.Any(s => (s - e.Seen).Duration() < Around))));

    // Routers limit their errors: others to the same end at the same time got none. What was sent right before and asked for again after it: the initial RTO (RFC 6298).
    private static readonly TimeSpan Around = TimeSpan.FromSeconds(1);

    private static IEnumerable<Sighting> CameAgain(Round r) =>
        r.Loops.OrderByDescending(l => l.Passes).Take(24).Select(l => Sighting.Of(true, $"{l.Source} > {l.Destination}: {l.Passes} times at {l.At}, TTL {l.FirstTtl} to {l.LastTtl}", l.From))
            .Concat(r.Errors.Take(24).Select(e => Sighting.Of(true, $"time exceeded from {e.Reporter} about {e.QuotedSource} > {e.QuotedDestination}", e.From)));

    private static IEnumerable<Sighting> UsedUp(Round r) => r.Loops.Select(l => l.Expired == true
        ? Sighting.Of(true, $"TTL {l.LastTtl} at its last pass, {l.Step} a round", l.From) : Sighting.Unknown($"TTL {l.LastTtl} at its last pass", l.From));

    private static IEnumerable<Sighting> Counted(Round r) => r.Place.Node is null ? [] : Diagnosis.View.Counted.Grew(r.View, r.Place.Stack, "Ip.InHdrErrors", "Ip6.InHdrErrors");

    /// <summary>A device by which datagrams went round; or, without such a capture, the routers that say so.</summary>
    internal sealed class Round : Hypothesis
    {
        internal Round(CaseView view, VantagePoint place, IReadOnlyList<RoutingLoop> loops, IReadOnlyList<IcmpError> errors)
            : base(view, Scope.Of(place))
        {
            (Place, Loops, Errors) = (place, loops, errors);
            var to = loops.Select(l => l.Destination).Concat(errors.Select(e => e.QuotedDestination!.Address)).ToHashSet();
            To = loops.Count > 0 ? loops[0].Destination : errors[0].QuotedDestination!.Address;
            Since = loops.Select(l => l.Start).Concat(errors.Select(e => e.Seen)).Min();
            Until = loops.Select(l => new Timestamp(l.Start.UnixNanoseconds + (l.Duration.Ticks * 100))).Concat(errors.Select(e => e.Seen)).Max();
            var round = Looping(view, loops).Concat(errors.SelectMany(view.QuotedBy)).ToHashSet();
            var concerned = round.Select(d => d.Connection).ToHashSet();

            Losses =
            [
                .. view.Losses.Where(l => round.Contains(l.Direction) && (place.Node is null || l.LastSeen is null || l.LastSeen.Stack == place.Stack || l.Placement is null)),
                .. SentAgain.For(view, round).Where(l => At(l.Fate.Sent)),
            ];
            Attempts = [.. view.Attempts.Where(a => (a.Failed || a.Slow) && (concerned.Contains(a.Connection) || (to.Contains(a.ServerThere.Address) && a.SynTimes.Any(At))))];
            Stalls = [.. view.Stalls.Where(s => s.Abnormal && concerned.Contains(s.Connection) && At(s.Pause.Start))];
        }

        internal VantagePoint Place { get; }

        internal IReadOnlyList<RoutingLoop> Loops { get; }

        internal IReadOnlyList<IcmpError> Errors { get; }

        internal IPAddress To { get; }

        internal Timestamp Since { get; }

        internal Timestamp Until { get; }

        /// <summary>What passes a device of a node again and again passes that node.</summary>
        internal override bool Placed => Loops.Count > 0 && Place is { Node: not null, Interface: not null };

        internal override IReadOnlyList<Loss> Losses { get; }

        internal override IReadOnlyList<Attempt> Attempts { get; }

        internal override IReadOnlyList<Stall> Stalls { get; }

        private bool At(Timestamp time) => time - Since > -Around && Until - time > -Around;

        private static IEnumerable<DirectionKey> Looping(CaseView view, IReadOnlyList<RoutingLoop> loops)
        {
            var sources = loops.Where(l => l.Flow is not null).Select(l => (Key: new FlowKey(l.Capture, l.Flow!.Value), l.Source)).ToHashSet();
            return view.Trails.SelectMany(t => t.Flows, (t, f) => (Trail: t, Flow: f, Key: new FlowKey(f.Capture, f.Flow))).SelectMany(s => new[]
            {
                (s.Trail.ToServer, WentRound: sources.Contains((s.Key, s.Flow.Client.Address))), (s.Trail.ToClient, WentRound: sources.Contains((s.Key, s.Flow.Server.Address))),
            }).Where(s => s.WentRound).Select(s => s.Item1);
        }
    }
}

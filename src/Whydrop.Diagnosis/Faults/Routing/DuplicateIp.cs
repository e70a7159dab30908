using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Routing;

/// <summary>Two stations of a segment own one address.</summary>
internal sealed class DuplicateIp : FaultOf<DuplicateIp.Contended>
{
    public override string Id => "duplicate-ip";

    public override string Name => "Two owners of one address";

    public override FaultLayer Layer => FaultLayer.Routing;

    public override string UserSees => "Connections to one address stall, are reset or time out, about half of them or for some seconds at a time; then all is well until the next turn.";

    public override string Mechanism =>
        "Two stations answer ARP (or neighbour discovery) for one address. Whoever was heard last gets the packets; the wrong one has no such connection and resets it, or forwards nothing and drops.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("stale-arp-garp-lost", "There the address moved once; the old owner claims it no more."),
        new("neigh-unresolved", "There nobody answers."),
        new("middlebox-rst", "There the RST comes from a device on the way, not from a station of the segment."),
    ];

    public override string Remedy => "Find both stations by their link-layer addresses (switch port, hypervisor, ip neigh) and take the address from one; look for a clone of a machine, a static address inside a DHCP range, two failover groups with one number.";

    public override string Verify => "arping -D -I DEVICE ADDRESS from a third host hears no answer but one station's; ip monitor neigh shows no more changes.";

    public override IReadOnlyList<string> References => ["RFC 5227 §1, §2.4 (address conflict)", "RFC 4862 §5.4", "net/ipv4/arp.c arp_process"];

    internal override IReadOnlyList<string> LeadsTo => ["path-blackout", "middlebox-rst"];

    protected override IEnumerable<QuestionOf<Contended>> Ask() =>
    [
        new("Did several link-layer addresses claim one address?", Quantifier.Any, QuestionRole.Signature, h => h.Queries.Where(q => q.Macs.Count > 1)
            .Select(q => Sighting.Of(true, $"{q.Target} is claimed by {string.Join(", ", q.Macs)}", q.From))),
        new("Did the claim go back and forth?", Quantifier.Any, QuestionRole.Mechanism, h => h.Queries.Where(q => q.Macs.Count > 1)
            .Select(q => q.Changes > 1 ? Sighting.Of(true, $"{q.Changes} changes", q.From) : Sighting.Unknown($"{q.Changes} change: it may have moved", q.From))),
        new("Did packets that were to be handed to this address get lost or refused?", Quantifier.Any, QuestionRole.Mechanism, Suffer),
    ];

    protected override IEnumerable<Contended> Propose(CaseView view)
    {
        var hops = NextHops.Of(view).ToArray();
        foreach (var claims in view.Facts.Of<NeighbourQuery>().Where(q => q.Macs.Count > 1).GroupBy(q => q.Target))
        {
            var suffers = hops.Where(h => h.Address.Equals(claims.Key)).Concat(OnLink(view, claims.Key, claims.Select(q => q.At).ToHashSet())).Distinct().ToArray();
            var refused = view.Attempts.Where(a => a.Outcome == AttemptOutcome.Refused && (a.Server.Address.Equals(claims.Key) || a.ServerThere.Address.Equals(claims.Key))).ToArray();

            // Where the sender of what suffers or was refused heard them; else where they were heard at all.
            var senders = suffers.Select(s => s.At).Concat(refused.Select(a => view.Stacks.End(a.Connection, client: true)?.At)).ToHashSet();
            var there = claims.Where(q => senders.Contains(q.At.Stack)).ToArray();
            var place = (there.Length > 0 ? there : [.. claims])[0].At;
            NeighbourQuery[] heard = [.. claims.Where(q => q.At == place)];
            yield return new Contended(view, place, heard, suffers, refused, Astray(view, place, heard));
        }
    }

    /// <summary>
    /// At the owner itself what goes to the other is never seen: what is sent to it is missing there, or not acknowledged to it, while both claim the address. A segment sent up to a
    /// second before the first claim (the shortest time-out of RFC 6298, 2.4) may have been acknowledged after it.
    /// </summary>
    private static Loss[] Astray(CaseView view, VantagePoint place, NeighbourQuery[] heard)
    {
        var (from, to) = (heard.MinBy(q => q.First.UnixNanoseconds)!.First, heard.MaxBy(q => q.Last.UnixNanoseconds)!.Last);
        return !view.Stacks.Owners(heard[0].Target).Contains(place.Stack) ? [] :
        [
            .. view.Losses.Where(l => l.Placement is not { AbsenceProven: true } && (l.LastSeen ?? l.MissingAt) == place && l.Fate.Sent - from >= -TimeSpan.FromSeconds(1) && l.Fate.Sent <= to),
        ];
    }

    /// <summary>What left by a device where the claims were heard, for that very address: whatever the tables say, it is on that link.</summary>
    private static IEnumerable<NextHops> OnLink(CaseView view, IPAddress claimed, HashSet<VantagePoint> heard) => view.Vanishings
        .Where(g => heard.Contains(g.Seen) && !view.Stacks.Owners(claimed).Contains(g.Seen.Stack) && g.Directions.All(d => view.Trails[d.Connection] is var trail
            && trail.Flows.FirstOrDefault(f => f.At == g.Seen) is { } there && claimed.Equals(Outer(there, d == trail.ToServer))))
        .Select(g => new NextHops(g.Seen.Stack, claimed, g));

    private static IPAddress Outer(TcpFlow flow, bool toServer) => Encapsulation.Ends(flow.Encapsulation) is { } ends
        ? toServer ? ends.Destination : ends.Source
        : (toServer ? flow.Server : flow.Client).Address;

    protected override string Summarise(Contended h) =>
        $"{h.Queries[0].Target} is claimed by {string.Join(" and ", h.Queries.MaxBy(q => q.Macs.Count)!.Macs)}, heard at {h.Scope}: {(h.Suffers.Count > 0 ? $"{string.Join("; ", h.Suffers.Select(s => s.Gone).Distinct().Take(2).Select(g => $"{g.What} vanished {g.Place}"))}" : h.Astray.Count > 0 ? Missed(h) : $"{h.Attempts.Count} connections were refused")}.";

    protected override IEnumerable<NextEvidence> Next(Contended h)
    {
        yield return new NextEvidence(h.Queries[0].At, $"arping -D -c 3 -I {h.Queries[0].At.Interface ?? "DEVICE"} {h.Queries[0].Target}; ip neigh show {h.Queries[0].Target}", null, "who answers for the address, from a host that does not own it");
        yield return AttemptEvidence.Capture(h.Queries[0].At, "arp or icmp6", "whether both go on claiming it in turn");
    }

    private static string Missed(Contended h) => $"{h.Astray.Count} segments to it or from behind it were lost or not acknowledged meanwhile";

    private static IEnumerable<Sighting> Suffer(Contended h)
    {
        if (h.Astray.Count > 0)
        {
            yield return Sighting.Unknown(Missed(h), [.. h.Astray.Take(24).Select(l => l.From)]);
        }

        foreach (var suffer in h.Suffers.DistinctBy(s => s.Gone))
        {
            var text = $"{suffer.Gone.What} handed to {suffer.Address} by {suffer.At}, {suffer.Gone.Place}{(suffer.Gone.Proven ? "" : ", not proven")}";
            yield return suffer.Gone.Proven ? Sighting.Of(true, text, [.. suffer.Gone.Frames.Take(24)]) : Sighting.Unknown(text, [.. suffer.Gone.Frames.Take(24)]);
        }

        foreach (var attempt in h.Attempts.Where(a => a.Outcome == AttemptOutcome.Refused).Take(4))
        {
            yield return Sighting.Of(true, $"{attempt.Client} > {attempt.Server} refused", attempt.Frames);
        }
    }

    /// <summary>An address, who was heard to claim it at one device, and what was to be handed to it.</summary>
    internal sealed class Contended(CaseView view, VantagePoint place, IReadOnlyList<NeighbourQuery> queries, IReadOnlyList<NextHops> suffers, IReadOnlyList<Attempt> refused, IReadOnlyList<Loss> astray)
        : Hypothesis(view, Scope.Of(place))
    {
        internal IReadOnlyList<NeighbourQuery> Queries { get; } = queries;

        internal IReadOnlyList<NextHops> Suffers { get; } = suffers;

        internal IReadOnlyList<Loss> Astray { get; } = astray;

        internal override bool Placed => place is { Node: not null, Interface: not null };

        internal override IReadOnlyList<Loss> Losses { get; } =
            [.. suffers.SelectMany(s => s.Gone.Losses).Concat(astray).Distinct(), .. SentAgain.For(view, suffers.SelectMany(s => s.Gone.Directions).ToHashSet())];

        internal override IReadOnlyList<Attempt> Attempts { get; } = [.. suffers.SelectMany(s => s.Gone.Unanswered).Concat(refused).Distinct()];

        internal override IReadOnlySet<int> Connections => Suffers.SelectMany(s => s.Gone.Directions).Select(d => d.Connection).Concat(base.Connections).ToHashSet();
    }
}

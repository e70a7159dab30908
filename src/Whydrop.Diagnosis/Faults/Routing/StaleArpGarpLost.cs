using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Routing;

/// <summary>An address moved to another station, and a neighbour still sends to the one before.</summary>
internal sealed class StaleArpGarpLost : FaultOf<StaleArpGarpLost.Stale>
{
    public override string Id => "stale-arp-garp-lost";

    public override string Name => "Neighbour entry names the wrong station";

    public override FaultLayer Layer => FaultLayer.Routing;

    public override string UserSees => "After a failover or a new network card an address is dead for seconds to minutes, from some hosts only; then it comes back by itself.";

    public override string Mechanism =>
        "A neighbour remembers the link-layer address that the address had before. The announcement of the move (gratuitous ARP, unsolicited neighbour advertisement) was lost, filtered or never sent, "
        + "so that its frames go to the old station, or to none, until the entry is asked for again.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("duplicate-ip", "There both stations go on claiming the address, and the entry changes back and forth."),
        new("neigh-unresolved", "There no address is known at all, and the sender hears host unreachable."),
        new("blackhole-route", "There the route itself discards, and nothing leaves."),
    ];

    public override string Remedy => "Announce the address again (arping -U -I DEVICE ADDRESS, ndsend), or ip neigh del ADDRESS on the hosts that hold the old entry; find why the announcement was lost: a filter, port security, a switch that learns slowly.";

    public override string Verify => "ip neigh show ADDRESS on the sender names the link-layer address that ip link shows at its owner.";

    public override IReadOnlyList<string> References => ["RFC 826", "RFC 5227 §3 (announcements)", "RFC 4861 §7.2.6", "net/core/neighbour.c neigh_update"];

    protected override IEnumerable<QuestionOf<Stale>> Ask() =>
    [
        new("Does the neighbour entry name another station than the owner of the address?", Quantifier.Any, QuestionRole.Signature, Differs),
        new("Did packets handed to it not arrive?", Quantifier.Any, QuestionRole.Mechanism, Lost),
        new("Does only one station claim the address?", Quantifier.All, QuestionRole.Discriminator, OneClaims, "duplicate-ip"),
    ];

    protected override IEnumerable<Stale> Propose(CaseView view)
    {
        foreach (var group in NextHops.Of(view).GroupBy(h => (h.At, h.Address)))
        {
            var entry = view.Facts.Of<Neighbour>().LastOrDefault(n => n.At.Stack == group.Key.At && n.Address.Equals(group.Key.Address) && n is { Mac: not null, State: not ("PERMANENT" or "NOARP") });
            var device = entry is null ? null : view.Interfaces(group.Key.At).FirstOrDefault(d => d.At.Interface == entry.At.Interface);
            if (entry is null || (device is not null && Encapsulation.IsTunnel(device)))
            {
                continue;
            }

            // Several owners listed are another trouble.
            if (view.Facts.Of<InterfaceAddress>().Where(a => a.Address.Equals(group.Key.Address) && a.At.Stack != group.Key.At).Select(a => a.At).Distinct().ToArray() is [var at])
            {
                var owner = view.Interfaces(at.Stack).Where(d => d.Mac is not null).ToArray();
                if (owner.Any(d => d.At == at) && owner.All(d => !Same(d.Mac, entry.Mac)))
                {
                    yield return new Stale(view, entry, owner, at, [.. group.Select(h => h.Gone).Distinct()]);
                }
            }
        }
    }

    protected override string Summarise(Stale h) =>
        $"{h.Place} sends what is for {h.Entry.Address} to {h.Entry.Mac}; {h.OwnDevice.At} has {h.OwnDevice.Mac}: {string.Join("; ", h.Gone.Take(2).Select(g => $"{g.What} vanished {g.Place}"))}.";

    protected override IEnumerable<NextEvidence> Next(Stale h)
    {
        yield return new NextEvidence(h.Place, $"ip neigh show {h.Entry.Address}; arping -c 3 -I {h.Entry.At.Interface ?? "DEVICE"} {h.Entry.Address}", null, "which station the sender believes in, and who answers");
        yield return AttemptEvidence.Capture(h.Entry.At, "arp or icmp6", "whether the entry is asked for again, and who claims it");
    }

    private static IEnumerable<Sighting> Differs(Stale h)
    {
        yield return Sighting.Of(true, $"{h.Place}: {h.Entry.Address} lladdr {h.Entry.Mac} {h.Entry.State}; {h.OwnDevice.At} has {h.OwnDevice.Mac}", h.Entry.From, h.OwnDevice.From);
    }

    private static IEnumerable<Sighting> Lost(Stale h)
    {
        foreach (var gone in h.Gone)
        {
            yield return gone.Proven ? Sighting.Of(true, $"{gone.What} {gone.Place}", [.. gone.Frames.Take(24)]) : Sighting.Unknown($"{gone.What} {gone.Place}, not proven", [.. gone.Frames.Take(24)]);
        }

        // A switch that floods brings them to the owner, whose kernel leaves what is for another station (net/core/dev.c, PACKET_OTHERHOST).
        var connections = h.Connections.Select(c => h.View.Trails[c]).Where(t => t.Flows.Any(f => f.At == h.OwnDevice.At)).ToArray();
        foreach (var capture in h.View.Captures.Where(c => c.At == h.OwnDevice.At && connections.Length > 0))
        {
            if (capture.ConnectionsTo.GetValueOrDefault(h.Entry.Mac!) >= connections.Length)
            {
                yield return Sighting.Of(true, $"{connections.Length} connections came by {capture.At} in frames to {h.Entry.Mac}, which it does not take", capture.From);
            }
        }

        // Most of them were not among the few packets that came in.
        if (h.View.Delta(h.OwnDevice.At, "Link.RxPackets") is { } taken && h.Gone.Sum(g => g.Count) is var sent && 2 * taken.Delta < sent)
        {
            yield return Sighting.Of(true, $"{sent} sent, Link.RxPackets of {h.OwnDevice.At} +{taken.Delta}", taken.From);
        }
    }

    private static IEnumerable<Sighting> OneClaims(Stale h)
    {
        foreach (var query in h.View.Facts.Of<NeighbourQuery>().Where(q => q.Target.Equals(h.Entry.Address) && q.Changes > 1))
        {
            yield return Sighting.Of(false, $"{string.Join(", ", query.Macs)} in turn, {query.Changes} changes", query.From);
        }

        // A router with an address for many (VRRP, a cloud's fabric) or proxy ARP stands for others too, and takes on what is for them.
        var others = h.View.Facts.Of<Neighbour>().Where(n => n.At == h.Entry.At && Same(n.Mac, h.Entry.Mac) && !n.Address.Equals(h.Entry.Address) && !n.Address.IsIPv6LinkLocal).DistinctBy(n => n.Address).ToArray();
        if (others.Length > 1)
        {
            yield return Sighting.Unknown($"{h.Entry.Mac} stands for {others.Length} other addresses too", [.. others.Take(4).Select(n => n.From)]);
        }

        foreach (var capture in h.View.Captures.Where(c => c.At == h.Entry.At))
        {
            yield return Sighting.Of(true, $"nobody else at {capture.At}", capture.From);
        }
    }

    private static bool Same(string? a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    /// <summary>A neighbour entry, the devices of the namespace that owns its address, and what was handed to it.</summary>
    internal sealed class Stale(CaseView view, Neighbour entry, IReadOnlyList<NetworkInterface> owner, VantagePoint own, IReadOnlyList<Vanishing> gone) : Hypothesis(view, Scope.Of(entry.At))
    {
        internal VantagePoint Place { get; } = entry.At;

        internal Neighbour Entry { get; } = entry;

        internal IReadOnlyList<NetworkInterface> Owner { get; } = owner;

        internal NetworkInterface OwnDevice { get; } = owner.First(d => d.At == own);

        internal IReadOnlyList<Vanishing> Gone { get; } = gone;

        internal override bool Placed => true;

        internal override IReadOnlyList<Loss> Losses { get; } = [.. gone.SelectMany(g => g.Losses).Distinct(), .. SentAgain.For(view, gone.SelectMany(g => g.Directions).ToHashSet())];

        internal override IReadOnlyList<Attempt> Attempts { get; } = [.. gone.SelectMany(g => g.Unanswered).Distinct()];

        internal override IReadOnlySet<int> Connections => Gone.SelectMany(g => g.Directions).Select(d => d.Connection).ToHashSet();
    }
}

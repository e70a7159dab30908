using Whydrop.Diagnosis.Statistics;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Tunnel;

/// <summary>A router or tunnel drops what is larger than the MTU of the device it must leave by, DF forbids fragments, and the sender is never told.</summary>
internal sealed class PmtuBlackhole : FaultOf<Narrowing>
{
    public override string Id => "pmtu-blackhole";

    public override string Name => "Path MTU black hole";

    public override FaultLayer Layer => FaultLayer.Tunnel;

    public override string UserSees => "The connection opens, small requests work, and the first large segment stalls until a time-out.";

    public override string Mechanism =>
        "A router or tunnel must send a datagram by a device whose MTU is smaller. DF forbids fragments (IPv6 routers never fragment), so it drops the "
        + "datagram. The ICMP message that would tell the sender is filtered, rate-limited, sent to an address that ignores it, or never made. The "
        + "sender repeats the same size on its retransmission timer until it gives up; everything smaller passes.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("random-loss", "Random loss takes large and small alike, and a repeated segment gets through sooner or later."),
        new("overlay-mtu-too-big", "There the datagram fits the tunnel device, and dies once wrapped, at the device below."),
        new("veth-mtu-mismatch", "There no router is involved: one end of a veth pair takes less than the other."),
        new("fragment-loss", "There the datagram may be cut, and dies because one of its pieces does."),
        new("capture-gso-super-packet", "There the capture shows several segments as one; none of them is that large on the wire."),
    ];

    public override string Remedy =>
        "Lower what the senders send (MTU of the pods and of everything before the narrow device, or an MSS clamp at it), or widen the device where the "
        + "link below allows it, and let ICMP type 3 code 4 and ICMPv6 type 2 pass. Until then net.ipv4.tcp_mtu_probing=1 on the senders shortens the stall.";

    public override string Verify => "Repeat the transfer: a full-size segment must be acknowledged at once, and FragFails (IPv6: InTooBigErrors) must not grow.";

    public override IReadOnlyList<string> References =>
    [
        "RFC 1191, RFC 8201 (path MTU discovery), RFC 2923 (TCP problems with path MTU discovery), RFC 4821 (probing without ICMP)",
        "net/ipv4/ip_forward.c ip_forward, net/ipv6/ip6_output.c ip6_forward",
        "https://github.com/projectcalico/calico/issues/8953", "https://github.com/cilium/cilium/issues/47176",
    ];

    protected override IEnumerable<QuestionOf<Narrowing>> Ask() =>
    [
        new("Were datagrams above one size, DF set, lost each time they were sent?", Quantifier.Any, QuestionRole.Signature, AboveOneSize),
        new("Did smaller datagrams of the same direction get through?", Quantifier.Any, QuestionRole.Signature, SmallerPassed),
        new("Did the sender keep to that size, as one that is not told?", Quantifier.Any, QuestionRole.Signature, NotTold),
        new("Was a datagram with DF, larger than the device's MTU, seen before the device and never after it?", Quantifier.Any, QuestionRole.Mechanism, Died),
        new("Is the loss a matter of size rather than of chance?", Quantifier.Any, QuestionRole.Discriminator, NotChance, "random-loss"),
        new("Is the datagram too large as it is, before anything wraps it?", Quantifier.All, QuestionRole.Discriminator, BareTooLarge, "overlay-mtu-too-big"),
        new("Was it to be routed, not only handed from one end of a veth pair to the other?", Quantifier.All, QuestionRole.Discriminator, Routed, "veth-mtu-mismatch"),
        new("Did it die whole, not as one of its fragments?", Quantifier.Any, QuestionRole.Discriminator, DiedWhole, "fragment-loss"),
        new("Is it one datagram on the wire, not several that the capture shows as one?", Quantifier.Any, QuestionRole.Discriminator, OneDatagram, "capture-gso-super-packet"),
        new("Did the kernel there count as many datagrams it could not fragment?", Quantifier.Any, QuestionRole.Support, Counted),
        new("Was an ICMP message about it seen?", Quantifier.Any, QuestionRole.Support, Reported),
        new("Were ICMP messages held back by the rate limit?", Quantifier.Any, QuestionRole.Support, RateLimited),
    ];

    protected override IEnumerable<Narrowing> Propose(CaseView view) => view.Narrowings;

    protected override string Summarise(Narrowing n)
    {
        if (n.Losses.Count == 0)
        {
            return "Whether loss depends on size is not known.";
        }

        if (n.Device is null)
        {
            var where = n.Scope == Scope.Unplaced ? "beyond what was captured" : $"at {n.Scope}";
            return $"Datagrams of {n.SmallestLost} bytes and more with DF are always lost, those up to {n.LargestPassed} pass: a link with an MTU from "
                + $"{n.LargestPassed} to {n.SmallestLost - 1} {where}, and the sender is not told.";
        }

        return n.Placed
            ? $"{n.Scope} (MTU {n.Device.Mtu}) drops what is larger, and the sender is not told: {n.Arithmetic}."
            : $"Datagrams of {n.SmallestLost} bytes and more with DF are always lost, those up to {n.LargestPassed} pass; {n.Scope} (MTU {n.Device.Mtu}) fits: {n.Arithmetic}."
                + (n.Others.Count > 0 ? $" So do {string.Join(", ", n.Others.Take(3).Select(d => d.At.Interface))}{(n.Others.Count > 3 ? ", …" : "")}." : "");
    }

    protected override string RemedyFor(Narrowing n)
    {
        if (n.Losses.Count == 0 || n.Device?.Mtu is not { } mtu)
        {
            return Remedy;
        }

        var ipv6 = n.Losses.Select(l => n.View.Flow(new FlowKey(l.Fate.Capture, l.Fate.Flow))).Any(f => f?.Client.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6);
        var (headers, message) = ipv6 ? (60, "ICMPv6 type 2") : (40, "ICMP type 3 code 4");
        var (tool, family) = ipv6 ? ("ip6tables", "ip6") : ("iptables", "ip");
        var widen = Widest(n) is { } widest && widest >= n.SmallestLost
            ? $"or widen it: ip link set {n.Device.At.Interface} mtu {widest} (what the link below leaves); " : "";
        return $"On {n.Scope.Node ?? "that node"}, keep TCP below {mtu}: {tool} -t mangle -A FORWARD -o {n.Device.At.Interface} -p tcp --tcp-flags SYN,RST SYN "
            + $"-j TCPMSS --set-mss {mtu - headers} (nft: add rule {family} mangle forward oifname {n.Device.At.Interface} tcp flags syn tcp option maxseg size set {mtu - headers}), "
            + $"the same for the opposite direction; {widen}or lower the MTU of the senders to {mtu}. Let {message} pass towards the senders. "
            + "Until then net.ipv4.tcp_mtu_probing=1 on the senders shortens the stall.";
    }

    protected override string VerifyFor(Narrowing n) => n.Losses.Count == 0 || n.Device is null
        ? Verify
        : $"Repeat the transfer: no datagram above {n.Device.Mtu} may reach {n.Scope} any more (or, widened, {n.SmallestLost} bytes must leave by it), the first large segment "
            + $"must be acknowledged at once, and FragFails on {n.Scope.Node ?? "that node"} must stay as it is for three times as long as the fault used to take.";

    protected override IEnumerable<NextEvidence> Next(Narrowing n) => NarrowingEvidence.For(n);

    private static IEnumerable<Sighting> AboveOneSize(Narrowing n)
    {
        if (n.Losses.Count == 0)
        {
            foreach (var lost in n.View.Losses.Where(l => Scope.Of(l.LastSeen) == n.Scope).GroupBy(l => l.Direction))
            {
                var sizes = n.View.Sizes(lost.Key);
                var largest = sizes?.Sizes.Where(s => s.Delivered > 0).Select(s => s.DatagramLength).DefaultIfEmpty().Max() ?? 0;
                yield return lost.Min(l => l.DatagramLength) <= largest
                    ? Sighting.Of(false, $"datagrams as large as the lost ones got through: {largest} bytes", sizes!.From)
                    : lost.All(l => l.PassedAsLarge) && lost.First().Placement is { } place
                    ? Sighting.Of(false, $"datagrams as large as the lost ones came by {place.MissingAt}: {place.LargestPassed} bytes", place.From)
                    : Sighting.Unknown("sizes not known", lost.First().From);
            }

            yield break;
        }

        foreach (var step in n.Steps)
        {
            var total = step.DeliveredBelow + step.LostBelow;
            var text = $"{step.SmallestLost} bytes and more: {step.Losses.Count} of {step.Losses.Count} lost; up to {step.LargestDelivered}: {step.DeliveredBelow} of {total} delivered";
            var why = !step.Repeated(n.View) ? ", and not at another time again"
                : !step.PathWasOpen(n.View) ? ", which does not tell size from a black-out"
                : step.SizePassesElsewhere(n.View) ? ", but another connection between the two passes it"
                : !SizesCertain(n, step) ? ", but the capture shows several segments as one"
                : n.Device is null && ByChance(step) >= Significance ? ", too few to tell size from chance where no device of that MTU is known"
                : null;
            yield return why is null ? Sighting.Of(true, text, Frames(step.Losses)) : Sighting.Unknown(text + why, Frames(step.Losses));
        }

        var dead = n.SeenToDie.ToArray();
        if (dead.Length > 0)
        {
            yield return Sighting.Of(true, $"{dead.Length} of {n.SmallestLost} bytes or more, none came out", Frames(dead));
        }
    }

    /// <summary>What was lost is no more than one segment of the size agreed on, or no frame there is more than one.</summary>
    private static bool SizesCertain(Narrowing n, SizeStep step) => step.Losses.All(l =>
    {
        var key = new FlowKey(l.Fate.Capture, l.Fate.Flow);
        return n.View.Capture(l.Fate.Capture) is not { SuperPackets: > 0 } || (n.View.Sender(key, !l.Fate.FromClient)?.Mss is { } mss && l.Length <= mss);
    });

    private static IEnumerable<Sighting> SmallerPassed(Narrowing n)
    {
        foreach (var step in n.Steps)
        {
            yield return step.LargestDelivered > 0
                ? Sighting.Of(true, $"up to {step.LargestDelivered} bytes", step.From)
                : Sighting.Unknown("nothing was sent smaller");
        }

        foreach (var loss in n.SeenToDie.Where(l => l.Placement!.LargestPassed is not null).DistinctBy(l => l.Placement!.LargestPassed))
        {
            yield return Sighting.Of(true, $"{loss.Placement!.LargestPassed} bytes came out", loss.Placement.LargestPassedFrame ?? loss.Placement.From);
        }
    }

    private static IEnumerable<Sighting> NotTold(Narrowing n)
    {
        if (n.Losses.Count == 0)
        {
            yield break;
        }

        if (!n.DiscoveryWorked && n.Steps.All(s => !s.Repeated(n.View)) && SizeStep.Persistence(n.Losses) == TimeSpan.Zero)
        {
            yield return Sighting.Unknown($"{n.Losses.Count} lost, none of the same bytes a second time", Frames(n.Losses));
            yield break;
        }

        var delivered = n.Losses.Count(l => !l.Fate.NeverDelivered);
        var long_ = SizeStep.Persistence(n.Losses);
        var text = n.DiscoveryWorked
            ? "the same bytes got through in smaller datagrams at once: path MTU discovery works"
            : delivered == n.Losses.Count
                ? string.Create(null, $"smaller only after {long_.TotalSeconds:0.0} s: by its own probing")
                : string.Create(null, $"the same size again and again, {n.Losses.Count} times within {long_.TotalSeconds:0.0} s");
        yield return Sighting.Of(!n.DiscoveryWorked, text, Frames(n.Losses));
    }

    private static IEnumerable<Sighting> Died(Narrowing n) => n.SeenToDie.Select(l => Sighting.Of(
        true, $"{l.DatagramLength} > {n.Device!.Mtu}, DF: seen at {l.Placement!.At}, never at {l.Placement.MissingAt}"
            + (l.Placement.MissingEncapsulation is { } wrap ? $" as {wrap}" : ""),
        l.Placement.From, n.Device.From));

    /// <summary>How likely the loss of all large ones and so few small ones would be if size did not matter.</summary>
    private static double ByChance(SizeStep step) =>
        Combinatorics.FisherUpper(step.Losses.Count, step.Losses.Count, step.LostBelow, step.LostBelow + step.DeliveredBelow);

    private static IEnumerable<Sighting> NotChance(Narrowing n)
    {
        if (n.SeenToDie.Any())
        {
            yield return Sighting.Of(true, $"each that died is larger than {n.Device!.Mtu}, and what passed is not", n.Device.From);
        }

        foreach (var step in n.Steps)
        {
            var p = ByChance(step);
            var text = string.Create(null, $"chance of such a split if size did not matter: {p:0.0e+0}");
            yield return p < Significance ? Sighting.Of(true, text, step.From) : Sighting.Unknown(text, step.From);
        }
    }

    private static IEnumerable<Sighting> BareTooLarge(Narrowing n)
    {
        foreach (var overlay in n.Placed || n.Losses.Count == 0 ? [] : Overlays.All(n.View).Where(o => n.Stacks.Contains(o.Tunnel.At.Stack)))
        {
            if (overlay.Excess > 0 && overlay.Room < n.SmallestLost && n.SmallestLost <= overlay.Tunnel.Mtu)
            {
                yield return Sighting.Of(false, $"it fits {overlay.Tunnel.At.Interface} and not what is below: {overlay.Arithmetic}", overlay.Tunnel.From, overlay.Underlay.From);
            }
        }

        foreach (var loss in n.Losses.Where(l => l.Placement is { AbsenceProven: true, MissingEncapsulation: not null }).DistinctBy(l => l.Placement!.MissingAt))
        {
            var wide = n.View.ListedStacks.Where(s => s.Node == loss.Placement!.At.Node).SelectMany(n.View.Interfaces)
                .FirstOrDefault(d => Encapsulation.Wraps(d, loss.Placement!.MissingEncapsulation) && d.Mtu >= loss.DatagramLength);
            if (!n.Placed && wide is not null)
            {
                yield return Sighting.Of(false, $"{loss.DatagramLength} <= {wide.Mtu} of {wide.At.Interface}, lost once wrapped", loss.From, wide.From);
            }
        }

        if (n.Device is not { Mtu: { } mtu } device)
        {
            yield break;
        }

        // Seen to die unwrapped, or at the tunnel device itself: nothing had been added yet.
        var wrapper = n.Placed ? null : Overlays.On(n.View, device).FirstOrDefault(o => o.Excess > 0 && o.Tunnel.Mtu >= n.SmallestLost);
        yield return wrapper is null
            ? Sighting.Of(n.SmallestLost > mtu, $"{n.SmallestLost} > {mtu} of {device.At.Interface}", device.From)
            : Sighting.Of(false, $"{wrapper.Tunnel.At.Interface} wraps it first: {wrapper.Arithmetic}", device.From, wrapper.Tunnel.From);
    }

    private static IEnumerable<Sighting> Routed(Narrowing n)
    {
        foreach (var placement in n.Losses.Select(l => l.Placement).Where(p => p is { AbsenceProven: true }).DistinctBy(p => (p!.At, p.MissingAt)))
        {
            var end = n.View.Interfaces(placement!.At.Stack).FirstOrDefault(d => d.At == placement.At);
            var peer = end is null ? null : VethPairs.Peer(n.View, end);
            yield return Sighting.Of(peer?.At != placement.MissingAt, $"from {placement.At} to {placement.MissingAt}", placement.From);
        }

        if (n.Device is { } device && !n.Losses.Any(l => l.Placement is { AbsenceProven: true }))
        {
            yield return device.Kind == "veth" ? Sighting.Unknown($"{device.At.Interface} is an end of a veth pair", device.From) : Sighting.Of(true, $"{device.At.Interface} is no end of a veth pair", device.From);
        }
    }

    private static IEnumerable<Sighting> DiedWhole(Narrowing n)
    {
        if (n.SeenToDie.Any())
        {
            yield return Sighting.Of(true, "seen whole before, no piece of it after", n.SeenToDie.First().From);
        }

        var stacks = n.Losses.Select(l => l.Direction).Distinct().SelectMany(n.View.Devices.StacksOnPath).Distinct().ToArray();
        var left = stacks.SelectMany(s => Reassembly.Shortfalls(n.View, s)).ToArray();
        if (left.Length > 0 && !n.SeenToDie.Any())
        {
            yield return Sighting.Of(false, left[0].Text, left[0].Evidence);
            yield break;
        }

        foreach (var stack in stacks)
        {
            // Either family: an IPv6 datagram may die as a piece of the IPv4 one around it, and the other way round.
            var fails = Reassembly.FailCounters.Select(name => n.View.Delta(stack, name)).Where(f => f is not null).Select(f => f!.Value).ToArray();
            if (fails.Length > 0)
            {
                yield return fails.All(f => f.Delta == 0)
                    ? Sighting.Of(true, $"no reassembly failed on {stack}", fails[0].From)
                    : Sighting.Unknown($"{fails.Sum(f => f.Delta)} reassemblies failed on {stack}", fails.First(f => f.Delta > 0).From);
            }
        }
    }

    private static IEnumerable<Sighting> OneDatagram(Narrowing n)
    {
        foreach (var of in n.Losses.GroupBy(l => new FlowKey(l.Fate.Capture, l.Fate.Flow)))
        {
            var largest = of.MaxBy(l => l.Length)!;
            if (n.View.Sender(of.Key, !largest.Fate.FromClient)?.Mss is { } mss)
            {
                yield return Sighting.Of(largest.Length <= mss, $"{largest.Length} payload bytes, MSS {mss}", largest.From);
            }

            if (n.View.Capture(of.Key.Capture) is { SuperPackets: 0 } capture)
            {
                yield return Sighting.Of(true, "no super-packets in that capture", capture.From);
            }

            // Coalescing does not give the same length each time.
            if (of.GroupBy(l => l.Fate.Sequence).FirstOrDefault(g => g.Count() > 1 && g.Select(l => l.DatagramLength).Distinct().Count() == 1) is { } same)
            {
                yield return Sighting.Of(true, $"the same {same.First().DatagramLength} bytes each of {same.Count()} times", Frames(same));
            }
        }
    }

    private static IEnumerable<Sighting> Counted(Narrowing n)
    {
        foreach (var stack in n.Stacks)
        {
            foreach (var name in new[] { "Ip.FragFails", "Ip6.InTooBigErrors", "Ip6.FragFails" })
            {
                if (n.View.Delta(stack, name) is { } grown && (grown.Delta > 0 || name == "Ip.FragFails"))
                {
                    yield return Sighting.Of(grown.Delta > 0, $"{name} of {stack} +{grown.Delta} for {n.Losses.Count} lost", grown.From);
                }
            }
        }
    }

    private static IEnumerable<Sighting> Reported(Narrowing n)
    {
        var told = n.View.Facts.Of<IcmpError>().Where(IsTooBig).ToArray();
        if (told.Length > 0)
        {
            return told.Take(3).Select(e => Sighting.Of(true, $"MTU {e.NextHopMtu?.ToString() ?? "?"} announced by {e.Reporter} to {e.Receiver}, seen at {e.At}", e.From));
        }

        return n.Losses.Select(l => l.Fate.Capture).Distinct().Select(n.View.Capture).OfType<CaptureSummary>()
            .Where(c => c.Complete && (c.KernelDrops is 0 or null))
            .Select(c => Sighting.Of(false, $"none in the capture at {c.At}", c.From));
    }

    private static bool IsTooBig(IcmpError e) => e is { Version: 4, Type: 3, Code: 4 } or { Version: 6, Type: 2 };

    private static IEnumerable<Sighting> RateLimited(Narrowing n)
    {
        foreach (var stack in n.Stacks)
        {
            foreach (var name in new[] { "Icmp.OutRateLimitHost", "Icmp.OutRateLimitGlobal", "Icmp6.OutRateLimitHost" })
            {
                if (n.View.Delta(stack, name) is { } grown)
                {
                    yield return Sighting.Of(grown.Delta > 0, $"{name} of {stack} +{grown.Delta}", grown.From);
                }
            }
        }
    }

    /// <summary>What the link below leaves to the tunnel; null when it is no tunnel or the link is not known.</summary>
    private static int? Widest(Narrowing n) => n.Device is { } device && Overlays.Of(n.View, device) is { } overlay ? overlay.Room : null;

    // One in twenty, the usual level; what was seen to die does not rest on it.
    private const double Significance = 0.05;

    private static Provenance[] Frames(IEnumerable<Loss> losses) => [.. losses.Select(l => l.From)];
}

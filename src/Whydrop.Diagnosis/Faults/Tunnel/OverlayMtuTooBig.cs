using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Tunnel;

/// <summary>The tunnel takes datagrams that no longer fit the device below once they are wrapped.</summary>
internal sealed class OverlayMtuTooBig : FaultOf<OverlayMtuTooBig.Wrapping>
{
    public override string Id => "overlay-mtu-too-big";

    public override string Name => "Overlay MTU leaves no room for the encapsulation";

    public override FaultLayer Layer => FaultLayer.Tunnel;

    public override string UserSees => "Ping and handshake work between nodes; TLS handshakes and large responses hang at a fixed size.";

    public override string Mechanism =>
        "The MTU of the tunnel device plus the headers it adds exceeds the MTU of the device below. With DF on the outer header the wrapped datagram is dropped; without, it is "
        + "cut into fragments, which works until one is lost.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("pmtu-blackhole", "There the datagram is larger than the tunnel device itself takes, and dies unwrapped."),
        new("tunnel-nopmtudisc-selfdrop", "There the device below is wide enough; a learned, smaller path MTU is not."),
        new("fragment-loss", "There the outer fragments leave, and one is lost further on."),
    ];

    public override string Remedy =>
        "Set the MTU of the overlay to the smallest MTU of the links between the nodes less the headers of the tunnel (IPIP 20, GRE 24, VXLAN and Geneve 50, WireGuard 60; on IPv6 "
        + "20 more), in the network plug-in, and restart the pods. Until then clamp the MSS on the nodes.";

    public override string Verify => "ping -M do -s (overlay MTU - 28) between pods of two nodes passes, and FragCreates and FragFails stay as they are.";

    public override IReadOnlyList<string> References =>
    [
        "net/ipv4/ip_tunnel.c tnl_update_pmtu, drivers/net/vxlan/vxlan_core.c",
        "https://github.com/projectcalico/calico/issues/1709", "https://github.com/cilium/cilium/issues/37919", "https://github.com/flannel-io/flannel/issues/1614",
    ];

    protected override IEnumerable<QuestionOf<Wrapping>> Ask() =>
    [
        new("Does the MTU of the tunnel plus its headers exceed the MTU of the device below?", Quantifier.All, QuestionRole.Signature, Exceeds),
        new("Were datagrams lost that fit the tunnel and do not fit the device below once wrapped?", Quantifier.Any, QuestionRole.Signature, LostInBand),
        new("Was such a datagram seen before it was wrapped and never after, by the device below?", Quantifier.Any, QuestionRole.Mechanism, Died),
        new("Did the lost datagrams fit the tunnel device itself?", Quantifier.All, QuestionRole.Discriminator, FitTunnel, "pmtu-blackhole"),
        new("Did it vanish whole, without any fragment of it leaving?", Quantifier.Any, QuestionRole.Discriminator, NoFragments, "fragment-loss"),
        new("Did the kernel there count datagrams it fragmented or could not fragment?", Quantifier.Any, QuestionRole.Support, Counted),
    ];

    protected override IEnumerable<Wrapping> Propose(CaseView view)
    {
        foreach (var overlay in Overlays.All(view))
        {
            yield return new Wrapping(view, overlay, [.. view.Losses.Where(l => Refused(view, l, overlay) || (view.DiedOfSize(l, overlay.Room, overlay.Tunnel.Mtu!.Value) && OnPath(view, l, overlay)))]);
        }
    }

    protected override string Summarise(Wrapping w) => w.Losses.Count > 0
        ? $"{w.Overlay.Tunnel.At.Interface} of {w.Scope.Node ?? "the node"} takes datagrams up to {w.Overlay.Tunnel.Mtu} bytes, but wrapped they do not fit {w.Overlay.Underlay.At.Interface}: {w.Overlay.Arithmetic}."
        : $"{w.Overlay.Tunnel.At.Interface} of {w.Scope.Node ?? "the node"} would take datagrams that do not fit once wrapped: {w.Overlay.Arithmetic}. None of that size was seen lost.";

    protected override string RemedyFor(Wrapping w) =>
        $"Set the MTU of {w.Overlay.Tunnel.At.Interface} and of the pods behind it to {w.Overlay.Room} ({w.Overlay.Underlay.Mtu} of {w.Overlay.Underlay.At.Interface} less {w.Overlay.Overhead}), in the network plug-in so that it "
        + "stays, and restart the pods; or widen the links between the nodes. Until then clamp the MSS on the nodes: iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu.";

    protected override string VerifyFor(Wrapping w) =>
        $"ping -M do -s {w.Overlay.Room - 28} between pods of two nodes passes, -s {w.Overlay.Room - 27} says \"message too long\" at once, and FragCreates and FragFails stay as they are.";

    protected override IEnumerable<NextEvidence> Next(Wrapping w)
    {
        var tunnel = w.Overlay.Tunnel.At;
        var below = w.Overlay.Underlay.At;
        yield return Tcpdump(tunnel, "tcp", $"the datagrams above {w.Overlay.Room} bytes as they enter the tunnel");
        yield return Tcpdump(below, OuterFilter(w), $"whether they leave by {below.Interface} once wrapped, whole or in fragments; at the same time");
    }

    private static NextEvidence Tcpdump(VantagePoint at, string filter, string why)
    {
        var watch = TimeSpan.FromSeconds(60);
        var enter = at.Netns is { } netns ? $"ip netns exec {netns} " : "";
        return new NextEvidence(at, $"{enter}timeout {watch.TotalSeconds:0} tcpdump -ni {at.Interface} -s 128 -w {at.Node ?? "node"}-{at.Interface}.pcap '{filter}'", watch, why);
    }

    private static string OuterFilter(Wrapping w) => Encapsulation.TunnelKind(w.Overlay.Tunnel) switch
    {
        "ipip" => "ip proto 4",
        "sit" => "ip proto 41",
        "ip6tnl" => "ip6 proto 4 or ip6 proto 41",
        "gre" or "gretap" => "proto gre",
        "wireguard" => "udp",
        _ => w.Overlay.Tunnel.Tunnel?.Port is { } port ? $"udp port {port} or ip[6:2] & 0x1fff != 0" : "udp",
    };

    /// <summary>
    /// The namespace of the tunnel did not even send it there: once the tunnel has told it what fits below, it refuses what is larger (net/ipv4/ip_tunnel_core.c skb_tunnel_check_pmtu). That
    /// one as large came to the tunnel before says nothing; that one got through would. What came wrapped was on its way in.
    /// </summary>
    private static bool Refused(CaseView view, Loss loss, Overlay overlay) =>
        loss.Placement is { AbsenceProven: true } placement && placement.MissingAt == overlay.Tunnel.At && placement.At.Stack == overlay.Tunnel.At.Stack
        && !Encapsulation.Wraps(overlay.Tunnel, view.Flow(new FlowKey(placement.Capture, placement.Flow))?.Encapsulation)
        && loss.DatagramLength > overlay.Room && loss.DatagramLength <= overlay.Tunnel.Mtu && view.NoneDelivered(loss.Direction, overlay.Room);

    /// <summary>The tunnel's node is on the connection's way, and the losses are not placed elsewhere: what was missing at the tunnel already, which takes what fits it, died before.</summary>
    private static bool OnPath(CaseView view, Loss loss, Overlay overlay) =>
        loss.Placement is { AbsenceProven: true } placement
            ? placement.At.Node == overlay.Tunnel.At.Node && placement.MissingAt != overlay.Tunnel.At && (placement.MissingEncapsulation is not null || placement.MissingAt == overlay.Underlay.At || placement.MissingAt.Node != placement.At.Node)
            : view.Devices.StacksOnPath(loss.Direction).Contains(overlay.Tunnel.At.Stack)
                && !view.Devices.DiedBefore(loss, overlay.Tunnel) && (loss.Fate.Fate != Fate.LostBefore || loss.Fate.At != overlay.Tunnel.At);

    private static IEnumerable<Sighting> Exceeds(Wrapping w) =>
        [new Sighting(w.Overlay.Exceeds, w.Overlay.Arithmetic, [w.Overlay.Tunnel.From, w.Overlay.Underlay.From])];

    private static IEnumerable<Sighting> LostInBand(Wrapping w)
    {
        if (w.Losses.Count > 0)
        {
            var frames = w.Losses.Select(l => l.From).ToArray();
            var text = $"{w.Losses.Count} above {w.Overlay.Room} and up to {w.Overlay.Tunnel.Mtu} bytes, none of such a size got through";
            yield return w.Losses.Count >= 2 || w.Losses[0].Placement is { AbsenceProven: true } ? Sighting.Of(true, text, frames) : Sighting.Unknown(text, frames);
            yield break;
        }

        var elsewhere = w.View.Losses.Where(l => l.Placement is { AbsenceProven: true } && w.View.DiedOfSize(l, w.Overlay.Room, w.Overlay.Tunnel.Mtu!.Value)).ToArray();
        if (elsewhere.Length > 0 && !w.View.Losses.Any(l => l.Placement is not { AbsenceProven: true } && MayHaveDied(w, l)))
        {
            yield return Sighting.Of(
                false, $"{elsewhere.Length} of such a size were lost, between {elsewhere[0].Placement!.At} and {elsewhere[0].Placement!.MissingAt}", [.. elsewhere.Select(l => l.From).Take(12)]);
            yield break;
        }

        foreach (var sizes in w.View.Facts.Of<DatagramSizes>().Where(s => PassedThrough(w, s)))
        {
            var through = sizes.Sizes.FirstOrDefault(s => s.DatagramLength > w.Overlay.Room && s.DatagramLength <= w.Overlay.Tunnel.Mtu && s.Delivered > 0);
            yield return through.Delivered > 0
                ? Sighting.Of(false, $"datagrams of {through.DatagramLength} bytes got through", sizes.From)
                : Sighting.Unknown("none of such a size was sent", sizes.From);
        }
    }

    /// <summary>Nothing places it, and it is as large as what dies there; whether others as large got through nobody counted.</summary>
    private static bool MayHaveDied(Wrapping w, Loss loss) =>
        loss.DatagramLength > w.Overlay.Room && loss.DatagramLength <= w.Overlay.Tunnel.Mtu && w.View.Sizes(loss.Direction) is null && OnPath(w.View, loss, w.Overlay);

    /// <summary>Their connection was seen at the tunnel, or wrapped by it: what took another way says nothing of it.</summary>
    private static bool PassedThrough(Wrapping w, DatagramSizes sizes)
    {
        var connection = w.View.Connections.Direction(new FlowKey(sizes.Capture, sizes.Flow), sizes.FromClient).Connection;
        return connection >= 0 && w.View.Trails[connection].Flows.Any(f => f.At == w.Overlay.Tunnel.At
            || (f.At.Stack == w.Overlay.Tunnel.At.Stack && Encapsulation.Wraps(w.Overlay.Tunnel, f.Encapsulation)));
    }

    private static IEnumerable<Sighting> Died(Wrapping w) => w.Losses
        .Where(l => l.Placement is { AbsenceProven: true } p && p.At.Node == w.Overlay.Tunnel.At.Node && (p.MissingAt == w.Overlay.Underlay.At || (p.MissingEncapsulation is not null && p.MissingAt.Node == p.At.Node)))
        .Select(l => Sighting.Of(
            true, $"{l.DatagramLength} + {w.Overlay.Overhead} > {w.Overlay.Underlay.Mtu}: seen at {l.Placement!.At}, never at {l.Placement.MissingAt}", l.Placement.From, w.Overlay.Underlay.From));

    private static IEnumerable<Sighting> FitTunnel(Wrapping w) => w.Losses.Select(l =>
        Sighting.Of(l.DatagramLength <= w.Overlay.Tunnel.Mtu, $"{l.DatagramLength} <= {w.Overlay.Tunnel.Mtu} of {w.Overlay.Tunnel.At.Interface}", l.From));

    private static IEnumerable<Sighting> NoFragments(Wrapping w)
    {
        foreach (var capture in w.View.Captures.Where(c => c.At == w.Overlay.Underlay.At && c.Complete))
        {
            var cut = w.View.Facts.Of<FragmentTally>().Where(f => f.Capture == capture.Capture && f.Protocol != Tcp).ToArray();
            yield return cut.Length == 0
                ? Sighting.Of(true, $"none in the capture at {capture.At}", capture.From)
                : w.Losses.Count > 0 && cut.Sum(f => f.Complete) >= w.Losses.Count ? Sighting.Of(false, $"{cut.Sum(f => f.Complete)} datagrams leave {capture.At} in fragments", cut[0].From)
                : Sighting.Unknown($"{cut.Sum(f => f.Datagrams)} fragmented datagrams at {capture.At}", cut[0].From);
        }

        if (w.Overlay.Tunnel.Tunnel?.OuterDontFragment == "set" || w.Overlay.Tunnel.Tunnel?.PathMtuDiscovery == true)
        {
            yield return Sighting.Of(true, "the tunnel sets DF outside", w.Overlay.Tunnel.From);
        }

        if (w.View.Delta(w.Overlay.Tunnel.At.Stack, $"{Outside(w)}.FragCreates") is { } made)
        {
            yield return made.Delta == 0 ? Sighting.Of(true, "FragCreates did not grow", made.From) : Sighting.Unknown($"FragCreates +{made.Delta}", made.From);
        }
    }

    /// <summary>Group of the counters of the IP version that wraps.</summary>
    private static string Outside(Wrapping w) => w.Losses.SelectMany(l => w.View.Connections.Sightings(l.Direction.Connection))
        .Any(k => Encapsulation.Ends(w.View.Flow(k)?.Encapsulation) is { } ends && ends.Source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6) ? "Ip6" : "Ip";

    private static IEnumerable<Sighting> Counted(Wrapping w)
    {
        foreach (var name in new[] { $"{Outside(w)}.FragCreates", $"{Outside(w)}.FragFails" })
        {
            if (w.View.Delta(w.Overlay.Tunnel.At.Stack, name) is { } grown)
            {
                yield return Sighting.Of(grown.Delta > 0, $"{name} +{grown.Delta}", grown.From);
            }
        }
    }

    private const int Tcp = 6;

    /// <summary>A tunnel and the losses it could explain.</summary>
    internal sealed class Wrapping(CaseView view, Overlay overlay, IReadOnlyList<Loss> losses) : Hypothesis(view, Scope.Of(overlay.Tunnel.At))
    {
        internal Overlay Overlay { get; } = overlay;

        internal override IReadOnlyList<Loss> Losses { get; } = losses;
    }
}

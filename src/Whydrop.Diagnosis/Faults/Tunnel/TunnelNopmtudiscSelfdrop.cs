using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Tunnel;

/// <summary>The node has learned a smaller path MTU to the other node, and its tunnel device goes on taking the old size.</summary>
internal sealed class TunnelNopmtudiscSelfdrop : FaultOf<TunnelNopmtudiscSelfdrop.Learned>
{
    public override string Id => "tunnel-nopmtudisc-selfdrop";

    public override string Name => "Tunnel ignores the path MTU its node has learned";

    public override FaultLayer Layer => FaultLayer.Tunnel;

    public override string UserSees => "After a change in the network below, large packets die towards one node only.";

    public override string Mechanism =>
        "A router told the node that the path to another node takes less. The node remembers that for its own traffic; the tunnel device (nopmtudisc) keeps its configured MTU and does "
        + "not pass the news on. The node itself drops or cuts what it has wrapped; the ICMP message goes to the node, not to the pods.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("pmtu-blackhole", "There the narrow device is the tunnel's own, or a router elsewhere."),
        new("overlay-mtu-too-big", "There the device below is too narrow as configured, for every other node alike."),
    ];

    public override string Remedy => "Lower the MTU of the tunnel to the learned path MTU less its headers, or let it learn: ip tunnel change NAME mode ipip pmtudisc.";

    public override string Verify => "ping -M do with a full-size packet between pods of the two nodes passes; FragFails on the encapsulating node stays as it is.";

    public override IReadOnlyList<string> References =>
    [
        "net/ipv4/ip_tunnel.c tnl_update_pmtu", "https://github.com/projectcalico/calico/issues/7146", "https://github.com/projectcalico/calico/issues/8953",
    ];

    protected override IEnumerable<QuestionOf<Learned>> Ask() =>
    [
        new("Is the learned path MTU to the other node smaller than the tunnel's MTU plus its headers?", Quantifier.All, QuestionRole.Signature, Smaller),
        new("Were datagrams lost that fit the tunnel and exceed the learned path MTU once wrapped?", Quantifier.Any, QuestionRole.Signature, LostInBand),
        new("Was such a datagram seen on the node before it was wrapped and never leaving it?", Quantifier.Any, QuestionRole.Mechanism, Died),
        new("Does the device below take the wrapped datagrams as configured?", Quantifier.All, QuestionRole.Discriminator, DeviceFits, "overlay-mtu-too-big"),
        new("Did the lost datagrams fit the tunnel device itself?", Quantifier.All, QuestionRole.Discriminator, FitTunnel, "pmtu-blackhole"),
        new("Is the tunnel set not to do path MTU discovery?", Quantifier.All, QuestionRole.Support, Nopmtudisc),
        new("Did the kernel there count datagrams it could not fragment?", Quantifier.Any, QuestionRole.Support, Counted),
    ];

    protected override IEnumerable<Learned> Propose(CaseView view)
    {
        foreach (var tunnel in view.ListedStacks.SelectMany(view.Interfaces).Where(Encapsulation.IsTunnel))
        {
            foreach (var route in view.Facts.Of<Route>().Where(r => r is { Cached: true, Mtu: not null } && r.At.Stack == tunnel.At.Stack && r.At.Interface != tunnel.At.Interface && Leads(tunnel, r)))
            {
                var ipv6 = route.Destination.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
                if (tunnel.Mtu is { } mtu && Encapsulation.Overhead(tunnel, ipv6) is { } overhead)
                {
                    var room = route.Mtu!.Value - overhead;
                    yield return new Learned(view, tunnel, route, overhead, [.. view.Losses.Where(l => (view.DiedOfSize(l, room, mtu) || DiedOnceLearned(view, l, room, mtu, tunnel)) && Towards(view, l, tunnel, route))]);
                }
            }
        }
    }

    protected override string Summarise(Learned l) =>
        $"{l.Tunnel.At.Interface} of {l.Scope.Node ?? "the node"} (MTU {l.Tunnel.Mtu}) adds {l.Overhead} bytes; the node has learned that the path to {l.Route.Destination} takes {l.Route.Mtu}: {l.Tunnel.Mtu} + {l.Overhead} > {l.Route.Mtu}.";

    protected override string RemedyFor(Learned l) =>
        $"Lower the MTU of {l.Tunnel.At.Interface} to {l.Route.Mtu - l.Overhead} (in the network plug-in, so that it stays), or let the tunnel learn: ip tunnel change {l.Tunnel.At.Interface} mode ipip pmtudisc. Find out why the path to {l.Route.Destination} became narrower.";

    protected override IEnumerable<NextEvidence> Next(Learned l)
    {
        var watch = TimeSpan.FromSeconds(60);
        yield return new NextEvidence(
            l.Tunnel.At, $"timeout 60 tcpdump -ni {l.Tunnel.At.Interface} -s 128 -w {l.Scope.Node ?? "node"}-{l.Tunnel.At.Interface}.pcap 'tcp'", watch, "the datagrams as they enter the tunnel");
        if (l.Route.At.Interface is { } below)
        {
            yield return new NextEvidence(
                l.Route.At, $"timeout 60 tcpdump -ni {below} -s 128 -w {l.Scope.Node ?? "node"}-{below}.pcap 'host {l.Route.Destination.BaseAddress}'", watch, "whether they leave, wrapped; at the same time");
        }
    }

    /// <summary>Until the node learned, such datagrams left it, and died where the router told it so: none came through to the end.</summary>
    private static bool DiedOnceLearned(CaseView view, Loss loss, int room, int mtu, NetworkInterface tunnel) =>
        loss.DatagramLength > room && loss.DatagramLength <= mtu && loss.Placement is { AbsenceProven: true } placement && placement.At.Stack == tunnel.At.Stack
        && view.Sizes(loss.Direction) is { } sizes && !sizes.Sizes.Any(s => s.DatagramLength > room && s.Delivered > 0);

    private static bool Leads(NetworkInterface tunnel, Route route)
    {
        var remote = tunnel.Tunnel?.Remote;
        var anyRemote = remote is null || remote.Equals(IPAddress.Any) || remote.Equals(IPAddress.IPv6Any);
        return route.Destination.PrefixLength >= 32 && (anyRemote || route.Destination.Contains(remote!));
    }

    /// <summary>The connection is known to be wrapped towards that node, or nothing else is known of its way.</summary>
    private static bool Towards(CaseView view, Loss loss, NetworkInterface tunnel, Route route)
    {
        var ends = view.Connections.Sightings(loss.Direction.Connection).Select(k => Encapsulation.Ends(view.Flow(k)?.Encapsulation)).OfType<(IPAddress Source, IPAddress Destination)>().ToArray();
        if (ends.Length > 0)
        {
            return ends.Any(e => route.Destination.Contains(e.Source) || route.Destination.Contains(e.Destination));
        }

        return view.Devices.StacksOnPath(loss.Direction).Contains(tunnel.At.Stack);
    }

    private static IEnumerable<Sighting> Smaller(Learned l) =>
    [
        Sighting.Of(l.Tunnel.Mtu + l.Overhead > l.Route.Mtu, $"{l.Tunnel.Mtu} + {l.Overhead} {(l.Tunnel.Mtu + l.Overhead > l.Route.Mtu ? ">" : "<=")} {l.Route.Mtu}", l.Tunnel.From, l.Route.From),
    ];

    private static IEnumerable<Sighting> LostInBand(Learned l) => l.Losses.Count == 0 ? [] :
    [
        l.Losses.Count >= 2 || l.Losses[0].Placement is { AbsenceProven: true }
            ? Sighting.Of(true, $"{l.Losses.Count} above {l.Route.Mtu - l.Overhead} bytes", [.. l.Losses.Select(x => x.From)])
            : Sighting.Unknown("only one", l.Losses[0].From),
    ];

    private static IEnumerable<Sighting> Died(Learned l) => l.Losses
        .Where(x => x.Placement is { AbsenceProven: true } p && p.At.Node == l.Tunnel.At.Node && p.MissingAt.Node == p.At.Node && p.MissingAt != l.Tunnel.At)
        .Select(x => Sighting.Of(true, $"{x.DatagramLength} + {l.Overhead} > {l.Route.Mtu}: seen at {x.Placement!.At}, never at {x.Placement.MissingAt}", x.Placement.From, l.Route.From));

    private static IEnumerable<Sighting> DeviceFits(Learned l)
    {
        if (l.View.Interfaces(l.Route.At.Stack).FirstOrDefault(d => d.At.Interface == l.Route.At.Interface) is { Mtu: { } mtu } below)
        {
            yield return Sighting.Of(l.Tunnel.Mtu + l.Overhead <= mtu, $"{l.Tunnel.Mtu} + {l.Overhead}, {below.At.Interface} takes {mtu}", below.From);
        }
    }

    private static IEnumerable<Sighting> FitTunnel(Learned l) =>
        l.Losses.Select(x => Sighting.Of(x.DatagramLength <= l.Tunnel.Mtu, $"{x.DatagramLength} <= {l.Tunnel.Mtu}", x.From));

    private static IEnumerable<Sighting> Nopmtudisc(Learned l) => l.Tunnel.Tunnel?.PathMtuDiscovery is { } on
        ? [Sighting.Of(!on, on ? "pmtudisc" : "nopmtudisc", l.Tunnel.From)] : [];

    private static IEnumerable<Sighting> Counted(Learned l) => l.View.Delta(l.Tunnel.At.Stack, "Ip.FragFails") is { } grown
        ? [Sighting.Of(grown.Delta > 0, $"Ip.FragFails +{grown.Delta} for {l.Losses.Count} lost", grown.From)] : [];

    /// <summary>A tunnel device and a learned route below it.</summary>
    internal sealed class Learned(CaseView view, NetworkInterface tunnel, Route route, int overhead, IReadOnlyList<Loss> losses) : Hypothesis(view, Scope.Of(tunnel.At))
    {
        internal NetworkInterface Tunnel { get; } = tunnel;

        internal Route Route { get; } = route;

        internal int Overhead { get; } = overhead;

        internal override IReadOnlyList<Loss> Losses { get; } = losses;
    }
}

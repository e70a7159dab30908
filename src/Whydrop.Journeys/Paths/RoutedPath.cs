using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Journeys.Paths;

/// <summary>Where the routing tables of the case send a packet: out by an interface, in at the owner of the next hop, and so on.</summary>
internal sealed class RoutedPath
{
    /// <summary>A loop in the tables is left after so many hosts.</summary>
    private const int MostHops = 16;

    private readonly Dictionary<VantagePoint, List<Route>> tables = [];
    private readonly HashSet<VantagePoint> plainRules = [];
    private readonly ILookup<VantagePoint, NetworkInterface> tunnels;
    private readonly Dictionary<(VantagePoint Bridge, IPAddress Address), VantagePoint> ports;
    private readonly HashSet<(VantagePoint Device, IPAddress Address)> hosts;
    private readonly AddressOwners owners;
    private readonly LinkPeers peers;

    /// <summary>Reads tables and rules.</summary>
    public RoutedPath(FactSet facts, AddressOwners owners, LinkPeers peers)
    {
        (this.owners, this.peers) = (owners, peers);
        tunnels = facts.Of<NetworkInterface>().Where(d => d.Tunnel is not null && d.At.Node is not null).ToLookup(d => d.At.Stack);
        foreach (var route in facts.Of<Route>().Where(r => r.At.Node is not null && r.Table == "main" && !r.Cached))
        {
            (tables.TryGetValue(route.At.Stack, out var table) ? table : tables[route.At.Stack] = []).Add(route);
        }

        // What has a link-layer address is a host on that link, and no address of a Service.
        hosts = [.. facts.Of<Neighbour>().Where(n => n.Mac is not null && n.State is not ("FAILED" or "INCOMPLETE")).Select(n => (n.At, n.Address))];

        // A bridge hands on to the port behind which it learned the address.
        var learned = facts.Of<ForwardingEntry>().Where(e => e is { Master: not null, At: { Node: not null, Interface: not null } }).ToLookup(e => (e.At.Stack with { Interface = e.Master }, e.Mac), e => e.At);
        ports = facts.Of<Neighbour>().Where(n => n.Mac is not null).DistinctBy(n => (n.At, n.Address, n.Mac)).GroupBy(n => (n.At, n.Address))
            .Select(g => (g.Key, Ports: g.SelectMany(n => learned[(n.At, n.Mac!)]).Distinct().Take(2).ToArray()))
            .Where(p => p.Ports.Length == 1).ToDictionary(p => p.Key, p => p.Ports[0]);

        // Only the three rules that a kernel starts with: the main table decides.
        foreach (var rules in facts.Of<RoutingRule>().Where(r => r.At.Node is not null).GroupBy(r => r.At.Stack))
        {
            if (rules.All(r => r.Table is "local" or "main" or "default"))
            {
                _ = plainRules.Add(rules.Key);
            }
        }
    }

    /// <summary>Interfaces from the one it leaves this stack by.</summary>
    /// <param name="start">Where it was seen.</param>
    public IEnumerable<Hop> Way(VantagePoint start, Addressing packet)
    {
        // Until the tunnel's end only the outer address is routed.
        var address = packet.OuterDestination is { } outer && owners.Of(outer)?.Stack != start.Stack ? outer : packet.Destination.Address;
        // An address that nobody of the case owns may be translated at any host on the way, which then routes another one.
        var owned = owners.Of(packet.Destination.Address) is not null;
        var (stack, sure) = (start.Stack, true);
        for (var hop = 0; hop < MostHops && stack.Node is not null; hop++)
        {
            if (owners.Of(address)?.Stack == stack)
            {
                if (address.Equals(packet.Destination.Address))
                {
                    yield break;
                }

                address = packet.Destination.Address;
            }

            if (owners.Of(address)?.Stack == stack || Lookup(stack, address) is not { Type: "unicast", At.Interface: { } device } route)
            {
                yield break;
            }

            owned |= hosts.Contains((stack with { Interface = device }, packet.Destination.Address));
            sure &= plainRules.Contains(stack) && (owned || (stack == start.Stack && device == start.Interface));
            var why = $"the routing table of {stack} sends {address} there" + (sure ? "" : ", but its rules or a translation may send it elsewhere");
            var wrapped = address.Equals(packet.OuterDestination);
            var next = owners.Of(route.Via ?? address);
            foreach (var at in Between(stack with { Interface = device }, route.Via ?? address, next).Where(p => p != start))
            {
                yield return new Hop(at, sure, wrapped, why);
            }

            if ((next?.Stack ?? peers.Of(stack with { Interface = device })?.Stack) is { } known)
            {
                if (known == stack)
                {
                    yield break;
                }

                stack = known;
            }
            else if (BeyondGateway(stack, address, packet) is { } entrance)
            {
                // No table of the case tells by which interface it comes in; its host's own way back is the best guess.
                sure = false;
                yield return new Hop(entrance, sure, wrapped, $"{entrance.Stack} has {address}, and answers by there; the gateway before it was not collected");
                stack = entrance.Stack;
            }
            else
            {
                yield break;
            }
        }
    }

    /// <summary>Where a packet comes in to the host that has, or forwards to, its address, once a gateway of which nothing was collected has passed it on; null when not known.</summary>
    private VantagePoint? BeyondGateway(VantagePoint stack, IPAddress address, in Addressing packet)
    {
        var owner = owners.Of(address);
        var host = (peers.Of(owner) ?? owner)?.Stack;
        var back = packet.OuterSource is { } outer && address.Equals(packet.OuterDestination) ? outer : packet.Source.Address;
        return host is not null && host != stack && Lookup(host, back) is { Type: "unicast", At.Interface: { } device } ? host with { Interface = device } : null;
    }

    /// <summary>From the device a stack sends by to the interface of the next: the port of a bridge, the ends of the cables between, and what lies under a tunnel.</summary>
    private List<VantagePoint> Between(VantagePoint device, IPAddress nextHop, VantagePoint? next)
    {
        var found = new List<VantagePoint> { device };
        if (next is not null && next.Stack != device.Stack && TunnelEnd(device, next.Stack) is { } outer)
        {
            found.AddRange(Underlay(device.Stack, outer));
        }

        Add(ports.GetValueOrDefault((device, nextHop)));
        Add(peers.Of(device));
        Add(peers.Of(next) is { } port && port.Stack == device.Stack ? port : null);
        Add(next is not null && next.Stack != device.Stack ? next : null);
        return found;

        void Add(VantagePoint? place)
        {
            if (place is not null && !found.Contains(place))
            {
                found.Add(place);
            }
        }
    }

    /// <summary>The outer destination of what a tunnel device sends to a stack; null when it is no tunnel or that is not known.</summary>
    private IPAddress? TunnelEnd(VantagePoint device, VantagePoint to)
    {
        var own = tunnels[device.Stack].FirstOrDefault(d => d.At == device);
        return own is null ? null
            : own.Tunnel!.Remote ?? tunnels[to].FirstOrDefault(d => d.At.Interface == device.Interface && d.Tunnel!.Local is not null)?.Tunnel!.Local;
    }

    /// <summary>The interfaces on the way of the outer packet.</summary>
    private List<VantagePoint> Underlay(VantagePoint stack, IPAddress outer)
    {
        var found = new List<VantagePoint>();
        for (var hop = 0; hop < MostHops && owners.Of(outer) is { } end && end.Stack != stack; hop++)
        {
            if (Lookup(stack, outer) is not { Type: "unicast", At.Interface: { } device } route)
            {
                found.Add(end);
                break;
            }

            found.Add(stack with { Interface = device });
            if (owners.Of(route.Via ?? outer) is not { } next || next.Stack == stack)
            {
                found.Add(end);
                break;
            }

            found.Add(next);
            stack = next.Stack;
        }

        return found;
    }

    /// <summary>The longest prefix, then the smallest metric; null when two routes are as good or none fits.</summary>
    private Route? Lookup(VantagePoint stack, IPAddress address)
    {
        if (!tables.TryGetValue(stack, out var table))
        {
            return null;
        }

        var family = address.AddressFamily;
        var fitting = table.Where(r => r.Destination.BaseAddress.AddressFamily == family && r.Destination.Contains(address))
            .OrderByDescending(r => r.Destination.PrefixLength).ThenBy(r => r.Metric ?? (family == AddressFamily.InterNetworkV6 ? 1024 : 0)).Take(2).ToArray();
        return fitting is [var first, var second] && Rank(first) == Rank(second) && (first.At, first.Via) != (second.At, second.Via) ? null : fitting.FirstOrDefault();

        static (int, int?) Rank(Route r) => (r.Destination.PrefixLength, r.Metric);
    }

    /// <summary>One interface on the way.</summary>
    /// <param name="Sure">The tables leave no other way.</param>
    /// <param name="Wrapped">It wears the same tunnel headers there.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Hop(VantagePoint At, bool Sure, bool Wrapped, string Why);
}

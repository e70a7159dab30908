using System.Net;
using System.Net.Sockets;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>Network namespaces of a case: who owns an address, who is the end of a connection.</summary>
internal sealed class Stacks(CaseView view)
{
    // kube-proxy in IPVS mode puts the address of every Service on this device of every node: it owns none of them.
    private const string ServiceAddresses = "kube-ipvs0";

    private readonly ILookup<IPAddress, InterfaceAddress> owners =
        view.Facts.Of<InterfaceAddress>().Where(a => a.At.Interface != ServiceAddresses).ToLookup(a => a.Address);

    private readonly HashSet<(VantagePoint, AddressFamily)> listed =
        [.. view.Facts.Of<InterfaceAddress>().Where(a => !IPAddress.IsLoopback(a.Address)).Select(a => (a.At.Stack, a.Address.AddressFamily))];

    private readonly ILookup<IPEndPoint, ConntrackEntry> byDestination = view.Facts.Of<ConntrackEntry>().Where(e => e.Protocol == "tcp").ToLookup(e => e.Destination);
    private readonly ILookup<IPEndPoint, ConntrackEntry> byReplyDestination = view.Facts.Of<ConntrackEntry>().Where(e => e.Protocol == "tcp").ToLookup(e => e.ReplyDestination);

    private readonly Dictionary<(int Connection, bool Client), StackEnd?> ends = [];

    private readonly Dictionary<VantagePoint, string?> hosts = [];

    /// <summary>What was read of a network namespace, possibly nothing.</summary>
    internal NetworkStack At(VantagePoint at) => new(view, at.Stack);

    /// <summary>The namespace that owns an address; null when none or several are listed with it.</summary>
    internal VantagePoint? Of(IPAddress address) => Owners(address) is [var only] ? only : null;

    /// <summary>Every namespace listed with an address.</summary>
    internal IReadOnlyList<VantagePoint> Owners(IPAddress address) => [.. owners[address].Select(a => a.At.Stack).Distinct()];

    /// <summary>The namespace of the node itself that a namespace lies in: forwarding, conntrack and host-wide settings are there.</summary>
    internal static VantagePoint NodeOf(VantagePoint stack) => new(stack.Node);

    /// <summary>The node that a namespace lies in, where it was collected as a host of its own; null when nothing tells.</summary>
    internal string? HostOf(VantagePoint stack)
    {
        if (!hosts.TryGetValue(stack, out var host))
        {
            hosts[stack] = host = view.Interfaces(stack).Select(i => VethPairs.Peer(view, i)?.At.Node).FirstOrDefault(n => n is not null && n != stack.Node);
        }

        return host;
    }

    /// <summary>Where the client or the server of a connection lives; null when nothing tells.</summary>
    internal StackEnd? End(int connection, bool client)
    {
        if (!ends.TryGetValue((connection, client), out var end))
        {
            ends[(connection, client)] = end = view.Trails[connection] is { Flows.Count: > 0 } trail ? Find(trail, client) : null;
        }

        return end;
    }

    private StackEnd? Find(ConnectionTrail trail, bool client)
    {
        var named = client ? trail.Client : trail.ServerThere;
        var translated = client
            ? byReplyDestination[named].FirstOrDefault(e => e.ReplySource.Equals(trail.Server) && !e.Source.Equals(named))
            : byDestination[named].FirstOrDefault(e => e.Source.Equals(trail.ClientThere) && !e.ReplySource.Equals(named));
        var address = (client ? translated?.Source.Address : translated?.ReplySource.Address) ?? named.Address;
        var found = owners[address].DistinctBy(a => a.At.Stack).ToArray();
        var places = trail.Flows.Select(f => f.At.Stack).ToHashSet();
        var owner = found.Length == 1 ? found[0] : found.Length > 1 && found.Count(o => places.Contains(o.At.Stack)) == 1 ? found.Single(o => places.Contains(o.At.Stack)) : null;
        if (owner is not null)
        {
            var local = translated is not null || (Originates(owner.At.Stack, trail, client) ?? !TranslatesThere(owner.At.Stack, trail, client));
            return new StackEnd(owner.At.Stack, local, translated is null ? [owner.From] : [owner.From, translated.From]);
        }

        // No router between: the packets of that end still have the TTL they were sent with. Where addresses are listed, and it is none of them, it lies behind.
        var last = client ? trail.Flows[0] : trail.Flows[^1];
        var ttl = (client ? last.FromClient : last.FromServer).Ttl;
        return found.Length == 0 && IsInitialTtl(ttl) && last.At.Node is not null && !listed.Contains((last.At.Stack, address.AddressFamily)) ? new StackEnd(last.At.Stack, false, [last.From]) : null;
    }

    /// <summary>
    /// Packets of that end, seen there, still have the TTL they were sent with: the namespace is no router that puts its own address on them (SNAT), or
    /// takes them for others (a NodePort). Null when none was seen there.
    /// </summary>
    private static bool? Originates(VantagePoint stack, ConnectionTrail trail, bool client) =>
        trail.Flows.Where(f => f.At.Stack == stack).Select(f => (client ? f.FromClient : f.FromServer).Ttl).OfType<int>().ToArray() is { Length: > 0 } ttls
            ? Array.Exists(ttls, t => IsInitialTtl(t))
            : null;

    /// <summary>A rule there may put the address on packets of others, or send what is addressed to it on to another host.</summary>
    private bool TranslatesThere(VantagePoint stack, ConnectionTrail trail, bool client) =>
        view.Facts.Of<FirewallRule>().Any(r => r.At.Stack == stack && (client ? r.Action is "snat" or "masquerade" : r.Action is "dnat" or "redirect"))
        && (client || At(stack).Listens(trail.ServerThere) != Answer.Yes)
        && !At(stack).Sockets.Any(s => client
            ? Ends.Same(s.Local, trail.Client) && Ends.Same(s.Peer, trail.Server)
            : Ends.Same(s.Local, trail.ServerThere) && Ends.Same(s.Peer, trail.ClientThere));

    /// <summary>What kernels start with: 64 (Linux, BSD), 128 (Windows), 255 (network devices, neighbour discovery).</summary>
    internal static bool IsInitialTtl(int? ttl) => ttl is 64 or 128 or 255;
}

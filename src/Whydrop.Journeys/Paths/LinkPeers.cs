using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Journeys.Paths;

/// <summary>The two ends of virtual cables between network stacks: what goes in at one comes out at the other.</summary>
/// <remarks>Interface indices alone repeat from node to node: one end must also know the other by address.</remarks>
internal sealed class LinkPeers
{
    private readonly Dictionary<VantagePoint, VantagePoint> peers = [];

    /// <summary>Finds them.</summary>
    public LinkPeers(FactSet facts)
    {
        var ends = facts.Of<NetworkInterface>().Where(d => d is { Index: not null, PeerIndex: not null, At: { Node: not null, Interface: not null } })
            .GroupBy(d => d.At).Select(g => g.First()).ToArray();
        var known = facts.Of<Neighbour>().Where(n => n.Mac is not null).Select(n => (n.At, n.Mac!)).ToHashSet();
        var addresses = facts.Of<InterfaceAddress>().ToLookup(a => a.At, a => a.Address);
        var routed = facts.Of<Route>().Where(r => r.Destination.PrefixLength == r.Destination.BaseAddress.GetAddressBytes().Length * 8)
            .Select(r => (r.At, r.Destination.BaseAddress)).ToHashSet();
        var byIndices = ends.ToLookup(d => (d.Index!.Value, d.PeerIndex!.Value));
        foreach (var end in ends)
        {
            var others = byIndices[(end.PeerIndex!.Value, end.Index!.Value)].Where(o => o.At.Stack != end.At.Stack && (Knows(end, o) || Knows(o, end))).Take(2).ToArray();
            if (others is [var other])
            {
                peers[end.At] = other.At;
            }
        }

        bool Knows(NetworkInterface here, NetworkInterface there) =>
            (there.Mac is { } mac && (known.Contains((here.At, mac)) || (here.Master is { } master && known.Contains((here.At with { Interface = master }, mac)))))
            || addresses[there.At].Any(a => routed.Contains((here.At, a)));
    }

    /// <summary>The other end; null when it is not known.</summary>
    public VantagePoint? Of(VantagePoint? end) => end is not null && peers.TryGetValue(end, out var other) && peers.GetValueOrDefault(other) == end ? other : null;

    /// <summary>For each host of the case with such a cable one host that stands for all that are joined: a pod listed as a host of its own runs on its node's kernel.</summary>
    public IReadOnlyDictionary<string, string> Nodes()
    {
        var nodes = new Dictionary<string, string>(StringComparer.Ordinal);
        string Root(string node) => nodes.TryGetValue(node, out var next) && next != node ? Root(next) : node;
        foreach (var (end, other) in peers.Where(p => Of(p.Key) is not null).OrderBy(p => p.Key.ToString(), StringComparer.Ordinal))
        {
            nodes[Root(end.Node!)] = Root(other.Node!);
        }

        return nodes.Keys.ToDictionary(n => n, Root, StringComparer.Ordinal);
    }
}

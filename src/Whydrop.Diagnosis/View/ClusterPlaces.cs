using System.Net;
using Whydrop.Evidence.Cluster;

namespace Whydrop.Diagnosis.View;

/// <summary>On which node an address lives, by the cluster's objects and by what was read on the nodes.</summary>
internal sealed class ClusterPlaces(CaseView view)
{
    private readonly ILookup<IPAddress, string> nodes = view.Facts.Of<ClusterNode>().SelectMany(n => n.Addresses.Select(a => (Address: a, n.Name))).ToLookup(n => n.Address, n => n.Name);

    private readonly ILookup<IPAddress, string> pods =
        view.Facts.Of<Pod>().Where(p => p.Node is not null).SelectMany(p => p.Addresses.Select(a => (Address: a, Node: p.Node!))).ToLookup(p => p.Address, p => p.Node);

    private readonly Dictionary<IPAddress, string?> homes = [];

    /// <summary>The node that has the address itself; null when none or several are told.</summary>
    internal string? NodeWith(IPAddress address) => Only(nodes[address]) ?? (view.Stacks.Of(address) is { Netns: null } stack ? stack.Node : null);

    /// <summary>The node on which whatever has the address lives; null when nobody says. A namespace that was collected as a host of its own is no node where the cluster says whose pod it is.</summary>
    internal string? NodeOf(IPAddress address) => homes.TryGetValue(address, out var known) ? known : homes[address] =
        Only(nodes[address]) ?? Only(pods[address]) ?? NodeWith(address) ?? view.Stacks.Of(address)?.Node
        ?? Only(view.Facts.Of<ClusterNode>().Where(n => n.PodNetworks.Any(p => p.Contains(address))).Select(n => n.Name));

    /// <summary>Whether the cluster itself says on which node the address lives. A folder of a case may be a namespace of another host, so that its name alone denies nothing.</summary>
    internal bool Told(IPAddress address) => Only(nodes[address]) is not null || Only(pods[address]) is not null || view.Facts.Of<ClusterNode>().Any(n => n.PodNetworks.Any(p => p.Contains(address)));

    private static string? Only(IEnumerable<string> names) => names.Distinct(StringComparer.Ordinal).Take(2).ToArray() is [var one] ? one : null;
}

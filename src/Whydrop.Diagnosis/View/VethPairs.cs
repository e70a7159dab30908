using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>Joins the two ends of a veth pair.</summary>
internal static class VethPairs
{
    /// <summary>The other end; null when it was not listed or several could be it.</summary>
    internal static NetworkInterface? Peer(CaseView view, NetworkInterface end)
    {
        if (end.Kind is not (null or "veth"))
        {
            return null;
        }

        var same = view.Interfaces(end.At.Stack);
        if (end.Lower is { } name && same.FirstOrDefault(d => d.At.Interface == name && d.Lower == end.At.Interface) is { } neighbour)
        {
            return neighbour;
        }

        if (end.PeerIndex is not { } index || end.Index is not { } own)
        {
            return null;
        }

        var others = view.ListedStacks
            .Where(s => s.Node == end.At.Node && s != end.At.Stack && NamespaceFits(end, s.Netns))
            .SelectMany(view.Interfaces)
            .Where(d => d.Index == index && d.PeerIndex == own && (d.Kind is null or "veth"))
            .Take(2).ToArray();
        return others.Length == 1 ? others[0] : others.Length == 0 ? OnAnotherNode(view, end, index, own) : null;
    }

    /// <summary>
    /// A namespace collected as a host of its own. Equal indices on two hosts are common, so that the two must also share a subnet, or one know
    /// the other's link-layer address there.
    /// </summary>
    private static NetworkInterface? OnAnotherNode(CaseView view, NetworkInterface end, int index, int own)
    {
        var others = view.ListedStacks.Where(s => s.Node != end.At.Node).SelectMany(view.Interfaces)
            .Where(d => d.Index == index && d.PeerIndex == own && (d.Kind is null or "veth") && (SameSubnet(view, end, d) || Knows(view, end, d) || Knows(view, d, end)))
            .Take(2).ToArray();
        return others.Length == 1 ? others[0] : null;
    }

    private static bool SameSubnet(CaseView view, NetworkInterface a, NetworkInterface b)
    {
        var there = view.Facts.Of<InterfaceAddress>().Where(i => i.At == b.At).ToArray();
        return view.Facts.Of<InterfaceAddress>().Where(i => i.At == a.At && !i.Address.IsIPv6LinkLocal).Any(i => there.Any(o =>
            o.PrefixLength == i.PrefixLength && i.PrefixLength < i.Address.GetAddressBytes().Length * 8 && o.Address.AddressFamily == i.Address.AddressFamily
            && SamePrefix(i.Address.GetAddressBytes(), o.Address.GetAddressBytes(), i.PrefixLength)));
    }

    private static bool SamePrefix(byte[] a, byte[] b, int bits)
    {
        for (var i = 0; i < bits; i++)
        {
            if (((a[i / 8] ^ b[i / 8]) & (0x80 >> (i % 8))) != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As neighbour at that device or at the bridge it is a port of, or as a station that the bridge learned behind that port.</summary>
    private static bool Knows(CaseView view, NetworkInterface a, NetworkInterface b) => b.Mac is not null
        && (view.Facts.Of<Neighbour>().Any(n => (n.At == a.At || (a.Master is { } master && n.At == a.At with { Interface = master })) && Equals(n.Mac, b.Mac))
            || view.Facts.Of<ForwardingEntry>().Any(e => e.At == a.At && e.Mac == b.Mac));

    /// <summary>Every pair once.</summary>
    internal static IEnumerable<(NetworkInterface A, NetworkInterface B)> All(CaseView view)
    {
        var told = new HashSet<NetworkInterface>(ReferenceEqualityComparer.Instance);
        foreach (var end in view.ListedStacks.SelectMany(view.Interfaces))
        {
            if (!told.Contains(end) && Peer(view, end) is { } peer)
            {
                told.Add(peer);
                yield return (end, peer);
            }
        }
    }

    // link-netns is a name, or a number that means nothing outside that namespace.
    private static bool NamespaceFits(NetworkInterface end, string? netns) =>
        end.PeerNetns is null || int.TryParse(end.PeerNetns, out _) || netns is null || netns == end.PeerNetns;
}

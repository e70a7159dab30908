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
        return others.Length == 1 ? others[0] : null;
    }

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

using System.Net;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>Whether a device is the last one of a way: behind it is only the namespace that owns an address.</summary>
internal static class LastDevice
{
    /// <summary>Yes: it is an end of a veth pair, and the other end, or the host route by it, has that address. Unknown otherwise.</summary>
    internal static Answer Before(CaseView view, VantagePoint device, IPAddress to)
    {
        if (view.Interfaces(device.Stack).FirstOrDefault(d => d.At == device) is not { Kind: null or "veth" } end)
        {
            return Answer.Unknown;
        }

        if (VethPairs.Peer(view, end) is { } peer && view.Stacks.Owners(to).Contains(peer.At.Stack))
        {
            return Answer.Yes;
        }

        // A route to one address without a gateway, by a device whose other end is in another namespace (net/core/rtnetlink.c IFLA_LINK): calico and cilium make one for each pod.
        return end.PeerIndex is not null && RouteLookup.Of(view, device.Stack, to) is { Known: true, Found: { Via: null, Type: "unicast" or "" } route }
            && route.At == device && route.Destination.PrefixLength == to.GetAddressBytes().Length * 8 ? Answer.Yes : Answer.Unknown;
    }
}

using System.Net;
using System.Net.Sockets;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>Finds the device below each tunnel.</summary>
internal static class Overlays
{
    /// <summary>Every tunnel whose device below is known.</summary>
    internal static IEnumerable<Overlay> All(CaseView view) =>
        view.ListedStacks.SelectMany(view.Interfaces).Select(d => Of(view, d)).OfType<Overlay>();

    /// <summary>Tunnels above that device.</summary>
    internal static IEnumerable<Overlay> On(CaseView view, NetworkInterface underlay) => All(view).Where(o => o.Underlay.At == underlay.At);

    /// <summary>The tunnel with its device below; null when it is none, is down (nothing goes through it), or nothing says which device is below.</summary>
    internal static Overlay? Of(CaseView view, NetworkInterface tunnel)
    {
        if (tunnel.Mtu is null || tunnel.Up == false || !Encapsulation.IsTunnel(tunnel))
        {
            return null;
        }

        var underlay = Below(view, tunnel);
        if (underlay?.Mtu is null || underlay.At == tunnel.At)
        {
            return null;
        }

        var outer = tunnel.Tunnel?.Remote ?? tunnel.Tunnel?.Local ?? OwnEnd(view, tunnel);
        var kind = Encapsulation.TunnelKind(tunnel);
        var known = outer is not null && IsAddress(outer);
        var ipv6 = known ? outer!.AddressFamily == AddressFamily.InterNetworkV6 : kind == "ip6tnl";

        // Of the kernel's own devices these tell it themselves; a program may put either into either.
        known |= tunnel.Kind is not (null or "tun") && kind is "ipip" or "sit" or "ip6tnl";
        return Encapsulation.Overhead(tunnel, ipv6) is { } overhead ? new Overlay(tunnel, underlay, overhead, known ? overhead : Encapsulation.Overhead(tunnel, true)!.Value) : null;
    }

    private static NetworkInterface? Below(CaseView view, NetworkInterface tunnel)
    {
        var devices = view.Interfaces(tunnel.At.Stack);
        if (tunnel.Tunnel?.Underlay is { } named)
        {
            return devices.FirstOrDefault(d => d.At.Interface == named);
        }

        if (tunnel.Tunnel?.Remote is { } remote && IsAddress(remote) && view.Devices.Egress(tunnel.At.Stack, remote) is { } routed)
        {
            return routed;
        }

        if (tunnel.Tunnel?.Local is { } local && IsAddress(local) && Owner(view, tunnel.At.Stack, local) is { } owner)
        {
            return devices.FirstOrDefault(d => d.At.Interface == owner);
        }

        if (OwnEnd(view, tunnel) is { } own)
        {
            return devices.FirstOrDefault(d => d.At.Interface == Owner(view, tunnel.At.Stack, own));
        }

        // Nothing was said of it: the default route, when there is one device with it.
        var defaults = view.Facts.Of<Route>()
            .Where(r => r.At.Stack == tunnel.At.Stack && r.Destination.PrefixLength == 0 && r.At.Interface is not null && r.Destination.BaseAddress.AddressFamily == AddressFamily.InterNetwork)
            .Select(r => r.At.Interface).Distinct().ToArray();
        return defaults.Length == 1 ? devices.FirstOrDefault(d => d.At.Interface == defaults[0]) : null;
    }

    /// <summary>What a capture saw wrapped so, between an address of this namespace and another, says which address the tunnel has outside.</summary>
    private static IPAddress? OwnEnd(CaseView view, NetworkInterface tunnel) =>
        view.Facts.Of<TcpFlow>().Select(f => f.Encapsulation).Distinct().Where(e => Encapsulation.Wraps(tunnel, e))
            .Select(Encapsulation.Ends).OfType<(IPAddress Source, IPAddress Destination)>().SelectMany(e => new[] { e.Source, e.Destination })
            .FirstOrDefault(end => Owner(view, tunnel.At.Stack, end) is not null);

    private static string? Owner(CaseView view, VantagePoint stack, IPAddress address) =>
        view.Facts.Of<InterfaceAddress>().FirstOrDefault(a => a.At.Stack == stack && a.Address.Equals(address))?.At.Interface;

    private static bool IsAddress(IPAddress address) => !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);
}

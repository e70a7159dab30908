using System.Net;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>What tunnels add to a datagram, and which device adds it.</summary>
internal static class Encapsulation
{
    /// <summary>Kernel link kind of the innermost tunnel in a description such as "ipip 10.0.0.1>10.0.0.2"; null when plain.</summary>
    internal static string? Kind(string? encapsulation) => Innermost(encapsulation) is { Length: > 0 } words ? LinkKind(words[0]) : null;

    /// <summary>Outer addresses of the innermost tunnel; null when the description has none.</summary>
    internal static (IPAddress Source, IPAddress Destination)? Ends(string? encapsulation)
    {
        foreach (var word in Innermost(encapsulation) ?? [])
        {
            var arrow = word.IndexOf('>', StringComparison.Ordinal);
            if (arrow > 0 && IPAddress.TryParse(word.AsSpan(0, arrow), out var source) && IPAddress.TryParse(word.AsSpan(arrow + 1), out var destination))
            {
                return (source, destination);
            }
        }

        return null;
    }

    /// <summary>Whether a device wraps datagrams, by its kind, else by the names the kernel gives such devices.</summary>
    internal static bool IsTunnel(NetworkInterface device) => TunnelKind(device) is not null;

    /// <summary>Kernel link kind of a tunnel device; null for another device.</summary>
    internal static string? TunnelKind(NetworkInterface device)
    {
        if (device.Kind is { } kind && kind != "tun")
        {
            return Known.Contains(LinkKind(kind)) ? LinkKind(kind) : null;
        }

        var name = device.At.Interface ?? "";
        return NamedByKernel.FirstOrDefault(n => name.StartsWith(n.Prefix, StringComparison.Ordinal)).Kind;
    }

    /// <summary>Whether the device is one that wraps so. Of a device of a program (tun) only the name is known: it may put either family of IP into either.</summary>
    internal static bool Wraps(NetworkInterface device, string? encapsulation) => Kind(encapsulation) is { } kind
        && (TunnelKind(device) == kind || (device.Kind is null or "tun" && IpInIp.Contains(kind) && TunnelKind(device) is { } named && IpInIp.Contains(named)));

    /// <summary>Bytes the device adds to a datagram; null when it is no tunnel.</summary>
    internal static int? Overhead(NetworkInterface device, bool ipv6Underlay)
    {
        var outer = ipv6Underlay ? 40 : 20;
        return TunnelKind(device) switch
        {
            "ipip" or "sit" or "ip6tnl" => outer,
            "gre" => outer + 4 + (device.Tunnel?.Identifier is null ? 0 : 4),
            "gretap" => outer + 4 + 14 + (device.Tunnel?.Identifier is null ? 0 : 4),

            // UDP 8 + VXLAN or Geneve 8 (without options) + inner Ethernet 14.
            "vxlan" or "geneve" => outer + 30,

            // UDP 8 + message header 16 + authentication tag 16.
            "wireguard" => outer + 40,
            _ => null,
        };
    }

    private static readonly HashSet<string> IpInIp = new(StringComparer.Ordinal) { "ipip", "sit", "ip6tnl" };

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "ipip", "sit", "ip6tnl", "gre", "gretap", "vxlan", "geneve", "wireguard",
    };

    private static readonly (string Prefix, string? Kind)[] NamedByKernel =
    [
        ("tunl", "ipip"), ("sit", "sit"), ("ip6tnl", "ip6tnl"), ("gretap", "gretap"), ("gre", "gre"), ("vxlan", "vxlan"),
        ("flannel.", "vxlan"), ("cilium_vxlan", "vxlan"), ("cilium_geneve", "geneve"), ("genev", "geneve"), ("wg", "wireguard"),
        ("wireguard", "wireguard"), ("cilium_wg", "wireguard"),
    ];

    private static string LinkKind(string word) => word.ToLowerInvariant() switch
    {
        "6in4" or "6to4" or "ip6ip" => "sit",
        "ip6gre" or "erspan" => "gre",
        "ip6gretap" => "gretap",
        "ip6ip6" or "ipip6" => "ip6tnl",
        "ip4ip4" or "ip-in-ip" => "ipip",
        var w => w,
    };

    private static string[]? Innermost(string? encapsulation)
    {
        if (string.IsNullOrWhiteSpace(encapsulation))
        {
            return null;
        }

        // From the outside in: the last one that names a tunnel is the one next to the TCP header.
        var words = encapsulation.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        var last = Array.FindLastIndex(words, w => Known.Contains(LinkKind(w)));
        return last < 0 ? words : words[last..];
    }
}

using System.Buffers;
using System.Globalization;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Interfaces;

/// <summary>Kernel link kinds (rtnl_link_ops.kind) and what "ip -d link" prints behind them.</summary>
internal static class LinkKinds
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-");

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "veth", "vxlan", "geneve", "gre", "gretap", "erspan", "ip6gre", "ip6gretap", "ip6erspan", "ipip", "sit", "ip6tnl", "vti", "vti6", "vlan", "bridge",
        "bond", "team", "tun", "macvlan", "macvtap", "ipvlan", "ipvtap", "vrf", "dummy", "ifb", "wireguard", "xfrm", "macsec", "nlmon", "bareudp", "gtp", "hsr",
        "lowpan", "can", "vcan", "vxcan", "netdevsim", "rmnet", "ppp", "openvswitch", "amt", "batadv", "netkit", "dsa", "wwan", "virt_wifi", "vsockmon",
        "ipoib", "ovpn", "pfcp", "ipddp", "caif",
    };

    private static readonly HashSet<string> Tunnels = new(StringComparer.Ordinal)
    {
        "vxlan", "geneve", "gre", "gretap", "erspan", "ip6gre", "ip6gretap", "ip6erspan", "ipip", "sit", "ip6tnl", "vti", "vti6",
    };

    /// <summary>
    /// The kind that begins a detail line. A kind that is not known is one only when nothing but attributes common to all kinds follow it.
    /// </summary>
    public static string? Of(Words words) =>
        Known.Contains(words[0]) || (IsName(words[0]) && (words.Count == 1 || words[1] is "addrgenmode" or "numtxqueues")) ? words[0] : null;

    /// <summary>
    /// The kind that the link type alone tells, for "ip link" without -d. ARPHRD_TUNNEL and ARPHRD_TUNNEL6 are shared with vti and vti6.
    /// </summary>
    public static string? OfLinkType(string linkType, string device) => linkType switch
    {
        "ipip" when !device.Contains("vti", StringComparison.Ordinal) => "ipip",
        "tunnel6" when !device.Contains("vti", StringComparison.Ordinal) => "ip6tnl",
        "sit" => "sit",
        "gre" => "gre",
        "gre6" => "ip6gre",
        _ => null,
    };

    public static bool IsTunnel(string? kind) => kind is not null && Tunnels.Contains(kind);

    /// <summary>
    /// "vxlan id 4096 remote … local … dev eth0 srcport 0 0 dstport 4789 … df set", "ipip any remote any local 10.0.0.1 ttl inherit nopmtudisc".
    /// With "external" the identifier comes with each packet, and the 0 that is printed is none. Text leaves "df unset" out, JSON prints it.
    /// </summary>
    public static TunnelSettings? Tunnel(string kind, Words words)
    {
        if (!IsTunnel(kind))
        {
            return null;
        }

        bool? discovery = words.Has("pmtudisc") ? true : words.Has("nopmtudisc") ? false : null;
        var underlay = words.After("dev");
        return new TunnelSettings(
            AddressText.Specific(words.After("local")),
            AddressText.Specific(words.After("remote")) ?? AddressText.Specific(words.After("group")),
            underlay,
            discovery,
            words.After("df"),
            words.Has("external") ? null : Identifier(kind is "vxlan" or "geneve" ? words.After("id") : words.After("key") ?? words.After("okey")),
            words.NumberAfter("dstport"));
    }

    /// <summary>A number, or a GRE key in dotted form.</summary>
    public static uint? Identifier(string? text)
    {
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        return AddressText.Address(text) is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetwork } dotted
            ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(dotted.GetAddressBytes())
            : null;
    }

    /// <summary>The outer addresses of "link/ipip 10.0.0.1 peer 10.0.0.2" and "link/sit 10.0.0.1 brd 0.0.0.0".</summary>
    public static TunnelSettings Outer(string? local, string? remote) =>
        new(AddressText.Specific(local), AddressText.Specific(remote), null, null, null, null, null);

    private static bool IsName(string word) =>
        word.Length is > 1 and < 16 && char.IsAsciiLetterLower(word[0]) && !word.EndsWith("_slave", StringComparison.Ordinal)
        && !word.AsSpan().ContainsAnyExcept(NameCharacters);
}

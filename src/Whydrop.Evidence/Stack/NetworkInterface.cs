namespace Whydrop.Evidence.Stack;

/// <summary>One network device as a tool listed it. <see cref="Fact.At"/> carries its name as interface.</summary>
/// <param name="Index">Interface index in its namespace; null when the tool does not print it.</param>
/// <param name="Mtu">Largest layer 3 datagram in bytes, without link-layer header.</param>
/// <param name="Kind">Kernel link kind: "veth", "ipip", "vxlan", "geneve", "gre", "sit", "ip6tnl", "wireguard", "bridge", "vlan", "tun", "bond", …; null when not printed (a physical device or a tool that does not say).</param>
/// <param name="Up">Administratively up; null when not printed.</param>
/// <param name="Carrier">LOWER_UP / RUNNING; null when not printed.</param>
/// <param name="Master">Bridge, bond or VRF it is enslaved to.</param>
/// <param name="Lower">Name after '@': the device below or the veth peer in the same namespace; null when none or in another namespace.</param>
/// <param name="PeerIndex">Interface index of the peer (after "@if"), in the peer's namespace.</param>
/// <param name="PeerNetns">Name or link-netnsid of the peer's namespace.</param>
/// <param name="Tunnel">Encapsulation settings, for tunnels.</param>
/// <param name="Mac">Link-layer address, lower case with colons.</param>
public sealed record NetworkInterface(
    VantagePoint At, Provenance From, int? Index, int? Mtu, string? Kind, bool? Up, bool? Carrier, string? Master,
    string? Lower, int? PeerIndex, string? PeerNetns, TunnelSettings? Tunnel, string? Mac, string? Qdisc) : Fact(At, From);

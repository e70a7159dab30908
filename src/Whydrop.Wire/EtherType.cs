namespace Whydrop.Wire;

/// <summary>EtherType numbers (IEEE 802 Numbers) that the decoder knows.</summary>
public static class EtherType
{
    /// <summary>IPv4.</summary>
    public const ushort Ipv4 = 0x0800;

    /// <summary>ARP.</summary>
    public const ushort Arp = 0x0806;

    /// <summary>Transparent Ethernet bridging: a whole Ethernet frame follows (GRE, Geneve).</summary>
    public const ushort TransparentEthernet = 0x6558;

    /// <summary>IEEE 802.1Q customer VLAN tag.</summary>
    public const ushort Vlan = 0x8100;

    /// <summary>IPv6.</summary>
    public const ushort Ipv6 = 0x86dd;

    /// <summary>MPLS unicast.</summary>
    public const ushort Mpls = 0x8847;

    /// <summary>MPLS with upstream-assigned label (RFC 5332).</summary>
    public const ushort MplsUpstream = 0x8848;

    /// <summary>PPPoE session stage (RFC 2516).</summary>
    public const ushort PppoeSession = 0x8864;

    /// <summary>IEEE 802.1ad service VLAN tag.</summary>
    public const ushort ServiceVlan = 0x88a8;

    /// <summary>Stacked VLAN tag of older switches.</summary>
    public const ushort OldServiceVlan = 0x9100;

    /// <summary>Whether the type announces a VLAN tag.</summary>
    /// <param name="etherType">The EtherType.</param>
    public static bool IsVlan(ushort etherType) => etherType is Vlan or ServiceVlan or OldServiceVlan;
}

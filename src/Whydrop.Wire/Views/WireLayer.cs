namespace Whydrop.Wire.Views;

/// <summary>The header a <see cref="WireError"/> speaks of.</summary>
public enum WireLayer : byte
{
    /// <summary>None.</summary>
    None,

    /// <summary>Ethernet header.</summary>
    Ethernet,

    /// <summary>802.1Q or 802.1ad tag.</summary>
    Vlan,

    /// <summary>Linux cooked header.</summary>
    LinuxSll,

    /// <summary>Linux cooked header, version 2.</summary>
    LinuxSll2,

    /// <summary>ARP packet.</summary>
    Arp,

    /// <summary>IPv4 header.</summary>
    Ipv4,

    /// <summary>IPv6 header.</summary>
    Ipv6,

    /// <summary>IPv6 extension header.</summary>
    Ipv6Extension,

    /// <summary>ICMP message.</summary>
    Icmpv4,

    /// <summary>ICMPv6 message.</summary>
    Icmpv6,

    /// <summary>TCP header.</summary>
    Tcp,

    /// <summary>TCP options area.</summary>
    TcpOptions,

    /// <summary>UDP header.</summary>
    Udp,

    /// <summary>GRE header.</summary>
    Gre,

    /// <summary>VXLAN header.</summary>
    Vxlan,

    /// <summary>Geneve header.</summary>
    Geneve,
}

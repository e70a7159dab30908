namespace Whydrop.Wire;

/// <summary>Encapsulations that are walked through.</summary>
public enum TunnelKind : byte
{
    /// <summary>None.</summary>
    None,

    /// <summary>IPv4 in IPv4 or IPv6 (protocol 4; RFC 2003, RFC 2473).</summary>
    IpIp,

    /// <summary>IPv6 in IPv4 or IPv6 (protocol 41; RFC 4213, RFC 2473).</summary>
    SixInFour,

    /// <summary>GRE (RFC 2784, 2890).</summary>
    Gre,

    /// <summary>VXLAN (RFC 7348), UDP 4789 and 8472.</summary>
    Vxlan,

    /// <summary>Geneve (RFC 8926), UDP 6081.</summary>
    Geneve,
}

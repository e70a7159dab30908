namespace Whydrop.Wire;

/// <summary>How far the decoder came, and what stopped it.</summary>
public enum DecodeStatus : byte
{
    /// <summary>A complete TCP header.</summary>
    Tcp,

    /// <summary>A complete UDP header.</summary>
    Udp,

    /// <summary>An ICMP or ICMPv6 header.</summary>
    Icmp,

    /// <summary>A fragment other than the first: IP fields only.</summary>
    LaterFragment,

    /// <summary>IP with another protocol.</summary>
    OtherIp,

    /// <summary>ARP.</summary>
    Arp,

    /// <summary>Another network protocol.</summary>
    OtherNetwork,

    /// <summary>The capture cut the headers (snap length).</summary>
    Cut,

    /// <summary>A header field contradicts the bytes on the wire.</summary>
    Malformed,

    /// <summary>The link type is not known.</summary>
    UnknownLink,
}

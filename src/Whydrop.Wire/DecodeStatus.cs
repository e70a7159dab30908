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

    /// <summary>The headers end before they are complete: the capture cut them (snap length), or they go on in a later fragment.</summary>
    Cut,

    /// <summary>A header field contradicts the bytes on the wire.</summary>
    Malformed,

    /// <summary>The link type is not known.</summary>
    UnknownLink,
}

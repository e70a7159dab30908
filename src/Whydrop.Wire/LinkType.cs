namespace Whydrop.Wire;

/// <summary>LINKTYPE_ values that are decoded (tcpdump.org/linktypes.html).</summary>
public enum LinkType : ushort
{
    /// <summary>BSD loopback, family in host byte order of the writer.</summary>
    Null = 0,

    /// <summary>Ethernet.</summary>
    Ethernet = 1,

    /// <summary>Raw IP (old DLT_RAW numbers 12 and 14 are mapped to it by the reader).</summary>
    Raw = 101,

    /// <summary>OpenBSD loopback, family in network byte order.</summary>
    Loop = 108,

    /// <summary>Linux cooked capture.</summary>
    LinuxSll = 113,

    /// <summary>Raw IPv4.</summary>
    Ipv4 = 228,

    /// <summary>Raw IPv6.</summary>
    Ipv6 = 229,

    /// <summary>Linux cooked capture version 2.</summary>
    LinuxSll2 = 276,
}

namespace Whydrop.Tcp;

/// <summary>What else is known of one recorded segment.</summary>
[Flags]
public enum SegmentTraits : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>SYN: takes one sequence number before its data.</summary>
    Syn = 1,

    /// <summary>FIN.</summary>
    Fin = 2,

    /// <summary>DF, or IPv6.</summary>
    DontFragment = 4,

    /// <summary>Timestamp option present.</summary>
    Timestamp = 8,

    /// <summary>First IP fragment: the length is that of the fragment, the datagram was longer.</summary>
    FirstFragment = 16,

    /// <summary><see cref="SegmentRecord.Hash"/> covers the first payload bytes (without payload: the window).</summary>
    Hashed = 32,

    /// <summary>RST.</summary>
    Reset = 64,

    /// <summary>ACK: the acknowledgment number counts.</summary>
    Acknowledges = 128,
}

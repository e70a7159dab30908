namespace Whydrop.Tcp.Observations;

/// <summary>
/// What one capture point saw of a segment, in Wireshark's words (tcp.analysis.*) and with Wireshark 4.0's conditions. No judgement: a
/// retransmission that was seen says nothing of what became of the first copy.
/// </summary>
public enum Observation
{
    /// <summary>It carries bytes that were sent before; fast and spurious ones are counted here too.</summary>
    Retransmission,

    /// <summary>A retransmission at the duplicate ACK number, within 20 ms of at least the second duplicate.</summary>
    FastRetransmission,

    /// <summary>All its bytes were acknowledged before.</summary>
    SpuriousRetransmission,

    /// <summary>Below the highest sequence number, but so soon after it that it looks overtaken.</summary>
    OutOfOrder,

    /// <summary>It starts beyond the next expected sequence number.</summary>
    PreviousSegmentNotCaptured,

    /// <summary>It acknowledges bytes that were not seen.</summary>
    AckedUnseenSegment,

    /// <summary>An empty segment that repeats acknowledgment number and window.</summary>
    DuplicateAck,

    /// <summary>An empty segment that changes only the window.</summary>
    WindowUpdate,

    /// <summary>It reaches the edge of the advertised window.</summary>
    WindowFull,

    /// <summary>A full segment, behind which the window has room, but not for another: its sender waits (RFC 9293, 3.8.6.2.1). Not one of Wireshark's.</summary>
    WindowLimited,

    /// <summary>It advertises a window of 0.</summary>
    ZeroWindow,

    /// <summary>One byte at the next sequence number towards a window of 0.</summary>
    ZeroWindowProbe,

    /// <summary>The answer to a zero-window probe that repeats the window of 0.</summary>
    ZeroWindowProbeAck,

    /// <summary>None or one byte, one below the next sequence number.</summary>
    KeepAlive,

    /// <summary>The answer to a keep-alive.</summary>
    KeepAliveAck,

    /// <summary>A SYN with a new initial sequence number on a known pair of end points.</summary>
    PortReused,

    /// <summary>RST set.</summary>
    Reset,

    /// <summary>A SYN or SYN-ACK sent again.</summary>
    SynRetry,

    /// <summary>Its checksum is wrong, and not for offload: its receiver throws it away. Counted among the frames whose checksum is verified: all of a short capture, and all after the first damage.</summary>
    BadChecksum,

    /// <summary>Its first SACK block says that the other end's bytes came twice (D-SACK, RFC 2883). Not one of Wireshark's.</summary>
    DuplicateSack,
}

namespace Whydrop.Evidence.Capture;

/// <summary>One direction of a TCP connection: what its sender sent, as one capture saw it.</summary>
/// <param name="Segments">Segments with data on the wire (super-packets split by MSS), retransmissions included.</param>
/// <param name="Bytes">Payload bytes of these.</param>
/// <param name="UniqueBytes">Distinct bytes of the stream that were seen, acknowledged, or passed over without a word of a loss (<see cref="Fate.NotCaptured"/>).</param>
/// <param name="Retransmissions">Segments that carried bytes sent before.</param>
/// <param name="Mss">MSS option of its SYN in bytes; null without SYN.</param>
/// <param name="WindowScale">Shift count of its SYN; null when not offered or not seen.</param>
/// <param name="SackPermitted">SACK permitted in its SYN; null when not seen.</param>
/// <param name="Timestamps">Timestamp option in use.</param>
/// <param name="InitialSequence">Raw sequence number of its SYN; null when not seen.</param>
/// <param name="LargestDatagram">Largest IP datagram on the wire in bytes (super-packets counted as their segments).</param>
/// <param name="LargestDelivered">Largest IP datagram whose bytes were acknowledged.</param>
/// <param name="Ttl">TTL or hop limit of its packets as seen here (the most recent).</param>
/// <param name="MinRtt">Smallest round trip from its data to the acknowledgment, as seen here.</param>
/// <param name="SmoothedRtt">Smoothed round trip (RFC 6298 SRTT).</param>
/// <param name="Observations">Counts by Wireshark's name: "Retransmission", "FastRetransmission", "SpuriousRetransmission", "OutOfOrder", "PreviousSegmentNotCaptured", "AckedUnseenSegment", "DuplicateAck", "WindowUpdate", "WindowFull", "ZeroWindow", "ZeroWindowProbe", "ZeroWindowProbeAck", "KeepAlive", "KeepAliveAck", "PortReused", "Reset", "SynRetry"; and "WindowLimited", a full segment with no room in the window for another, "BadChecksum", and "DuplicateSack", a D-SACK (RFC 2883) that it sent: bytes of the other end came twice.</param>
/// <param name="Fin">A FIN was seen.</param>
/// <param name="ResetFrame">Frame of its first RST; null when none.</param>
public sealed record TcpSender(
    long Segments, long Bytes, long UniqueBytes, long Retransmissions, int? Mss, int? WindowScale, bool? SackPermitted,
    bool Timestamps, uint? InitialSequence, int LargestDatagram, int LargestDelivered, int? Ttl, TimeSpan? MinRtt,
    TimeSpan? SmoothedRtt, IReadOnlyDictionary<string, long> Observations, bool Fin, Provenance? ResetFrame)
{
    /// <summary>Of its segments, bytes and distinct bytes, those never acknowledged that no <see cref="SegmentFate"/> tells one by one: <see cref="Fate.Unknown"/> in <see cref="FateTally"/>.</summary>
    public (long Segments, long Bytes, long UniqueBytes) Unjudged { get; init; }
}

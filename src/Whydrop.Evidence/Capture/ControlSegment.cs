namespace Whydrop.Evidence.Capture;

/// <summary>A segment that opens or ends a connection, as one capture saw it. Listed for connections whose opening or end was not plain: a SYN or SYN-ACK sent again or not answered, any RST, a FIN sent again or not answered.</summary>
/// <param name="Capture">The capture it was seen in (<see cref="CaptureSummary.Capture"/>).</param>
/// <param name="Flow">Connection in that capture.</param>
/// <param name="FromClient">Direction of travel.</param>
/// <param name="Kind">What it says.</param>
/// <param name="Transmission">1 for the first of its kind in this direction with this sequence number, 2 for the next, …</param>
/// <param name="Answered">The other end answered it or showed later that it had it; false when nothing of the kind was seen up to the end of the capture; null for a RST.</param>
/// <param name="Sequence">Raw sequence number.</param>
/// <param name="Acknowledgment">Raw acknowledgment number; 0 without ACK.</param>
/// <param name="Window">Window field as it stands there, not scaled.</param>
/// <param name="Length">Payload bytes it carries.</param>
/// <param name="Ttl">TTL or hop limit as seen here.</param>
/// <param name="UsualTtl">TTL of the other packets of the same sender just before; null when there were none.</param>
/// <param name="IpId">IPv4 identification; null for IPv6, and when it is no longer known.</param>
/// <param name="DontFragment">DF set (IPv6: true).</param>
/// <param name="HasTimestamps">It carries the timestamp option.</param>
/// <param name="EcnSetup">ECE and CWR set on a SYN, ECE on a SYN-ACK (RFC 3168, 6.1.1).</param>
/// <param name="Seen">When it passed.</param>
/// <remarks><see cref="Fact.From"/> names its frame.</remarks>
public sealed record ControlSegment(
    VantagePoint At, Provenance From, int Capture, int Flow, bool FromClient, ControlKind Kind, int Transmission, bool? Answered,
    uint Sequence, uint Acknowledgment, int Window, int Length, int Ttl, int? UsualTtl, int? IpId, bool DontFragment, bool HasTimestamps,
    bool EcnSetup, Timestamp Seen) : Fact(At, From);

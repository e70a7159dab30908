using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Report.Journeys;

/// <summary>One packet with bytes that were asked for, at one stop.</summary>
/// <param name="Connection">Number of the connection in the report, from 0.</param>
/// <param name="Flow">The connection as it is seen there; its encapsulation names the outer headers.</param>
/// <param name="FromClient">Sent by its client.</param>
/// <param name="Transmission">Number of the transmission, from 1.</param>
/// <param name="Stop">Where; null where the path is not known.</param>
/// <param name="Begin">Relative sequence number of its first byte.</param>
/// <param name="Length">Payload bytes.</param>
/// <param name="DatagramLength">IP datagram in bytes, as captured.</param>
/// <param name="Ttl">TTL or hop limit of the innermost IP header.</param>
/// <param name="IpId">IP Identification; 0 for IPv6.</param>
/// <param name="Time">On the clock there.</param>
/// <param name="SinceFirst">After the first place it came by; null where clocks cannot be compared.</param>
/// <param name="Frame">Where to look it up.</param>
public sealed record TracedPacket(
    int Connection, TcpFlow Flow, bool FromClient, int Transmission, JourneyStop? Stop, long Begin, int Length, int DatagramLength, int Ttl, int IpId, Timestamp Time,
    TimeSpan? SinceFirst, Provenance Frame);

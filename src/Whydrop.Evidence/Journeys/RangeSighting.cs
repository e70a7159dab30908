namespace Whydrop.Evidence.Journeys;

/// <summary>A transmission of a byte range that was asked for, at one place: what came by there, when, and in what.</summary>
/// <param name="Capture">Capture stream of this sighting.</param>
/// <param name="Flow">Connection in it.</param>
/// <param name="FromClient">Direction of travel, in the words of this sighting.</param>
/// <param name="Transmission">Number of the transmission, from 1, in the order of the first places that saw each; the same at all places of one connection and direction.</param>
/// <param name="Place">Places between the sender and this one that were captured.</param>
/// <param name="StreamOffset">First byte, 0 being the first of the stream.</param>
/// <param name="Length">Payload bytes.</param>
/// <param name="DatagramLength">IP datagram in bytes, as captured.</param>
/// <param name="Ttl">TTL or hop limit of the innermost IP header.</param>
/// <param name="IpId">IP Identification of the innermost header; 0 for IPv6.</param>
/// <param name="Time">Time there, on the clock of this capture.</param>
/// <param name="SinceFirst">How long after the first place it came by, by the compared clocks; null where that cannot be said.</param>
public sealed record RangeSighting(
    VantagePoint At, Provenance From, int Capture, int Flow, bool FromClient, int Transmission, int Place, long StreamOffset, int Length, int DatagramLength,
    int Ttl, int IpId, Timestamp Time, TimeSpan? SinceFirst) : Fact(At, From);

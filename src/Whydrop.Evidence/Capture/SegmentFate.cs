namespace Whydrop.Evidence.Capture;

/// <summary>The fate of one transmission that was not plainly delivered. Plain deliveries are in <see cref="FateTally"/> only.</summary>
/// <param name="Flow">Connection in that capture.</param>
/// <param name="FromClient">Direction of travel.</param>
/// <param name="Sequence">Raw sequence number of the first byte.</param>
/// <param name="StreamOffset">Sequence relative to the first byte of the stream (Wireshark's relative number minus 1 after a SYN).</param>
/// <param name="Length">Payload bytes.</param>
/// <param name="DatagramLength">IP datagram in bytes as one segment on the wire; null when it was not seen here, or when that length is not certain (a frame the device has yet to cut).</param>
/// <param name="DontFragment">DF set (IPv6: always true); null when it was not seen here.</param>
/// <param name="Transmission">1 for the first transmission of these bytes seen here, 2 for the next, …</param>
/// <param name="Recovery">Why the sender sent it: null for a first transmission.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Proven">The receiver itself said so (SACK, duplicate ACK, D-SACK, later ACK). False: nothing was heard from the receiver afterwards.</param>
/// <param name="ProvenBy">Frame of that statement.</param>
/// <param name="Sent">When it passed here; for an unseen one, when its absence showed.</param>
/// <param name="NeverDelivered">No transmission of these bytes was acknowledged up to the end of the capture. Lost before this place and sent again: false, the later transmission, which came by, tells.</param>
/// <param name="DataOrdinal">How many data segments of this direction passed before it, from 0.</param>
/// <param name="BytesInFlight">Unacknowledged bytes before it.</param>
/// <param name="RttBefore">Last round trip measured before it.</param>
/// <remarks><see cref="Fact.From"/> names its frame; for an unseen one, the frame that showed its absence.</remarks>
public sealed record SegmentFate(
    VantagePoint At, Provenance From, int Capture, int Flow, bool FromClient, uint Sequence, long StreamOffset, int Length,
    int? DatagramLength, bool? DontFragment, int Transmission, Recovery? Recovery, Fate Fate, bool Proven, Provenance? ProvenBy,
    Timestamp Sent, bool NeverDelivered, long DataOrdinal, long BytesInFlight, TimeSpan? RttBefore) : Fact(At, From)
{
    /// <summary>Its receiver named it as received twice (D-SACK, RFC 2883): this transmission arrived as well.</summary>
    public bool CameTwice { get; init; }
}

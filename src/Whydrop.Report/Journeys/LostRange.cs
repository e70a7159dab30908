using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Report.Journeys;

/// <summary>One transmission that was seen at one stop and not at the next.</summary>
/// <param name="Connection">The connection as it is seen where the transmission was last seen.</param>
/// <param name="FromClient">Sent by its client.</param>
/// <param name="Kind">data, syn, syn-ack, fin or reset.</param>
/// <param name="Begin">Relative sequence number of its first byte, as Wireshark counts: 1 is the first byte of the stream.</param>
/// <param name="Length">Payload bytes.</param>
/// <param name="DatagramLength">IP datagram in bytes; null for what carries no data.</param>
/// <param name="DontFragment">DF set; null for what carries no data.</param>
/// <param name="From">Where it was last seen.</param>
/// <param name="To">Where it should have been seen next.</param>
/// <param name="Proven">It never came there; else it was just not seen.</param>
/// <param name="Reason">Why that is proven, or why it is not.</param>
/// <param name="Sent">When it was last seen, on the clock there.</param>
/// <param name="LaterSeen">A later transmission of the same bytes did pass; null for what carries no data.</param>
/// <param name="Frames">Its frame in every file that shows it, from the sender on.</param>
public sealed record LostRange(
    TcpFlow? Connection, bool FromClient, string Kind, long Begin, int Length, int? DatagramLength, bool? DontFragment, JourneyStop From, JourneyStop To,
    bool Proven, string Reason, Timestamp Sent, bool? LaterSeen, IReadOnlyList<Provenance> Frames);

using Whydrop.Evidence.Capture;

namespace Whydrop.Evidence.Journeys;

/// <summary>Where one transmission was last seen, and where it should have been seen next.</summary>
/// <param name="At">Where it was last seen; <see cref="Fact.From"/> names the frame there.</param>
/// <param name="Capture">Capture of the last sighting.</param>
/// <param name="Flow">Connection in that capture.</param>
/// <param name="FromClient">Direction of travel.</param>
/// <param name="Sequence">Raw sequence number of the first byte, as in that capture.</param>
/// <param name="Length">Payload bytes.</param>
/// <param name="DatagramLength">IP datagram in bytes at the last sighting.</param>
/// <param name="DontFragment">DF set (IPv6: true).</param>
/// <param name="MissingAt">The next vantage point that should have seen it.</param>
/// <param name="MissingCapture">Capture there.</param>
/// <param name="MissingFlow">Connection there; null when that capture saw nothing of it.</param>
/// <param name="MissingEncapsulation">Tunnel headers it would have worn there, as <see cref="TcpFlow.Encapsulation"/>.</param>
/// <param name="AbsenceProven">The capture there was alive and complete then and saw neighbours of the same flow, or is on the way of it without a way around.</param>
/// <param name="Reason">Why the absence is proven, or why it is not.</param>
/// <param name="LargestPassed">Largest IP datagram of this direction that was seen in both places (length at the first); null when none.</param>
/// <param name="LargestPassedFrame">Its frame there; null when none.</param>
/// <param name="LaterSeen">A later transmission of the same bytes did pass.</param>
/// <param name="Sent">When it was last seen.</param>
public sealed record SegmentPlacement(
    VantagePoint At, Provenance From, int Capture, int Flow, bool FromClient, uint Sequence, int Length, int DatagramLength,
    bool DontFragment, VantagePoint MissingAt, int MissingCapture, int? MissingFlow, string? MissingEncapsulation, bool AbsenceProven,
    string Reason, int? LargestPassed, Provenance? LargestPassedFrame, bool LaterSeen, Timestamp Sent) : Fact(At, From)
{
    /// <summary>Position in the stream, as <see cref="SegmentFate.StreamOffset"/>: the same at every place, whatever NAT and middleboxes change.</summary>
    public long StreamOffset { get; init; }

    /// <summary>Its frame at every place that saw it, from the sender on; the last is <see cref="Fact.From"/>.</summary>
    public IReadOnlyList<Provenance> SeenAt { get; init; } = [];
}

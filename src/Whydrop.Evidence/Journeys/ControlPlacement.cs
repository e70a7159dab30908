using Whydrop.Evidence.Capture;

namespace Whydrop.Evidence.Journeys;

/// <summary>Where a segment that opens or ends a connection was last seen, and where it should have been seen next.</summary>
/// <param name="At">Where it was last seen; <see cref="Fact.From"/> names the frame there.</param>
/// <param name="Capture">Capture of the last sighting.</param>
/// <param name="Flow">Connection in that capture.</param>
/// <param name="FromClient">Direction of travel.</param>
/// <param name="Kind">What it says.</param>
/// <param name="Sequence">Raw sequence number, as in that capture.</param>
/// <param name="Transmission">As <see cref="ControlSegment.Transmission"/> at the last sighting.</param>
/// <param name="MissingAt">The next vantage point that should have seen it.</param>
/// <param name="MissingCapture">Capture there.</param>
/// <param name="MissingFlow">Connection there; null when that capture saw nothing of it.</param>
/// <param name="AbsenceProven">The capture there was alive and complete then, and on the way of this connection or of others between the same ends.</param>
/// <param name="Reason">Why the absence is proven, or why it is not.</param>
/// <param name="Sent">When it was last seen.</param>
public sealed record ControlPlacement(
    VantagePoint At, Provenance From, int Capture, int Flow, bool FromClient, ControlKind Kind, uint Sequence, int Transmission,
    VantagePoint MissingAt, int MissingCapture, int? MissingFlow, bool AbsenceProven, string Reason, Timestamp Sent) : Fact(At, From);

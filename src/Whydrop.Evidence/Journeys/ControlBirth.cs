using Whydrop.Evidence.Capture;

namespace Whydrop.Evidence.Journeys;

/// <summary>A RST or FIN that was seen nearer to its receiver and never nearer to its claimed sender: something in between made it.</summary>
/// <param name="At">The place nearest to the claimed sender that saw it; <see cref="Fact.From"/> names the frame there.</param>
/// <param name="Capture">Capture there.</param>
/// <param name="Flow">Connection there.</param>
/// <param name="FromClient">Direction of travel.</param>
/// <param name="Kind">What it says.</param>
/// <param name="Sequence">Raw sequence number there.</param>
/// <param name="NotSeenAt">The next place towards the claimed sender.</param>
/// <param name="NotSeenCapture">Capture there.</param>
/// <param name="AbsenceProven">That capture was alive and complete then and saw others of the same direction.</param>
/// <param name="Reason">Why the absence is proven, or why it is not.</param>
/// <param name="Seen">When it passed.</param>
public sealed record ControlBirth(
    VantagePoint At, Provenance From, int Capture, int Flow, bool FromClient, ControlKind Kind, uint Sequence, VantagePoint NotSeenAt,
    int NotSeenCapture, bool AbsenceProven, string Reason, Timestamp Seen) : Fact(At, From);

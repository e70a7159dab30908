using Whydrop.Evidence.Capture;

namespace Whydrop.Evidence.Journeys;

/// <summary>A connection of one capture that was not followed into another one.</summary>
/// <param name="At">Where it was seen.</param>
/// <param name="From">Its first frame.</param>
/// <param name="Capture">Capture there (<see cref="CaptureSummary.Capture"/>).</param>
/// <param name="Flow">Connection there.</param>
/// <param name="Why">Which kind of reason.</param>
/// <param name="Reason">The reason in one line.</param>
public sealed record UnjoinedFlow(VantagePoint At, Provenance From, int Capture, int Flow, UnjoinedReason Why, string Reason) : Fact(At, From);

using Whydrop.Evidence.Capture;

namespace Whydrop.Evidence.Journeys;

/// <summary>One of the places of <see cref="PlainJourneys"/>.</summary>
/// <param name="Capture">Capture there (<see cref="CaptureSummary.Capture"/>).</param>
/// <param name="Flows">The connections there.</param>
public sealed record PlainStop(int Capture, IReadOnlyList<int> Flows);

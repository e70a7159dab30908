using Whydrop.Evidence.Capture;

namespace Whydrop.Evidence.Journeys;

/// <summary>The same connection seen in two captures, or twice in one, whatever NAT and tunnels changed.</summary>
/// <param name="Capture">Capture nearer to the client (<see cref="CaptureSummary.Capture"/>); <see cref="Fact.At"/> is its vantage point.</param>
/// <param name="Flow">Connection there.</param>
/// <param name="OtherAt">Vantage point of the other sighting.</param>
/// <param name="OtherCapture">Capture of the other sighting; may be the same one.</param>
/// <param name="OtherFlow">Connection there.</param>
/// <param name="MatchedSegments">Segments recognised as the same in both.</param>
/// <param name="ByHandshake">The initial sequence numbers of both directions agree.</param>
/// <param name="Translated">Addresses or ports differ: NAT between the two.</param>
/// <param name="ClockOffset">Clock of the other minus clock of this one.</param>
/// <param name="ClockError">Half the uncertainty of that offset.</param>
public sealed record FlowPairing(
    VantagePoint At, Provenance From, int Capture, int Flow, VantagePoint OtherAt, int OtherCapture, int OtherFlow,
    int MatchedSegments, bool ByHandshake, bool Translated, TimeSpan ClockOffset, TimeSpan ClockError) : Fact(At, From);

using Whydrop.Evidence.Capture;

namespace Whydrop.Evidence.Journeys;

/// <summary>A connection that ends at a host, and the only one that begins there in its time and carries about as many bytes: perhaps a proxy passes it on. Never more than a suspicion.</summary>
/// <param name="At">The host or network namespace between the two.</param>
/// <param name="From">First frame of the connection that ends there.</param>
/// <param name="Capture">Capture of that connection (<see cref="CaptureSummary.Capture"/>).</param>
/// <param name="Flow">That connection.</param>
/// <param name="OtherCapture">Capture of the connection that begins there.</param>
/// <param name="OtherFlow">That connection.</param>
/// <param name="Began">How much later the other began.</param>
/// <param name="Bytes">Payload bytes of the larger direction of the connection that ends there.</param>
/// <param name="OtherBytes">Those of the same direction of the other.</param>
public sealed record ProxiedConnection(
    VantagePoint At, Provenance From, int Capture, int Flow, int OtherCapture, int OtherFlow, TimeSpan Began, long Bytes, long OtherBytes) : Fact(At, From);

using System.Net;

namespace Whydrop.Evidence.Journeys;

/// <summary>A tunnel that came by a capture point and cannot be seen into.</summary>
/// <param name="At">Capture point.</param>
/// <param name="From">Its first frame.</param>
/// <param name="Capture">Capture there (<see cref="Evidence.Capture.CaptureSummary.Capture"/>).</param>
/// <param name="Kind">"ESP", "ESP in UDP" or "WireGuard".</param>
/// <param name="Near">Outer address of the end that sent the first frame.</param>
/// <param name="Far">Outer address of the other end.</param>
/// <param name="Frames">Frames in both directions.</param>
/// <param name="First">Time of the first one.</param>
/// <param name="Last">Time of the last one.</param>
public sealed record EncryptedTunnel(
    VantagePoint At, Provenance From, int Capture, string Kind, IPAddress Near, IPAddress Far, long Frames, Timestamp First, Timestamp Last) : Fact(At, From);

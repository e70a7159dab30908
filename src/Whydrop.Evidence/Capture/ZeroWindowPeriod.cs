namespace Whydrop.Evidence.Capture;

/// <summary>A time in which a receiver offered no window (RFC 9293, 3.8.6.1).</summary>
/// <param name="Capture">The capture (<see cref="CaptureSummary.Capture"/>).</param>
/// <param name="Flow">Connection in that capture.</param>
/// <param name="ReceiverIsClient">Which end did not read.</param>
/// <param name="Start">First acknowledgment with window 0.</param>
/// <param name="Duration">Until a window was offered again, or the connection or the capture ended.</param>
/// <param name="Probes">Probes of the sender in between.</param>
/// <param name="ProbesAnswered">Of these, acknowledged.</param>
/// <param name="Reopened">A window was offered again.</param>
public sealed record ZeroWindowPeriod(
    VantagePoint At, Provenance From, int Capture, int Flow, bool ReceiverIsClient, Timestamp Start, TimeSpan Duration, int Probes,
    int ProbesAnswered, bool Reopened) : Fact(At, From);

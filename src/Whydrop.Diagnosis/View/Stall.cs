using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>A silence of a connection, counted once: as the sighting nearest to whoever waits saw it.</summary>
/// <param name="ToServer">The connection, and its direction from the client.</param>
/// <param name="For">Whom it waits for.</param>
internal sealed record Stall(DirectionKey ToServer, Pause Pause, WaitsFor For)
{
    internal int Connection => ToServer.Connection;

    internal TimeSpan Duration => Pause.Duration;

    internal Provenance From => Pause.From;

    /// <summary>It lasted to the end of the capture.</summary>
    internal bool Unfinished => Pause.EndedBy == PauseEnd.EndOfCapture;

    // RFC 6298 (2.4): a retransmission time-out is a second or more; a stack that answers does so sooner.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Somebody waits for an acknowledgment that should have come, and sends again in the end (RFC 6298, 5.4). A sender that does not has been
    /// acknowledged, and the capture missed it. Waiting for an application is no symptom by itself: it may have nothing to say.
    /// </summary>
    internal bool Abnormal => For is (WaitsFor.ServerAcknowledgment or WaitsFor.ClientAcknowledgment) && Duration >= Long && Pause.EndedBy == PauseEnd.Retransmission;
}

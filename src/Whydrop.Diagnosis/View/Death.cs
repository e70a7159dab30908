using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>An established connection whose segments stop getting past one place, for good: they vanish there, or a RST made behind it answers them.</summary>
/// <param name="ToServer">The connection, and its direction from the client.</param>
/// <param name="Seen">Where what came last was last seen.</param>
/// <param name="Missing">Where it should have been next; null when no capture tells.</param>
/// <param name="Proven">Its absence there is proven, or that a RST was made in between.</param>
/// <param name="Capture">The capture at <paramref name="Seen"/>; the times are of its clock.</param>
/// <param name="Alive">When something of it passed last, or the earliest that may have been; null when silences were not listed.</param>
/// <param name="Dead">When the first of it did not.</param>
/// <param name="Reset">The RST that answered; null when there was silence.</param>
internal sealed record Death(
    DirectionKey ToServer, VantagePoint Seen, VantagePoint? Missing, bool Proven, int Capture, Timestamp? Alive, Timestamp Dead, ConnectionReset? Reset)
{
    internal int Connection => ToServer.Connection;

    /// <summary>The silence before it was too short to be listed: it was busy.</summary>
    internal bool Busy { get; init; }

    /// <summary>The silence before it, at most; null when not known.</summary>
    internal TimeSpan? Idle => Dead - Alive;

    /// <summary>Segments that vanished.</summary>
    internal IReadOnlyList<Loss> Losses { get; init; } = [];

    internal Provenance From => Reset?.From ?? Losses[0].From;
}

using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.View;

/// <summary>One RST, counted once whatever captures saw it.</summary>
/// <param name="Direction">The connection and the direction it travels in.</param>
/// <param name="FromClient">The client is its claimed sender.</param>
/// <param name="Sightings">The segment at each capture that saw it, the nearest to its claimed sender first.</param>
/// <param name="Phase">What had passed before it.</param>
internal sealed record ConnectionReset(DirectionKey Direction, bool FromClient, IReadOnlyList<ControlSegment> Sightings, ResetPhase Phase)
{
    /// <summary>As the sighting nearest to its claimed sender names them.</summary>
    internal required IPEndPoint Sender { get; init; }

    internal required IPEndPoint Receiver { get; init; }

    /// <summary>It is the first of its connection; others only follow.</summary>
    internal bool First { get; init; }

    /// <summary>A place nearer to its claimed sender did not see it; null when no such place is known.</summary>
    internal ControlBirth? Birth { get; init; }

    /// <summary>Its TTL is that of the other packets of its claimed sender in the same capture. Unknown without any.</summary>
    internal Answer TtlAgrees { get; init; }

    /// <summary>TTL of these, as printed for a reader; null without any.</summary>
    internal int? UsualTtl { get; init; }

    /// <summary>
    /// It was seen leaving on a device of the network namespace that owns its sender's address. No: it was born elsewhere, proven by a capture
    /// nearer to that end which did not see it.
    /// </summary>
    internal Answer LeftSender { get; init; }

    /// <summary>The kernel of its claimed sender counted RSTs sent (Tcp.OutRsts). No: it was read twice and counted none.</summary>
    internal Answer SenderCounted { get; init; }

    /// <summary>Its sender opened none after it, and had others or had asked before: a program that ends in the middle of its work, as a load generator does.</summary>
    internal bool SenderQuit { get; init; }

    /// <summary>Silence before it; zero when it came in the course of an exchange.</summary>
    internal TimeSpan Idle { get; init; }

    /// <summary>The silence it ended; null when it came in the course of an exchange.</summary>
    internal Pause? Silence { get; init; }

    /// <summary>
    /// How long the connection had been idle when its sender closed it (FIN), where data that crossed that FIN, or came after it, was reset. Null in all other cases.
    /// </summary>
    internal TimeSpan? IdleBeforeFin { get; init; }

    /// <summary>Bytes of the other end that its sender had not acknowledged by it, or by its FIN where it carries no acknowledgment; null when neither tells.</summary>
    internal long? NotTaken { get; init; }

    /// <summary>Bytes of its claimed sender that were never acknowledged, as far as is known of.</summary>
    internal long NotDelivered { get; init; }

    /// <summary>
    /// Bytes of an open connection that its claimed sender sent from its sequence number on: whoever ends a connection by it has sent all before. Where it carries
    /// no acknowledgment either, it answered a segment that found no connection (RFC 9293, 3.10.7.1), and the end that goes on sending knows nothing of it.
    /// </summary>
    internal long SentBeyond { get; init; }

    /// <summary>Data of its connection had been lost before and never arrived: whoever reset it gave up, and the loss is the cause.</summary>
    internal bool AfterLoss { get; init; }

    /// <summary>Nothing of its connection was lost for good before it. Unknown: not every loss of the capture is listed, or none was looked for.</summary>
    internal Answer AllArrived { get; init; }

    /// <summary>Data of its claimed sender and of the other end before it.</summary>
    internal long SentBytes { get; init; }

    internal long ReceivedBytes { get; init; }

    /// <summary>The segment where it was seen first.</summary>
    internal ControlSegment Segment => Sightings[0];

    internal Provenance From => Sightings[0].From;

    /// <summary>It ended a connection that had not ended: an application would tell its user.</summary>
    internal bool Abnormal => (First || IdleBeforeFin is not null) && Phase switch
    {
        ResetPhase.Refusal or ResetPhase.Handshake or ResetPhase.AfterBothFins => false,
        _ when Birth is { AbsenceProven: true } || TtlAgrees == Answer.No => true,
        ResetPhase.AfterPeerFin or ResetPhase.AfterOwnFin => NotTaken > 0,
        _ when !FromClient => true,

        // A client that has all it asked for may close so (SO_LINGER 0: load generators, health probes), and one that ends; one that waited, or left data, did not.
        // Whoever closes says by the RST what it has taken; without that, its kernel answers a segment of a connection that it does not know (RFC 9293, 3.10.7.1).
        _ => Segment.Acknowledgment == 0 || SentBeyond > 0 || (NotTaken > 0 && !SenderQuit) || NotDelivered > 0 || (SentBytes > 0 && ReceivedBytes == 0) || (Silence is { } pause && pause.DataFromClient == Segment.FromClient),
    };
}

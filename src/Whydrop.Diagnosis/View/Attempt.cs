using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>One attempt to open a connection, counted once whatever captures saw it.</summary>
/// <param name="ToServer">The connection, and its direction from the client.</param>
/// <param name="Client">The client as the sighting nearest to it names it.</param>
/// <param name="Server">The server as the client names it.</param>
/// <param name="ClientThere">The client as the sighting nearest to the server names it.</param>
/// <param name="ServerThere">The server as the sighting nearest to it names it.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="From">Its first SYN, at the sighting nearest to the client.</param>
internal sealed record Attempt(
    DirectionKey ToServer, IPEndPoint Client, IPEndPoint Server, IPEndPoint ClientThere, IPEndPoint ServerThere, AttemptOutcome Outcome, Provenance From)
{
    internal int Connection => ToServer.Connection;

    internal DirectionKey ToClient => ToServer with { FromClient = !ToServer.FromClient };

    /// <summary>Sightings of its SYN, the nearest to the client first.</summary>
    internal IReadOnlyList<TcpFlow> SeenAt { get; init; } = [];

    /// <summary>Each SYN as the sighting nearest to the client saw it; empty when the opening was plain.</summary>
    internal IReadOnlyList<ControlSegment> Syns { get; init; } = [];

    /// <summary>The same at the sighting nearest to the server that saw any.</summary>
    internal IReadOnlyList<ControlSegment> SynsThere { get; init; } = [];

    /// <summary>Each SYN-ACK as the sighting nearest to the server saw it; empty when the opening was plain or nothing answered.</summary>
    internal IReadOnlyList<ControlSegment> SynAcks { get; init; } = [];

    /// <summary>Each SYN-ACK as the sighting nearest to the client saw it.</summary>
    internal IReadOnlyList<ControlSegment> SynAcksHere { get; init; } = [];

    /// <summary>When the SYNs were sent, by the clock of the sighting nearest to the client; one entry for a plain opening.</summary>
    internal IReadOnlyList<Timestamp> SynTimes { get; init; } = [];

    /// <summary>First SYN to the first SYN-ACK at the sighting nearest to the client; null when not seen there.</summary>
    internal TimeSpan? Took { get; init; }

    /// <summary>RSTs of its client before anything was exchanged, as after a challenge ACK.</summary>
    internal IReadOnlyList<ConnectionReset> ClientResets { get; init; } = [];

    /// <summary>The RST that answered it; null unless it was refused.</summary>
    internal ConnectionReset? Refusal { get; init; }

    /// <summary>ICMP errors that quote its SYN, in the order of their times.</summary>
    internal IReadOnlyList<IcmpError> IcmpErrors { get; init; } = [];

    /// <summary>Transmissions of its SYN that another capture should have seen and did not.</summary>
    internal IReadOnlyList<LostControl> LostSyns { get; init; } = [];

    /// <summary>The same for its SYN-ACK.</summary>
    internal IReadOnlyList<LostControl> LostSynAcks { get; init; } = [];

    /// <summary>
    /// A SYN was seen on a device of the network namespace that owns the server's address. No: its absence there is proven. That says nothing of
    /// what follows the tap: netfilter, routing and the socket are behind it.
    /// </summary>
    internal Answer SynArrived { get; init; }

    /// <summary>A SYN-ACK was seen on a device of the network namespace that owns the client's address. No: its absence there is proven.</summary>
    internal Answer SynAckArrived { get; init; }

    /// <summary>Nothing was opened.</summary>
    internal bool Failed => Outcome is AttemptOutcome.Refused or AttemptOutcome.IcmpError or AttemptOutcome.Unanswered or AttemptOutcome.HalfOpen;

    /// <summary>It was opened, but not by the first SYN or its answer. An answer that comes again sooner than any timer sends it (RFC 6298, 2.1; Linux TCP_RTO_MIN) is a copy.</summary>
    internal bool Slow => Outcome == AttemptOutcome.Established && (SynTimes.Count > 1 || (SynAcks.Count > 1 && SynAcks[^1].Seen - SynAcks[0].Seen >= ShortestTimer));

    private static readonly TimeSpan ShortestTimer = TimeSpan.FromMilliseconds(200);

    /// <summary>It opened late or never, and no place on the way is proven to have lost its SYN or SYN-ACK: what is left is the server's own kernel.</summary>
    internal bool LeftToServer => (Outcome is AttemptOutcome.Unanswered or AttemptOutcome.HalfOpen || Slow) && !LostSyns.Any(l => l.Proven) && !LostSynAcks.Any(l => l.Proven);

    /// <summary>It arrived at the server's network namespace and no answer was seen.</summary>
    internal bool ArrivedInVain => SynArrived == Answer.Yes && Outcome is (AttemptOutcome.Unanswered or AttemptOutcome.IcmpError);

    /// <summary>Last place that saw a SYN on its way to the server: the nearest to the server.</summary>
    internal VantagePoint? SynLastSeen => SeenAt.Count == 0 ? null : SeenAt[^1].At;

    /// <summary>Frames of all its SYNs, for the reader to look up.</summary>
    internal IReadOnlyList<Provenance> Frames => Syns.Count == 0 ? [From] : [.. Syns.Select(s => s.From)];

    /// <summary>"3 SYNs over 7 s": the figures of the ladder.</summary>
    internal string Ladder => SynTimes.Count < 2 ? "1 SYN" : string.Create(null, $"{SynTimes.Count} SYNs over {(SynTimes[^1] - SynTimes[0]).TotalSeconds:0.#} s");
}

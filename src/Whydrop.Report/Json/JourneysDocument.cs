using System.ComponentModel;

namespace Whydrop.Report.Json;

// The contract "whydrop.journeys/1": every change that a reader of it could notice gets a new number.

[Description("Connections followed across captures: what each hop did in each direction, and what was lost where.")]
internal sealed record JourneysDocument(
    string Schema,
    [property: Description("Version of Whydrop.")] string Version,
    [property: Description("Name of the case.")] string Case,
    [property: Description("Connections seen at two stops or more.")] int Joined,
    [property: Description("Places in the order of the way, path by path.")] IReadOnlyList<StopElement> Stops,
    [property: Description("Two stops and one direction each. Segments in are segments out, lost and unknown.")] IReadOnlyList<HopElement> Hops,
    [property: Description("Transmissions seen at one stop and not at the next, all of them.")] IReadOnlyList<LostElement> Lost,
    [property: Description("Every packet with bytes of the range that was asked for, by connection, direction and transmission; left out when none was.")] IReadOnlyList<TracedElement>? Range,
    [property: Description("Connections that were seen at one place only, or are not followed.")] IReadOnlyList<UnjoinedElement> Unjoined,
    [property: Description("Translations that packets show otherwise than connection tracking tables or objects of the cluster say.")] IReadOnlyList<ContradictionElement> Contradictions,
    [property: Description("Connections that a proxy may have passed on as another: by time and size only, their packets have nothing in common.")] IReadOnlyList<ProxiedElement> Proxied,
    [property: Description("What of the captures was not read or joined.")] IReadOnlyList<GapElement> Gaps);

internal sealed record StopElement(
    [property: Description("Number that hops and losses name it by.")] int Stop,
    string Name,
    [property: Description("Stops of different paths share no connection.")] int Path,
    PlaceElement At,
    string Source,
    [property: Description("Kind of tunnel that the connections wear there.")] string? Tunnel,
    int Connections,
    [property: Description("Client and server of one of them as seen there, the same one at all stops it passes.")] string? Example,
    [property: Description("Left out when it cannot be compared.")] ClockElement? Clock);

internal sealed record ClockElement(
    [property: Description("File with the clock that all are compared with.")] string ComparedWith,
    [property: Description("Half the uncertainty of the offsets.")] double? ErrorMs,
    [property: Description("One; more when a clock stepped.")] IReadOnlyList<ClockPieceElement> Pieces);

internal sealed record ClockPieceElement(
    [property: Description("RFC 3339, UTC, on the clock compared with.")] string Begin,
    [property: Description("This clock minus the other at the begin.")] double OffsetSeconds,
    double DriftPpm);

internal sealed record HopElement(
    [property: Description("Stop nearer to the sender; left out before the first.")] int? From,
    [property: Description("Stop nearer to the receiver; left out beyond the last.")] int? To,
    int Path,
    [property: Description("In the order of the stops.")] bool Forward,
    [property: Description("False: lost between the two, but captures between them cannot say where.")] bool Neighbours,
    int Connections,
    [property: Description("Segments with data seen at the first stop.")] long SegmentsIn,
    [property: Description("Of these, seen at the second or further on.")] long SegmentsOut,
    [property: Description("Of these, proven not to have reached the second.")] long Lost,
    [property: Description("Of these, neither seen there nor proven lost.")] long Unknown,
    [property: Description("Took longer than the fastest by more than a round trip and a millisecond.")] long Delayed,
    [property: Description("Arrived when their bytes had been sent again.")] long Late,
    [property: Description("Seen once before the hop and more than once after it.")] long Duplicated,
    [property: Description("Came by the first stop again and again with falling TTL.")] long Looped,
    long BytesIn,
    long BytesOut,
    long BytesLost,
    [property: Description("SYN, FIN and RST proven not to have reached the second stop.")] long ControlLost,
    [property: Description("SYN, FIN and RST not seen there, without proof.")] long ControlUnknown,
    [property: Description("One-way delay of all datagrams; left out when the clocks cannot be compared.")] DelayElement? Delay);

internal sealed record DelayElement(
    long Samples,
    double MinMs,
    double P50Ms,
    double P90Ms,
    double P99Ms,
    double MaxMs,
    [property: Description("All may be shifted by this much, either way.")] double? ErrorMs);

internal sealed record LostElement(
    [property: Description("data, syn, syn-ack, fin or reset.")] string Kind,
    int From,
    int To,
    [property: Description("As the connection is seen at the stop where the transmission was last seen.")] string? Client,
    string? Server,
    string? ClientName,
    string? ServerName,
    [property: Description("Sent by the client.")] bool FromClient,
    [property: Description("Relative sequence number of its first byte; 1 is the first byte of the stream.")] long Begin,
    int Length,
    int? DatagramLength,
    bool? DontFragment,
    [property: Description("It never reached the second stop; else it was just not seen there.")] bool Proven,
    string Reason,
    [property: Description("RFC 3339, UTC, on the clock of the first stop.")] string Sent,
    [property: Description("A later transmission of the same bytes passed.")] bool? LaterSeen,
    [property: Description("Its frame in every file that shows it, from the sender on.")] IReadOnlyList<EvidenceElement> Frames);

internal sealed record TracedElement(
    [property: Description("Equal for packets of one connection.")] int Connection,
    [property: Description("As the connection is seen there.")] string Client,
    string Server,
    [property: Description("Sent by the client.")] bool FromClient,
    [property: Description("The same at all stops that the transmission came by; from 1.")] int Transmission,
    [property: Description("Left out where its path is not known.")] int? Stop,
    [property: Description("RFC 3339, UTC, on the clock there.")] string Time,
    [property: Description("After the first stop it came by; left out when the clocks cannot be compared.")] double? SinceFirstMs,
    [property: Description("Relative sequence number of its first byte.")] long Begin,
    int Length,
    int DatagramLength,
    int Ttl,
    [property: Description("IP Identification; 0 for IPv6.")] int IpId,
    [property: Description("Outer headers there.")] string? Encapsulation,
    EvidenceElement Frame);

internal sealed record UnjoinedElement(
    [property: Description("no-counterpart, not-listed, not-running, ambiguous, order-unknown, encrypted or not-followed.")] string Why,
    PlaceElement At,
    string Source,
    string Reason,
    int Connections,
    [property: Description("Client and server of some of them.")] IReadOnlyList<string> Examples);

internal sealed record ContradictionElement(
    [property: Description("Ends before the translation.")] string Client,
    string Server,
    [property: Description("Ends after it, in the packets.")] string SeenClient,
    string SeenServer,
    [property: Description("What is said instead.")] string Said,
    EvidenceElement From);

internal sealed record ProxiedElement(
    [property: Description("Host or network namespace between the two.")] PlaceElement At,
    [property: Description("The connection that ends there, and its payload bytes in the larger direction.")] string Client,
    string Server,
    long Bytes,
    [property: Description("The connection that begins there, and its payload bytes in the same direction.")] string OtherClient,
    string OtherServer,
    long OtherBytes,
    double BeganLaterMs,
    EvidenceElement From);

using System.ComponentModel;
using System.Text.Json.Serialization;
using Whydrop.Diagnosis;
using Whydrop.Diagnosis.Counters;
using Whydrop.Evidence;

namespace Whydrop.Report.Json;

// The published contract "whydrop.verdict/1": adding a property is compatible, renaming or removing one is not.

[Description("The answer of Whydrop to one case.")]
internal sealed record VerdictDocument(
    [property: Description("Identifies this contract.")] string Schema,
    [property: Description("Version of the program that wrote it.")] string Version,
    [property: Description("Name of the case.")] string Case,
    [property: Description("The case in one word."), JsonConverter(typeof(KebabCaseConverter<Outcome>))] Outcome Outcome,
    [property: Description("Why, in one sentence.")] string Reason,
    [property: Description("Ordered by how much each explains and how sure it is; the first is the answer.")] IReadOnlyList<VerdictElement> Verdicts,
    [property: Description("Every transmission and its fate.")] LedgerElement Ledger,
    [property: Description("What captures and counters fake; recognised before any verdict.")] IReadOnlyList<ArtefactElement> Artefacts,
    [property: Description("Connections with losses, else the largest.")] IReadOnlyList<FlowElement> Flows,
    [property: Description("What happened, in order of time.")] IReadOnlyList<TimelineElement> Timeline,
    [property: Description("What to collect to decide what is open.")] IReadOnlyList<NextEvidenceElement> NextEvidence,
    [property: Description("What was not collected or could not be read.")] IReadOnlyList<GapElement> Gaps,
    [property: Description("Every file of the case.")] IReadOnlyList<FileElement> Files)
{
    [Description("Protocol counters that are outside their healthy range, by network namespace.")]
    public IReadOnlyList<CounterTableElement>? Counters { get; init; }

    [Description("Settings of the network stacks side by side.")]
    public LayersElement? Layers { get; init; }
}

[Description("Protocol counters of one network namespace, worst first.")]
internal sealed record CounterTableElement(
    PlaceElement At,
    [property: Description("There were two readings: growth is judged. Else values since the namespace was made are.")] bool Twice,
    [property: Description("What the counters of receive queues say together, when these overran.")] string? Overrun,
    [property: Description("Why a larger receive buffer is not the first answer; with overrun only.")] string? NotTheBuffer,
    IReadOnlyList<CounterElement> Rows);

internal sealed record CounterElement(
    [property: Description("Kernel spelling with its group: TcpExt.PruneCalled.")] string Counter,
    [property: JsonConverter(typeof(KebabCaseConverter<CounterHealth>))] CounterHealth Health,
    [property: Description("The latest reading.")] long? Value,
    [property: Description("Growth between two readings.")] long? Delta,
    [property: Description("Share of its base, 0 to 1.")] double? Ratio,
    [property: Description("Its base.")] string? RatioOf,
    [property: Description("Its healthy range in words.")] string Healthy,
    string Meaning,
    string Reason,
    EvidenceElement Evidence);

[Description("Settings side by side: differences that matter first.")]
internal sealed record LayersElement(
    [property: Description("The network stacks, in the order of the values.")] IReadOnlyList<PlaceElement> Stacks,
    IReadOnlyList<LayerElement> Settings);

internal sealed record LayerElement(
    string Setting,
    [property: Description("One for each stack; empty where it was not collected or does not exist.")] IReadOnlyList<string> Values,
    bool Differs,
    [property: Description("What the difference does, when it can explain that one works and another does not.")] string? Why,
    IReadOnlyList<EvidenceElement> Evidence);

[Description("Every protocol counter of a dump with its meaning.")]
internal sealed record CountersDocument(
    [property: Description("Identifies this contract.")] string Schema,
    string Version,
    IReadOnlyList<CounterTableElement> Tables,
    IReadOnlyList<GapElement> Gaps);

[Description("The settings of every layer of a case.")]
internal sealed record LayersDocument(
    [property: Description("Identifies this contract.")] string Schema,
    string Version,
    LayersElement? Layers,
    IReadOnlyList<GapElement> Gaps);

[Description("A fault judged against the case, for one scope.")]
internal sealed record VerdictElement(
    [property: Description("Id in the catalogue, kebab-case.")] string Fault,
    [property: Description("What is broken, as an operator would say it.")] string Name,
    [property: JsonConverter(typeof(KebabCaseConverter<VerdictStatus>))] VerdictStatus Status,
    PlaceElement Scope,
    string Summary,
    ExplainsElement Explains,
    IReadOnlyList<ReadingElement> Readings,
    [property: Description("Where the datagrams it explains were seen, at most a few dozen.")] IReadOnlyList<EvidenceElement> Frames,
    string Remedy,
    string Verify);

[Description("A place; an unknown part is null.")]
internal sealed record PlaceElement(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Node,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Netns,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Interface);

internal sealed record ExplainsElement(
    [property: Description("Lost transmissions the fault covers.")] long Segments,
    [property: Description("All lost transmissions of the case.")] long OfSegments,
    [property: Description("Payload bytes of those covered.")] long Bytes,
    [property: Description("Connections in trouble the fault covers: not opened, opened late, reset before their end, or stalled.")] long Connections,
    [property: Description("All connections of the case in such trouble.")] long OfConnections);

internal sealed record ReadingElement(
    string Question,
    [property: Description("How the things it looks at combine: of a question for none, yes means that none did."), JsonConverter(typeof(KebabCaseConverter<Quantifier>))] Quantifier Quantifier,
    [property: JsonConverter(typeof(KebabCaseConverter<QuestionRole>))] QuestionRole Role,
    [property: Description("The look-alike a discriminator separates from.")] string? LookAlike,
    [property: Description("yes speaks for the fault, no against it."), JsonConverter(typeof(KebabCaseConverter<Answer>))] Answer Answer,
    [property: Description("The figures behind the answer.")] string Text,
    IReadOnlyList<EvidenceElement> Evidence);

[Description("Where something can be looked up: a frame of a capture or a line of a text.")]
internal sealed record EvidenceElement(
    [property: Description("Path inside the case.")] string Source,
    [property: Description("Frame number from 1, as Wireshark counts.")] long? Frame,
    [property: Description("Line number from 1.")] long? Line);

internal sealed record LedgerElement(
    [property: Description("Payload bytes of all transmissions; the rows sum to it.")] long DataBytes,
    [property: Description("Transmissions with data; the rows sum to it.")] long DataSegments,
    [property: Description("Distinct stream bytes.")] long UniqueBytes,
    [property: Description("Lost transmissions that no verdict accounts for.")] long UnexplainedSegments,
    long UnexplainedBytes,
    IReadOnlyList<FateElement> Fates);

internal sealed record FateElement(
    [property: Description("delivered, lost, reordered, duplicated, copied, looped, retransmitted-needlessly, not-captured or unknown.")] string Fate,
    [property: Description("For a loss: where it was last seen and where it should have been seen next; \"?\" for a place not known.")] IReadOnlyList<string>? Between,
    [property: Description("The absence at the second place is proven.")] bool? Proven,
    long Segments,
    long Bytes,
    long UniqueBytes,
    [property: Description("Of the lost ones, how many a standing verdict accounts for.")] long? Explained);

internal sealed record ArtefactElement(
    string Id, string Name, PlaceElement At, long Count, string Text, string Handling, IReadOnlyList<EvidenceElement> Evidence);

internal sealed record TimelineElement(
    [property: Description("RFC 3339, UTC.")] string Time, PlaceElement At, string What, EvidenceElement Evidence);

internal sealed record NextEvidenceElement(
    PlaceElement Where,
    [property: Description("Ready to paste.")] string Command,
    double? DurationSeconds,
    string Why);

internal sealed record GapElement(
    [property: JsonConverter(typeof(KebabCaseConverter<GapKind>))] GapKind Kind, PlaceElement At, string Source, long? Frame, long? Line, string Reason);

internal sealed record FileElement(string Path, string Kind, string At, string How);

[Description("A TCP connection as one capture saw it.")]
internal sealed record FlowElement(
    string Source,
    [property: Description("Capture stream of the case, from 0.")] int Capture,
    [property: Description("Number of the connection in that capture, from 0, as Wireshark's tcp.stream.")] int Flow,
    PlaceElement At,
    string Client,
    string Server,
    string? Encapsulation,
    [property: Description("What the cluster's objects call the client's address at that time: p/namespace/pod, s/namespace/service:port, n/node.")] string? ClientName,
    [property: Description("As clientName, of the server.")] string? ServerName,
    [property: Description("RFC 3339, UTC.")] string First,
    string Last,
    double DurationSeconds,
    long Frames,
    bool Synchronised,
    double? HandshakeRttMs,
    SenderElement FromClient,
    SenderElement FromServer);

[Description("What one end of a connection sent.")]
internal sealed record SenderElement(
    long Segments,
    long Bytes,
    long UniqueBytes,
    long Retransmissions,
    [property: Description("Transmissions lost, as far as details were kept.")] long Lost,
    int? Mss,
    int? WindowScale,
    bool? SackPermitted,
    bool Timestamps,
    [property: Description("Largest IP datagram in bytes.")] int LargestDatagram,
    [property: Description("Largest IP datagram whose bytes were acknowledged.")] int LargestDelivered,
    int? Ttl,
    double? MinRttMs,
    double? SmoothedRttMs,
    [property: Description("Counts by Wireshark's name.")] IReadOnlyDictionary<string, long> Observations,
    bool Fin,
    long? ResetFrame,
    [property: Description("File of resetFrame, when another file of a rotating capture than source holds it.")] string? ResetSource);

using Whydrop.Capture;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Control;
using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Paths;
using Whydrop.Journeys.Placement;
using Whydrop.Journeys.Translation;

namespace Whydrop.Journeys;

/// <summary>Follows the same byte ranges across everything that was captured: several files, several interfaces in one, before and after NAT and tunnels.</summary>
public static class JourneyJoin
{
    /// <summary>Segments kept in memory at a time: 40 bytes each, so 240 MB.</summary>
    public const long MostRecords = 6_000_000;

    /// <summary>Reads the captures once more and says where transmissions were last seen and where they are missing.</summary>
    /// <param name="sources">The capture files of the case.</param>
    /// <param name="captureFacts">
    /// What the first reading found (<see cref="TcpFlow"/>, <see cref="SegmentFate"/>, <see cref="CaptureSummary"/>, <see cref="ControlSegment"/>,
    /// <see cref="EncryptedTunnel"/>, <see cref="NeighbourQuery"/>), and addresses, routes and rules, which say where a packet should have come by that nobody saw there.
    /// </param>
    /// <param name="ct">Ends the work between batches of frames.</param>
    /// <returns><see cref="FlowPairing"/>, <see cref="SegmentPlacement"/>, <see cref="HopSummary"/>, <see cref="PlainJourneys"/>, <see cref="ControlPlacement"/>, <see cref="ControlBirth"/>, <see cref="ClockComparison"/>, <see cref="UnjoinedFlow"/>, <see cref="TranslationContradiction"/>, <see cref="ProxiedConnection"/>, <see cref="TcpFlow"/> of <see cref="JourneySource.Clean"/> where one connection is told by itself, and a <see cref="Gap"/> for whatever could not be joined.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<Fact> Run(IReadOnlyList<JourneySource> sources, FactSet captureFacts, CancellationToken ct) => Run(sources, captureFacts, out _, ct);

    /// <summary>The same, and what the captures by themselves said wrongly.</summary>
    /// <param name="revisions">For <see cref="FateRevision.Apply"/> to the facts of the captures.</param>
    /// <inheritdoc cref="Run(IReadOnlyList{JourneySource}, FactSet, CancellationToken)"/>
    public static IReadOnlyList<Fact> Run(
        IReadOnlyList<JourneySource> sources, FactSet captureFacts, out IReadOnlyList<FateRevision> revisions, CancellationToken ct) =>
        Run(sources, captureFacts, Following.Troubled, out revisions, ct);

    /// <summary>The same, with more or fewer connections.</summary>
    /// <param name="following">Which connections are followed.</param>
    /// <inheritdoc cref="Run(IReadOnlyList{JourneySource}, FactSet, out IReadOnlyList{FateRevision}, CancellationToken)"/>
    public static IReadOnlyList<Fact> Run(
        IReadOnlyList<JourneySource> sources, FactSet captureFacts, Following following, out IReadOnlyList<FateRevision> revisions, CancellationToken ct) =>
        Run(sources, captureFacts, following, null, out revisions, ct);

    /// <summary>The same, with the journeys of some bytes one by one.</summary>
    /// <param name="traced">Told as <see cref="RangeSighting"/>, whatever became of them; null for none.</param>
    /// <inheritdoc cref="Run(IReadOnlyList{JourneySource}, FactSet, Following, out IReadOnlyList{FateRevision}, CancellationToken)"/>
    public static IReadOnlyList<Fact> Run(
        IReadOnlyList<JourneySource> sources, FactSet captureFacts, Following following, TracedRange? traced, out IReadOnlyList<FateRevision> revisions, CancellationToken ct) =>
        Run(sources, captureFacts, following, traced, MostRecords, out revisions, ct);

    /// <param name="mostRecords">Segments kept at a time.</param>
    internal static IReadOnlyList<Fact> Run(
        IReadOnlyList<JourneySource> sources, FactSet captureFacts, Following following, TracedRange? traced, long mostRecords, out IReadOnlyList<FateRevision> revisions, CancellationToken ct)
    {
        var flows = new CaseFlows(sources, captureFacts);
        var facts = Join(sources, flows, captureFacts, following, traced, mostRecords, out revisions, ct);
        var asked = facts.OfType<ProxiedConnection>().SelectMany(p => new[] { (p.Capture, p.Flow), (p.OtherCapture, p.OtherFlow) }).ToHashSet();
        facts.AddRange(flows.Sightings.Where(s => s.IsUntold && (!s.IsTogether || asked.Contains((s.Capture, s.FlowNumber)))).Select(s => s.Flow));
        return facts;
    }

    private static List<Fact> Join(
        IReadOnlyList<JourneySource> sources, CaseFlows flows, FactSet captureFacts, Following following, TracedRange? traced, long mostRecords, out IReadOnlyList<FateRevision> revisions, CancellationToken ct)
    {
        revisions = [];
        var facts = new List<Fact>();
        var selection = SightingSelection.Choose(flows, following, mostRecords);
        if (selection.LeftOut > 0)
        {
            facts.Add(LimitGap(sources, $"{selection.LeftOut} connections were not followed across captures: more than {mostRecords} segments"));
        }

        if (selection.Chosen.Count == 0 || (selection.Chosen.Count < 2 && flows.Summaries.Count < 2))
        {
            return facts;
        }

        var reading = new SecondReading(sources, flows, mostRecords);
        facts.AddRange(reading.Run(selection.Chosen, ct));
        var grouping = ConnectionGrouping.Run(flows, selection.Chosen);
        var nodes = new LinkPeers(captureFacts).Nodes();
        var clocks = new ClockTable(grouping.Connections, (a, b) => SameNode(flows, nodes, a, b));
        var followed = new FollowedConnections(flows, captureFacts, grouping, clocks, new EncryptedTraffic(captureFacts), following, traced);
        facts.AddRange(followed.Take(grouping, learnt: false, ct));
        foreach (var part in selection.Further)
        {
            facts.AddRange(reading.Run(part, ct));
            followed.Learn(ConnectionGrouping.Run(flows, part), ct);
            reading.LetGo(part);
        }

        facts.AddRange(followed.Rest(ct));
        reading.LetGo(selection.Chosen);
        foreach (var part in selection.Further)
        {
            _ = reading.Run(part, ct);
            facts.AddRange(followed.Take(ConnectionGrouping.Run(flows, part), learnt: true, ct));
            facts.AddRange(followed.Rest(ct));
            reading.LetGo(part);
        }

        facts.AddRange(followed.Whole());
        revisions = followed.Revisions;
        return facts;
    }

    /// <summary>One kernel keeps the time of both: they are of one host of the case, or of hosts that a virtual cable joins.</summary>
    private static bool SameNode(CaseFlows flows, IReadOnlyDictionary<string, string> nodes, int a, int b)
    {
        string? Node(int source) => flows.SummariesOf(source).Select(s => s.At.Node).FirstOrDefault(n => n is not null) is { } node ? nodes.GetValueOrDefault(node, node) : null;
        return Node(a) is { } node && Node(b) == node;
    }

    private static Gap LimitGap(IReadOnlyList<JourneySource> sources, string reason) =>
        new(VantagePoint.Unknown, new Provenance(sources[0].Source), GapKind.Limited, reason);
}

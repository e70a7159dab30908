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
    /// <summary>Reads the captures once more and says where transmissions were last seen and where they are missing.</summary>
    /// <param name="sources">The capture files of the case.</param>
    /// <param name="captureFacts">
    /// What the first reading found (<see cref="TcpFlow"/>, <see cref="SegmentFate"/>, <see cref="CaptureSummary"/>, <see cref="ControlSegment"/>,
    /// <see cref="NeighbourQuery"/>), and addresses, routes and rules, which say where a packet should have come by that nobody saw there.
    /// </param>
    /// <param name="ct">Ends the work between batches of frames.</param>
    /// <returns><see cref="FlowPairing"/>, <see cref="SegmentPlacement"/>, <see cref="HopSummary"/>, <see cref="ControlPlacement"/>, <see cref="ControlBirth"/>, <see cref="ClockComparison"/>, <see cref="UnjoinedFlow"/>, <see cref="EncryptedTunnel"/>, <see cref="TranslationContradiction"/>, and a <see cref="Gap"/> for whatever could not be joined.</returns>
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
        IReadOnlyList<JourneySource> sources, FactSet captureFacts, Following following, out IReadOnlyList<FateRevision> revisions, CancellationToken ct)
    {
        revisions = [];
        var facts = new List<Fact>();
        var flows = new CaseFlows(sources, captureFacts);
        var selection = SightingSelection.Choose(flows, following);
        if (selection.LeftOut > 0)
        {
            facts.Add(LimitGap(sources, $"{selection.LeftOut} connections were not followed across captures: more than {SightingSelection.MostRecords} segments"));
        }

        if (selection.Chosen.Count == 0 || (selection.Chosen.Count < 2 && flows.Summaries.Count < 2))
        {
            return facts;
        }

        var encrypted = new EncryptedTraffic();
        Collect(sources, flows, selection, encrypted, facts, ct);
        var grouping = ConnectionGrouping.Run(selection.Chosen);
        var nodes = new LinkPeers(captureFacts).Nodes();
        var clocks = new ClockTable(grouping.Connections, (a, b) => SameNode(flows, nodes, a, b));
        facts.AddRange(Follow(flows, captureFacts, grouping, clocks, encrypted, out revisions, ct));
        facts.AddRange(grouping.Ambiguous.Select(AmbiguityGap));
        return facts;
    }

    private static List<Fact> Follow(
        CaseFlows flows, FactSet captureFacts, ConnectionGrouping grouping, ClockTable clocks, EncryptedTraffic encrypted, out IReadOnlyList<FateRevision> revisions, CancellationToken ct)
    {
        var facts = new List<Fact>();
        var absence = new AbsenceProof(flows, clocks, encrypted);
        var told = new ToldFates(captureFacts);
        var opening = new ControlJourneys(flows, captureFacts, grouping, clocks, absence, told.Doubted);
        var journeys = new List<DirectionJourney>();
        var unjoined = new UnjoinedFlows(flows, clocks, encrypted);
        var chains = new List<PathChain>();
        var translations = new NatMap(captureFacts);
        foreach (var connection in grouping.Connections)
        {
            ct.ThrowIfCancellationRequested();
            connection.Settle(opening.Order);
            var chain = PathChain.Of(connection);
            chains.Add(chain);
            facts.AddRange(Pairings(connection, chain, clocks));
            facts.AddRange(unjoined.OrderUnknown(chain));
            facts.AddRange(translations.Contradictions(connection, chain.Sightings));
            foreach (var direction in Directions(connection, chain, clocks, absence, told))
            {
                if (direction.IsPlain)
                {
                    facts.AddRange(direction.Facts());
                }
                else
                {
                    journeys.Add(direction);
                }
            }

            opening.Add(connection, chain.Sightings);
        }

        // A frame that one connection shows to be missing from a capture makes that capture's silence on all others worth less.
        journeys.ForEach(j => j.FindMissed());
        facts.AddRange(journeys.SelectMany(j => j.Facts()));
        var listed = Listed(captureFacts);
        revisions = [.. journeys.SelectMany(j => j.Revisions(listed))];
        facts.AddRange(encrypted.All);
        facts.AddRange(new EncryptedGaps(flows, clocks, encrypted).Of([.. grouping.Connections.Select(c => c.Members), .. grouping.Single.Select(s => new[] { s })]));
        facts.AddRange(ClockFacts.Of(flows, chains, clocks));
        facts.AddRange(unjoined.Ambiguous(grouping.Ambiguous));
        foreach (var single in grouping.Single)
        {
            facts.Add(unjoined.Alone(single));
            opening.Add(Connection.Single(single), [single]);
        }

        facts.AddRange(opening.Facts(ct));
        return facts;
    }

    private static void Collect(
        IReadOnlyList<JourneySource> sources, CaseFlows flows, SightingSelection selection, EncryptedTraffic encrypted, List<Fact> facts,
        CancellationToken ct)
    {
        var records = 0L;
        for (var i = 0; i < sources.Count; i++)
        {
            // A place that saw nothing of them may have seen them wrapped up.
            if (!selection.Chosen.Any(s => s.Source == i) && flows.SummariesOf(i).All(s => s.Frames <= s.TcpSegments))
            {
                continue;
            }

            var collection = new SegmentCollection(flows, i, selection.Chosen, encrypted);
            try
            {
                using var file = sources[i].Open();
                // Copies that the first reading took out are counted here: half as many again is room enough.
                collection.Read(file, (SightingSelection.MostRecords * 3 / 2) - records, ct);
            }
            catch (CaptureException e)
            {
                facts.Add(new Gap(VantagePoint.Unknown, new Provenance(sources[i].Source), GapKind.Unreadable, e.Message));
                CutShort(selection, i);
            }

            records += collection.Records;
        }
    }

    private static void CutShort(SightingSelection selection, int source)
    {
        foreach (var sighting in selection.Chosen.Where(s => s.Source == source))
        {
            sighting.CutShort = true;
        }
    }

    private static IEnumerable<Fact> Pairings(Connection connection, PathChain chain, ClockTable clocks)
    {
        foreach (var sighting in chain.Unplaced)
        {
            yield return new Gap(sighting.Flow.At, sighting.Flow.From, GapKind.NotCollected,
                $"the same connection was seen elsewhere too, but not which place comes first: equal TTL, and not both directions of travel captured ({Name(sighting)})");
        }

        for (var i = 0; i + 1 < chain.Sightings.Count; i++)
        {
            if (connection.Match(chain.Sightings[i], chain.Sightings[i + 1]) is { } match)
            {
                yield return Pairing(match, clocks);
            }
        }
    }

    private static DirectionJourney[] Directions(
        Connection connection, PathChain chain, ClockTable clocks, AbsenceProof absence, ToldFates told) =>
        chain.Sightings.Count < 2 ? [] :
        [
            new DirectionJourney(connection, chain.Sightings, true, clocks, absence, told),
            new DirectionJourney(connection, [.. Enumerable.Reverse(chain.Sightings)], false, clocks, absence, told),
        ];

    private static FlowPairing Pairing(PairMatch match, ClockTable clocks)
    {
        var (flow, other) = (match.A.Flow, match.B.Flow);
        var error = clocks.Error(match.A.Source, match.B.Source);
        var offset = clocks.Offset(match.A.Source, match.B.Source, flow.First.UnixNanoseconds) ?? 0;
        var (client, server) = match.Swapped ? (other.Server, other.Client) : (other.Client, other.Server);
        return new FlowPairing(
            flow.At, flow.From, flow.Capture, flow.Flow, other.At, other.Capture, other.Flow, match.MatchedData, match.ByHandshake,
            !flow.Client.Equals(client) || !flow.Server.Equals(server), TimeSpan.FromTicks(offset / 100),
            error is { } e ? TimeSpan.FromTicks(e / 100) : TimeSpan.MaxValue)
        {
            RolesSwapped = match.Swapped,
            ClientSequenceShift = match.ClientShift,
            ServerSequenceShift = match.ServerShift,
            SurplusBits = match.SurplusBits,
        };
    }

    private static HashSet<int> Listed(FactSet facts)
    {
        var lost = facts.Of<SegmentFate>().Where(f => f.Fate == Fate.LostAfter).ToLookup(f => f.Capture, f => (long)f.Length);
        var total = facts.Of<FateTally>().Where(t => t.Fate == Fate.LostAfter).ToLookup(t => t.Capture, t => t.Bytes);
        return [.. facts.Of<CaptureSummary>().Select(c => c.Capture).Where(c => lost[c].Sum() == total[c].Sum())];
    }

    /// <summary>One kernel keeps the time of both: they are of one host of the case, or of hosts that a virtual cable joins.</summary>
    private static bool SameNode(CaseFlows flows, IReadOnlyDictionary<string, string> nodes, int a, int b)
    {
        string? Node(int source) => flows.SummariesOf(source).Select(s => s.At.Node).FirstOrDefault(n => n is not null) is { } node ? nodes.GetValueOrDefault(node, node) : null;
        return Node(a) is { } node && Node(b) == node;
    }

    private static Gap LimitGap(IReadOnlyList<JourneySource> sources, string reason) =>
        new(VantagePoint.Unknown, new Provenance(sources[0].Source), GapKind.Limited, reason);

    private static Gap AmbiguityGap(IReadOnlyList<Sighting> group) =>
        new(group[0].Flow.At, group[0].Flow.From, GapKind.Limited,
            $"{group.Count} sightings look like one connection and cannot be told apart, so none is joined: {string.Join(", ", group.Take(4).Select(Name))}");

    private static string Name(Sighting sighting) =>
        $"{sighting.Flow.Client} to {sighting.Flow.Server} at {sighting.Flow.At}";
}

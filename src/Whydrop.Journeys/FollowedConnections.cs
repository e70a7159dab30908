using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Control;
using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Paths;
using Whydrop.Journeys.Placement;
using Whydrop.Journeys.Proxies;
using Whydrop.Journeys.Translation;

namespace Whydrop.Journeys;

/// <summary>Connections followed along their paths. What is told of most is known at once; where something is missing, only when all have been seen.</summary>
internal sealed class FollowedConnections
{
    /// <summary>Segments of so many connections on are fetched while one is followed.</summary>
    private const int Ahead = 3;

    private readonly CaseFlows flows;
    private readonly ClockTable clocks;
    private readonly EncryptedTraffic encrypted;
    private readonly AbsenceProof absence;
    private readonly ToldFates told;
    private readonly ControlJourneys opening;
    private readonly UnjoinedFlows unjoined;
    private readonly NatMap translations;
    private readonly ProxySuspicion proxies;
    private readonly IReadOnlySet<int> listed;
    private readonly TracedRange? traced;
    private readonly PlainWays? plain;
    private long sightings;
    private readonly List<DirectionJourney> journeys = [];
    private readonly List<Sighting> starts = [];
    private readonly List<Sighting[]> members = [];
    private readonly List<Sighting[]> ambiguous = [];
    private readonly List<Sighting> singles = [];
    private readonly List<FateRevision> revisions = [];

    /// <summary>Learns what the case says of the ways.</summary>
    /// <param name="grouping">The connections by which clocks were compared.</param>
    /// <param name="following">Which connections are told one by one.</param>
    /// <param name="traced">Bytes to be told of whatever became of them; null for none.</param>
    public FollowedConnections(CaseFlows flows, FactSet captureFacts, ConnectionGrouping grouping, ClockTable clocks, EncryptedTraffic encrypted, Following following, TracedRange? traced)
    {
        this.traced = traced;
        plain = following == Following.Summed ? new PlainWays(clocks) : null;
        (this.flows, this.clocks, this.encrypted) = (flows, clocks, encrypted);
        listed = Listed(captureFacts);
        absence = new AbsenceProof(flows, clocks, encrypted);
        told = new ToldFates(captureFacts);
        opening = new ControlJourneys(flows, captureFacts, grouping, clocks, absence, told.Doubted);
        unjoined = new UnjoinedFlows(flows, clocks, encrypted);
        translations = new NatMap(captureFacts);
        proxies = new ProxySuspicion(new AddressOwners(captureFacts));
    }

    /// <summary>What the captures by themselves said wrongly; complete with the last <see cref="Rest"/>.</summary>
    public IReadOnlyList<FateRevision> Revisions => revisions;

    /// <summary>
    /// Only finds out which captures let something go by. A frame that one connection shows to be missing from a capture makes that capture's silence on
    /// all others worth less, so this comes before anything is told.
    /// </summary>
    public void Learn(ConnectionGrouping grouping, CancellationToken ct)
    {
        foreach (var connection in grouping.Connections)
        {
            ct.ThrowIfCancellationRequested();
            connection.Settle(opening.Order);
            var chain = PathChain.Of(connection);
            foreach (var fromClient in Directions(chain))
            {
                var way = chain.Way(fromClient);
                if (!PlainDirection.Recognise(connection, way, fromClient, told) && Direction(connection, way, fromClient) is { IsPlain: false } direction)
                {
                    direction.FindMissed();
                }
            }
        }
    }

    /// <summary>Follows connections, and tells what can be told of them by themselves.</summary>
    /// <param name="learnt">They have been learnt from.</param>
    public List<Fact> Take(ConnectionGrouping grouping, bool learnt, CancellationToken ct)
    {
        var facts = new List<Fact>();
        for (var i = 0; i < grouping.Connections.Count; i++)
        {
            ct.ThrowIfCancellationRequested();
            if (i + Ahead < grouping.Connections.Count)
            {
                Array.ForEach(grouping.Connections[i + Ahead].Members, static m => m.Prefetch());
            }

            var connection = grouping.Connections[i];
            connection.Settle(opening.Order);
            var chain = PathChain.Of(connection);
            if (chain.Sightings.Length > 1)
            {
                starts.Add(chain.Sightings[0]);
            }

            members.Add(connection.Members);
            if (!translations.IsEmpty)
            {
                facts.AddRange(translations.Contradictions(connection, chain.Sightings));
            }

            var wanted = IsWanted(connection);
            if (plain is not null && !wanted && IsPlain(connection, chain))
            {
                plain.Add(connection, chain);
                continue;
            }

            AddPairings(connection, chain, facts);
            foreach (var fromClient in Directions(chain))
            {
                var way = chain.Way(fromClient);
                if (!wanted && PlainDirection.Recognise(connection, way, fromClient, told))
                {
                    facts.AddRange(PlainDirection.Tell(connection, way, fromClient, clocks));
                }
                else
                {
                    Take(Direction(connection, way, fromClient), wanted, learnt, facts);
                }
            }

            opening.Add(connection, chain.Sightings);
        }

        ambiguous.AddRange(grouping.Ambiguous);
        singles.AddRange(grouping.Single);
        grouping.Single.ForEach(single => opening.Add(Connection.Single(single), [single]));
        return facts;
    }

    /// <summary>All places of it are in order and call its ends alike, it simply opened and closed, and everything arrived.</summary>
    private bool IsPlain(Connection connection, PathChain chain)
    {
        for (var i = 0; i < chain.Sightings.Length; i++)
        {
            if (connection.IsSwapped(chain.Sightings[i]))
            {
                return false;
            }
        }

        return chain.Sightings.Length > 1 && chain.Unplaced.Length == 0 && !opening.Asks(chain.Sightings)
            && PlainDirection.Recognise(connection, chain.Sightings, true, told) && PlainDirection.Recognise(connection, chain.Way(false), false, told);
    }

    private bool IsWanted(Connection connection) => traced is { } range && connection.Members.Any(m => range.Wanted(m.Flow));

    private void Take(DirectionJourney direction, bool wanted, bool learnt, List<Fact> facts)
    {
        if (wanted)
        {
            Trace(direction, facts);
        }

        if (direction.IsPlain)
        {
            facts.AddRange(direction.Facts());
            return;
        }

        journeys.Add(direction);
        if (!learnt)
        {
            direction.FindMissed();
        }
    }

    private void Trace(DirectionJourney direction, List<Fact> facts)
    {
        foreach (var sighting in direction.Trace(traced!))
        {
            if (sightings++ < TracedRange.MostSightings)
            {
                facts.Add(sighting);
            }
        }
    }

    /// <summary>Tells the rest of the connections that were taken. Their segments are not needed any more.</summary>
    public List<Fact> Rest(CancellationToken ct)
    {
        List<Fact> facts = [.. journeys.SelectMany(j => j.Facts())];
        revisions.AddRange(journeys.SelectMany(j => j.Revisions(listed)));
        journeys.Clear();
        facts.AddRange(opening.Facts(ct));
        opening.Clear();
        return facts;
    }

    /// <summary>What is told of all together.</summary>
    public IEnumerable<Fact> Whole()
    {
        List<Sighting[]> all = [.. members, .. singles.Select(s => new[] { s })];
        return
        [
            .. plain?.Facts() ?? [],
            .. new EncryptedGaps(flows, clocks, encrypted).Of(all),
            .. proxies.Among(all),
            .. ClockFacts.Of(flows, starts, clocks),
            .. unjoined.Ambiguous(ambiguous),
            .. singles.Select(unjoined.Alone),
            .. ambiguous.Select(AmbiguityGap),
            .. sightings > TracedRange.MostSightings
                ? [new Gap(VantagePoint.Unknown, starts[0].Flow.From with { Frame = null }, GapKind.Limited, $"of the bytes asked for, {TracedRange.MostSightings} of {sightings} packets are told")]
                : Array.Empty<Fact>(),
        ];
    }

    private void AddPairings(Connection connection, PathChain chain, List<Fact> facts)
    {
        foreach (var sighting in chain.Unplaced)
        {
            facts.Add(new Gap(sighting.At, sighting.Flow.From, GapKind.NotCollected, $"the same connection was {unjoined.WhyUnplaced(chain, sighting)} ({Name(sighting)})"));
        }

        for (var i = 0; i + 1 < chain.Sightings.Length; i++)
        {
            if (connection.Match(chain.Sightings[i], chain.Sightings[i + 1]) is { } match)
            {
                facts.Add(Pairing(match, clocks));
            }
        }

        if (chain.Unplaced.Length > 0)
        {
            facts.AddRange(unjoined.OrderUnknown(chain));
        }
    }

    /// <summary>Both, where it was seen at two places.</summary>
    private static ReadOnlySpan<bool> Directions(PathChain chain) => chain.Sightings.Length < 2 ? [] : [true, false];

    private DirectionJourney Direction(Connection connection, Sighting[] way, bool fromClient) => new(connection, way, fromClient, clocks, absence, told);

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

    private static Gap AmbiguityGap(Sighting[] group) =>
        new(group[0].At, group[0].Flow.From, GapKind.Limited,
            $"{group.Length} sightings look like one connection and cannot be told apart, so none is joined: {string.Join(", ", group.Take(4).Select(Name))}");

    private static string Name(Sighting sighting) =>
        $"{sighting.Flow.Client} to {sighting.Flow.Server} at {sighting.At}";
}

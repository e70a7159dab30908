using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Paths;
using Whydrop.Journeys.Placement;

namespace Whydrop.Journeys.Control;

/// <summary>Openings and ends of all connections that are followed, and data that nothing further on recognised anything of.</summary>
internal sealed class ControlJourneys
{
    private readonly CaseFlows flows;
    private readonly ClockTable clocks;
    private readonly AbsenceProof absence;
    private readonly HashSet<FrameAt> doubted;
    private readonly LearntPaths learnt;
    private readonly AddressOwners owners;
    private readonly Ways ways;
    private readonly Bystanders bystanders;
    private readonly Dictionary<(int Capture, long Frame), int> transmissions = [];
    private readonly List<(Connection Connection, Sighting[] Chain)> followed = [];

    /// <summary>Learns the ways of the case.</summary>
    /// <param name="doubted">Transmissions whose capture holds them lost or cannot tell.</param>
    public ControlJourneys(
        CaseFlows flows, FactSet captureFacts, ConnectionGrouping grouping, ClockTable clocks, AbsenceProof absence,
        HashSet<FrameAt> doubted)
    {
        (this.flows, this.clocks, this.absence, this.doubted) = (flows, clocks, absence, doubted);
        learnt = new LearntPaths(flows);
        owners = new AddressOwners(captureFacts);
        ways = new Ways(flows, captureFacts, learnt, owners);
        bystanders = new Bystanders(flows, grouping.Connections, clocks);
        foreach (var control in captureFacts.Of<ControlSegment>().Where(c => c.From.Frame is not null))
        {
            transmissions[(control.Capture, control.From.Frame!.Value)] = control.Transmission;
        }
    }

    /// <summary>
    /// The order of two places of one connection that too little of it was seen at to tell: one is at its end, others went so, or other
    /// connections compared the clocks.
    /// </summary>
    public PathSense Order(PairMatch match)
    {
        var sense = match.Swapped ? PathSense.Unknown : owners.Sense(match.A.Flow, match.B.Flow);
        if (sense != PathSense.Unknown || (match.FromClient.Length > 0 && match.FromServer.Length > 0))
        {
            // With both directions its own round trips said as much as those of others could.
            return sense;
        }

        sense = learnt.Sense(match.A, match.B);
        return sense == PathSense.Unknown ? PathOrder.ByClocks(match, clocks) : sense;
    }

    /// <summary>Takes a connection.</summary>
    /// <param name="chain">Its sightings from the client to the server, as far as their order is established.</param>
    public void Add(Connection connection, Sighting[] chain)
    {
        if (Asks(chain))
        {
            followed.Add((connection, chain));
        }
    }

    /// <summary>Something besides data is to be told of it, or nothing simply arrived.</summary>
    public bool Asks(Sighting[] chain)
    {
        for (var i = 0; i < chain.Length; i++)
        {
            var sighting = chain[i];
            if (flows.IsUnplain(sighting) || flows.IsTroubled(sighting) || sighting.Resets(true) || sighting.Resets(false))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Lets the connections that were taken go.</summary>
    public void Clear() => followed.Clear();

    /// <summary>The facts of all.</summary>
    public IEnumerable<Fact> Facts(CancellationToken ct)
    {
        foreach (var (connection, chain) in followed)
        {
            ct.ThrowIfCancellationRequested();
            foreach (var fromClient in new[] { true, false })
            {
                var way = fromClient ? chain : [.. chain.Reverse()];
                foreach (var placement in SilentDirection.Placements(connection, way, fromClient, ways, absence, bystanders, doubted))
                {
                    yield return placement;
                }

                foreach (var fact in new ControlJourney(connection, way, fromClient, clocks, absence, ways, bystanders, transmissions).Facts())
                {
                    yield return fact;
                }
            }
        }
    }
}

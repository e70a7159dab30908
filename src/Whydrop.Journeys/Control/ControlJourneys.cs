using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Paths;
using Whydrop.Journeys.Placement;

namespace Whydrop.Journeys.Control;

/// <summary>Openings and ends of all connections that are followed.</summary>
internal sealed class ControlJourneys(CaseFlows flows, FactSet captureFacts, ConnectionGrouping grouping, ClockTable clocks, AbsenceProof absence)
{
    private readonly List<(Connection Connection, IReadOnlyList<Sighting> Chain)> followed = [];

    /// <summary>Takes a connection.</summary>
    /// <param name="chain">Its sightings from the client to the server, as far as their order is established.</param>
    public void Add(Connection connection, IReadOnlyList<Sighting> chain)
    {
        if (chain.Count > 0 && chain.Any(IsAsked))
        {
            followed.Add((connection, chain));
        }
    }

    /// <summary>The facts of all.</summary>
    public IEnumerable<Fact> Facts(CancellationToken ct)
    {
        var asked = followed.SelectMany(f => f.Chain).SelectMany(s => new[] { Addressing.Of(s.Flow, true), Addressing.Of(s.Flow, false) });
        var ways = new Ways(flows, captureFacts, asked);
        var bystanders = new Bystanders(flows, grouping.Connections);
        var transmissions = new Dictionary<(int Capture, long Frame), int>();
        foreach (var control in captureFacts.Of<ControlSegment>().Where(c => c.From.Frame is not null))
        {
            transmissions[(control.Capture, control.From.Frame!.Value)] = control.Transmission;
        }

        foreach (var (connection, chain) in followed)
        {
            ct.ThrowIfCancellationRequested();
            foreach (var fromClient in new[] { true, false })
            {
                var way = fromClient ? chain : [.. chain.Reverse()];
                foreach (var fact in new ControlJourney(connection, way, fromClient, clocks, absence, ways, bystanders, transmissions).Facts())
                {
                    yield return fact;
                }
            }
        }
    }

    private bool IsAsked(Sighting sighting) =>
        flows.IsUnplain(sighting) || flows.IsTroubled(sighting) || sighting.Flow.FromClient.ResetFrame is not null || sighting.Flow.FromServer.ResetFrame is not null;
}

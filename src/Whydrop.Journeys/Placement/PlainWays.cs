using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;

namespace Whydrop.Journeys.Placement;

/// <summary>Connections that were plain in both directions, by the places they came by: counted and timed, not told one by one.</summary>
internal sealed class PlainWays(ClockTable clocks)
{
    private readonly List<Way> ways = [];
    private Way? last;

    /// <summary>Counts one.</summary>
    /// <param name="chain">All its sightings; its roles are the same at all of them.</param>
    public void Add(Connection connection, PathChain chain)
    {
        // Mostly the next goes as the one before.
        if (last?.Goes(chain.Sightings) != true)
        {
            last = ways.Find(w => w.Goes(chain.Sightings));
        }

        if (last is null)
        {
            ways.Add(last = new Way(connection, chain, clocks));
        }
        else
        {
            last.Add(connection, chain.Sightings, clocks);
        }
    }

    /// <summary>The facts, by the first connection of each.</summary>
    public IEnumerable<PlainJourneys> Facts() => ways.Select(w => w.Fact()).OrderBy(f => f.Stops[0].Capture).ThenBy(f => f.Stops[0].Flows[0]);

    private sealed class Way
    {
        private readonly Sighting[] first;
        private readonly List<int>[] flows;
        private readonly HopSum[] hops;

        public Way(Connection connection, PathChain chain, ClockTable clocks)
        {
            first = chain.Sightings;
            flows = [.. first.Select(s => new List<int> { s.FlowNumber })];
            hops = [.. PlainDirection.Tell(connection, first, true, clocks).Concat(PlainDirection.Tell(connection, chain.Way(false), false, clocks)).Select(h => new HopSum(h))];
        }

        public bool Goes(Sighting[] chain)
        {
            var same = chain.Length == first.Length;
            for (var i = 0; same && i < first.Length; i++)
            {
                same = chain[i].Capture == first[i].Capture && chain[i].Encapsulation == first[i].Encapsulation;
            }

            return same;
        }

        public void Add(Connection connection, Sighting[] chain, ClockTable clocks)
        {
            for (var i = 0; i < first.Length; i++)
            {
                flows[i].Add(chain[i].FlowNumber);
                chain[i].IsTogether = true;
            }

            for (var i = 0; i + 1 < first.Length; i++)
            {
                var match = connection.Between(chain[i], chain[i + 1])!;
                hops[i].Add(new HopView(match, chain[i], true), clocks);
                hops[^(i + 1)].Add(new HopView(match, chain[i + 1], false), clocks);
            }
        }

        public PlainJourneys Fact() => new(
            first[0].At, first[0].Flow.From, [.. first.Select((s, i) => new PlainStop(s.Capture, flows[i]))], [.. hops.Select(h => h.Summary())]);
    }
}

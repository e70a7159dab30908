using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;

namespace Whydrop.Journeys.Placement;

/// <summary>Connections that were plain in both directions, by the places they came by: counted and timed, not told one by one.</summary>
internal sealed class PlainWays(ClockTable clocks)
{
    private readonly List<Way> ways = [];

    /// <summary>Counts one.</summary>
    /// <param name="chain">Its sightings from the client to the server; its roles are the same at all of them.</param>
    public void Add(Connection connection, IReadOnlyList<Sighting> chain)
    {
        var known = ways.FindIndex(w => w.Goes(chain));
        if (known < 0)
        {
            ways.Insert(0, new Way(connection, chain, clocks));
            return;
        }

        ways[known].Add(connection, chain, clocks);
        // Mostly the next goes as the one before.
        (ways[0], ways[known]) = (ways[known], ways[0]);
    }

    /// <summary>The facts, by the first connection of each.</summary>
    public IEnumerable<PlainJourneys> Facts() => ways.Select(w => w.Fact()).OrderBy(f => f.Stops[0].Capture).ThenBy(f => f.Stops[0].Flows[0]);

    private sealed class Way
    {
        private readonly Sighting[] first;
        private readonly List<int>[] flows;
        private readonly HopSum[] hops;

        public Way(Connection connection, IReadOnlyList<Sighting> chain, ClockTable clocks)
        {
            first = [.. chain];
            flows = Array.ConvertAll(first, s => new List<int> { s.FlowNumber });
            hops = [.. PlainDirection.Tell(connection, first, true, clocks).Concat(PlainDirection.Tell(connection, [.. first.Reverse()], false, clocks)).Select(h => new HopSum(h))];
        }

        public bool Goes(IReadOnlyList<Sighting> chain)
        {
            var same = chain.Count == first.Length;
            for (var i = 0; same && i < first.Length; i++)
            {
                same = chain[i].Capture == first[i].Capture && chain[i].Encapsulation == first[i].Encapsulation;
            }

            return same;
        }

        public void Add(Connection connection, IReadOnlyList<Sighting> chain, ClockTable clocks)
        {
            for (var i = 0; i < first.Length; i++)
            {
                flows[i].Add(chain[i].FlowNumber);
                chain[i].IsTogether = true;
            }

            for (var i = 0; i + 1 < first.Length; i++)
            {
                hops[i].Add(connection.Match(chain[i], chain[i + 1])!, true, clocks);
                hops[^(i + 1)].Add(connection.Match(chain[i + 1], chain[i])!, false, clocks);
            }
        }

        public PlainJourneys Fact() => new(
            first[0].At, first[0].Flow.From, [.. first.Select((s, i) => new PlainStop(s.Capture, flows[i]))], [.. hops.Select(h => h.Summary())]);
    }
}

using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>Connections with all their sightings, from the client on.</summary>
internal sealed class JourneyChains
{
    /// <summary>In place of the number of a chain: told together with others.</summary>
    private const int AmongOthers = -1;

    private readonly BySighting<Sighting> sightings = new();
    private readonly List<(int Capture, int Flow)[]> chains = [];
    private readonly bool[] shown;

    /// <summary>Joins sightings that the journeys found to be one connection.</summary>
    public JourneyChains(FactSet facts, Func<TcpFlow, bool> wanted)
    {
        var flows = facts.Of<TcpFlow>();
        foreach (var flow in flows)
        {
            sightings.At(flow.Capture, flow.Flow).Flow = flow;
        }

        Together = facts.Of<PlainJourneys>();
        foreach (var stop in Together.SelectMany(t => t.Stops))
        {
            foreach (var flow in stop.Flows)
            {
                sightings.At(stop.Capture, flow).Chain = AmongOthers;
            }
        }

        AddChains(facts.Of<FlowPairing>());
        foreach (var flow in flows)
        {
            ref var sighting = ref sightings.At(flow.Capture, flow.Flow);
            if (sighting.Chain == 0)
            {
                chains.Add([(flow.Capture, flow.Flow)]);
                sighting.Chain = chains.Count;
            }
        }

        shown = [.. chains.Select(c => Array.Exists(c, s => Flow(s.Capture, s.Flow) is { } flow && wanted(flow)))];
    }

    /// <summary>Connections to show that were seen at two places or more.</summary>
    public int Joined => Shown.Count(c => c.Count > 1) + Together.Sum(t => t.Connections);

    /// <summary>Connections that are not told one by one. They are all shown.</summary>
    public IReadOnlyList<PlainJourneys> Together { get; }

    /// <summary>The sightings of each connection to show, from the client on.</summary>
    public IEnumerable<IReadOnlyList<(int Capture, int Flow)>> Shown => chains.Where((_, i) => shown[i]);

    /// <summary>Whether the connection of a sighting is to be shown.</summary>
    public bool IsShown(int capture, int flow) => IsAmongOthers(capture, flow) || (Connection(capture, flow) is var chain and >= 0 && shown[chain]);

    /// <summary>The connection of a sighting was seen elsewhere too.</summary>
    public bool IsJoined(int capture, int flow) => IsAmongOthers(capture, flow) || (Connection(capture, flow) is var chain and >= 0 && chains[chain].Length > 1);

    private bool IsAmongOthers(int capture, int flow) => sightings.Get(capture, flow).Chain == AmongOthers;

    /// <summary>Number of the connection; negative when no fact lists the sighting, or not by itself.</summary>
    public int Connection(int capture, int flow) => sightings.Get(capture, flow).Chain - 1;

    /// <summary>The connection as one capture saw it.</summary>
    public TcpFlow? Flow(int capture, int flow) => sightings.Get(capture, flow).Flow;

    private void AddChains(IReadOnlyList<FlowPairing> pairings)
    {
        // By the nearer sighting: the first pairing, and of each the next with the same one; from 1.
        var first = new BySighting<int>();
        var further = new int[pairings.Count + 1];
        var far = new BySighting<bool>();
        for (var i = pairings.Count; i > 0; i--)
        {
            var pairing = pairings[i - 1];
            ref var known = ref first.At(pairing.Capture, pairing.Flow);
            (further[i], known) = (known, i);
            far.At(pairing.OtherCapture, pairing.OtherFlow) = true;
        }

        var chain = new List<(int Capture, int Flow)>();
        for (var i = 1; i <= pairings.Count; i++)
        {
            var (capture, flow) = (pairings[i - 1].Capture, pairings[i - 1].Flow);
            if (first.Get(capture, flow) != i || far.Get(capture, flow))
            {
                continue;
            }

            chain.Clear();
            Take(capture, flow, chain);
            for (var at = 0; at < chain.Count; at++)
            {
                for (var n = first.Get(chain[at].Capture, chain[at].Flow); n > 0; n = further[n])
                {
                    Take(pairings[n - 1].OtherCapture, pairings[n - 1].OtherFlow, chain);
                }
            }

            chains.Add([.. chain]);
        }
    }

    /// <summary>Takes a sighting into the next chain, unless it is in one.</summary>
    private void Take(int capture, int flow, List<(int Capture, int Flow)> chain)
    {
        ref var sighting = ref sightings.At(capture, flow);
        if (sighting.Chain == 0)
        {
            sighting.Chain = chains.Count + 1;
            chain.Add((capture, flow));
        }
    }

    private struct Sighting
    {
        public TcpFlow? Flow;

        /// <summary>Number of its chain, from 1; or <see cref="AmongOthers"/>.</summary>
        public int Chain;
    }
}

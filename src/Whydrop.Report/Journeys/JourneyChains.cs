using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>Connections with all their sightings, from the client on.</summary>
internal sealed class JourneyChains
{
    private readonly Dictionary<(int Capture, int Flow), TcpFlow> flows = [];
    private readonly Dictionary<(int Capture, int Flow), int> chainOf = [];
    private readonly List<List<(int Capture, int Flow)>> chains = [];
    private readonly HashSet<int> shown = [];

    /// <summary>Joins sightings that the journeys found to be one connection.</summary>
    public JourneyChains(FactSet facts, Func<TcpFlow, bool> wanted)
    {
        foreach (var flow in facts.Of<TcpFlow>())
        {
            flows[(flow.Capture, flow.Flow)] = flow;
        }

        var pairings = facts.Of<FlowPairing>();
        var next = pairings.ToLookup(p => (p.Capture, p.Flow), p => (p.OtherCapture, p.OtherFlow));
        var before = pairings.ToLookup(p => (p.OtherCapture, p.OtherFlow), p => (p.Capture, p.Flow));
        foreach (var key in next.Select(g => g.Key).Where(k => !before.Contains(k)))
        {
            AddChain(key, next);
        }

        foreach (var key in flows.Keys.Where(k => !chainOf.ContainsKey(k)))
        {
            chainOf[key] = chains.Count;
            chains.Add([key]);
        }

        for (var i = 0; i < chains.Count; i++)
        {
            if (chains[i].Exists(k => flows.TryGetValue(k, out var flow) && wanted(flow)))
            {
                shown.Add(i);
            }
        }
    }

    /// <summary>Connections to show that were seen at two places or more.</summary>
    public int Joined => shown.Count(i => chains[i].Count > 1);

    /// <summary>The sightings of each connection to show, from the client on.</summary>
    public IEnumerable<IReadOnlyList<(int Capture, int Flow)>> Shown => shown.Order().Select(i => chains[i]);

    /// <summary>Whether the connection of a sighting is to be shown.</summary>
    public bool IsShown(int capture, int flow) => chainOf.TryGetValue((capture, flow), out var chain) && shown.Contains(chain);

    /// <summary>The connection of a sighting was seen elsewhere too.</summary>
    public bool IsJoined(int capture, int flow) => chainOf.TryGetValue((capture, flow), out var chain) && chains[chain].Count > 1;

    /// <summary>Number of the connection; -1 when no fact lists the sighting.</summary>
    public int Connection(int capture, int flow) => chainOf.GetValueOrDefault((capture, flow), -1);

    /// <summary>The connection as one capture saw it.</summary>
    public TcpFlow? Flow(int capture, int flow) => flows.GetValueOrDefault((capture, flow));

    private void AddChain((int Capture, int Flow) first, ILookup<(int, int), (int, int)> next)
    {
        var chain = new List<(int Capture, int Flow)>();
        var open = new Queue<(int Capture, int Flow)>([first]);
        while (open.TryDequeue(out var key))
        {
            if (chainOf.TryAdd(key, chains.Count))
            {
                chain.Add(key);
                foreach (var far in next[key])
                {
                    open.Enqueue(far);
                }
            }
        }

        chains.Add(chain);
    }
}

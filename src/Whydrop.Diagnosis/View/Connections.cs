using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.View;

/// <summary>Connections of a case, each once: sightings of one connection in several captures are joined by <see cref="FlowPairing"/>.</summary>
internal sealed class Connections
{
    private readonly Dictionary<FlowKey, FlowKey> parent = [];
    private readonly Dictionary<FlowKey, int> clientward = [];
    private readonly Dictionary<FlowKey, int> numbers = [];
    private readonly List<List<FlowKey>> sightings = [];

    internal Connections(FactSet facts)
    {
        foreach (var flow in facts.Of<TcpFlow>())
        {
            parent.TryAdd(new FlowKey(flow.Capture, flow.Flow), new FlowKey(flow.Capture, flow.Flow));
        }

        foreach (var fate in facts.Of<SegmentFate>())
        {
            parent.TryAdd(new FlowKey(fate.Capture, fate.Flow), new FlowKey(fate.Capture, fate.Flow));
        }

        foreach (var pairing in facts.Of<FlowPairing>())
        {
            var near = new FlowKey(pairing.Capture, pairing.Flow);
            var far = new FlowKey(pairing.OtherCapture, pairing.OtherFlow);
            parent.TryAdd(near, near);
            parent.TryAdd(far, far);
            clientward[near] = clientward.GetValueOrDefault(near) + 1;
            clientward[far] = clientward.GetValueOrDefault(far) - 1;
            parent[Root(far)] = Root(near);
        }

        foreach (var key in parent.Keys.OrderBy(k => k.Capture).ThenBy(k => k.Flow).ToArray())
        {
            var root = Root(key);
            if (!numbers.TryGetValue(root, out var number))
            {
                number = sightings.Count;
                numbers[root] = number;
                sightings.Add([]);
            }

            numbers[key] = number;
            sightings[number].Add(key);
        }
    }

    internal int Count => sightings.Count;

    /// <summary>Number of the connection; -1 for one no fact speaks of.</summary>
    internal int Of(FlowKey key) => numbers.GetValueOrDefault(key, -1);

    /// <summary>All sightings of a connection.</summary>
    internal IReadOnlyList<FlowKey> Sightings(int connection) => sightings[connection];

    /// <summary>The sighting nearest to the sender of that direction.</summary>
    internal FlowKey NearestToSender(DirectionKey direction)
    {
        var all = sightings[direction.Connection];
        return direction.FromClient
            ? all.MaxBy(k => clientward.GetValueOrDefault(k))
            : all.MinBy(k => clientward.GetValueOrDefault(k));
    }

    private FlowKey Root(FlowKey key)
    {
        while (parent[key] != key)
        {
            parent[key] = parent[parent[key]];
            key = parent[key];
        }

        return key;
    }
}

using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.View;

/// <summary>Connections of a case, each once: sightings of one connection in several captures are joined by <see cref="FlowPairing"/>, else by what both carry.</summary>
/// <remarks>A direction is named as the first sighting of the connection names it; another capture may call that client a server.</remarks>
internal sealed class Connections
{
    private readonly Dictionary<FlowKey, Sighting> bySighting = [];
    private readonly List<List<FlowKey>> members = [];
    private readonly Dictionary<FlowKey, int> place = [];
    private readonly HashSet<(FlowKey, FlowKey)> neighbours;

    internal Connections(FactSet facts)
    {
        var keys = facts.Of<TcpFlow>().Select(f => new FlowKey(f.Capture, f.Flow))
            .Concat(facts.Of<SegmentFate>().Select(f => new FlowKey(f.Capture, f.Flow)))
            .Concat(facts.Of<FlowPairing>().SelectMany(p => new[] { new FlowKey(p.Capture, p.Flow), new FlowKey(p.OtherCapture, p.OtherFlow) }))
            .Distinct().OrderBy(k => k.Capture).ThenBy(k => k.Flow);
        var pairings = facts.Of<FlowPairing>().Select(SightingLink.Of).ToArray();
        var implied = SightingLink.Implied(facts).ToArray();
        var links = pairings.Concat(implied).SelectMany(l => new[] { (From: l.Near, Link: l), (From: l.Far, Link: l) }).ToLookup(l => l.From, l => l.Link);
        foreach (var key in keys)
        {
            if (!bySighting.ContainsKey(key))
            {
                Collect(key, links);
            }
        }

        neighbours = pairings.SelectMany(p => new[] { (p.Near, p.Far), (p.Far, p.Near) }).ToHashSet();
        foreach (var steps in Steps([.. pairings.Select(Turned)], implied.Select(Turned)).GroupBy(s => bySighting[s.Near].Connection))
        {
            Order([.. steps]);
        }
    }

    internal int Count => members.Count;

    /// <summary>All sightings of a connection.</summary>
    internal IReadOnlyList<FlowKey> Sightings(int connection) => members[connection];

    /// <summary>The direction a capture calls so; connection -1 for one no fact speaks of.</summary>
    internal DirectionKey Direction(FlowKey key, bool fromClient) =>
        bySighting.TryGetValue(key, out var s) ? new DirectionKey(s.Connection, fromClient ^ s.Swapped) : new DirectionKey(-1, fromClient);

    /// <summary>What that capture calls the direction.</summary>
    internal bool FromClient(FlowKey key, DirectionKey direction) => direction.FromClient ^ bySighting[key].Swapped;

    /// <summary>A sequence number as the first sighting counts, whatever middleboxes add.</summary>
    internal uint Sequence(FlowKey key, bool fromClient, uint sequence)
    {
        var s = bySighting[key];
        return sequence - (fromClient ^ s.Swapped ? s.ClientShift : s.ServerShift);
    }

    /// <summary>The sighting nearest to the sender of that direction.</summary>
    internal FlowKey NearestToSender(DirectionKey direction)
    {
        var all = members[direction.Connection];
        return direction.FromClient
            ? all.MinBy(k => place.GetValueOrDefault(k))
            : all.MaxBy(k => place.GetValueOrDefault(k));
    }

    /// <summary>All sightings in the order in which that direction passes them, the sender first.</summary>
    internal IReadOnlyList<FlowKey> FromSender(DirectionKey direction)
    {
        var all = members[direction.Connection];
        return direction.FromClient
            ? [.. all.OrderBy(k => place.GetValueOrDefault(k))]
            : [.. all.OrderByDescending(k => place.GetValueOrDefault(k))];
    }

    /// <summary>Compared segment by segment, with no other capture between them.</summary>
    internal bool AreNeighbours(FlowKey one, FlowKey other) => neighbours.Contains((one, other));

    private (FlowKey Near, FlowKey Far) Turned(SightingLink link) => bySighting[link.Near].Swapped ? (link.Far, link.Near) : (link.Near, link.Far);

    /// <summary>A pairing knows the order of two places; what the packets carry tells it where nothing before says otherwise.</summary>
    private static List<(FlowKey Near, FlowKey Far)> Steps(List<(FlowKey Near, FlowKey Far)> pairings, IEnumerable<(FlowKey Near, FlowKey Far)> implied)
    {
        var steps = pairings;
        var behind = new Dictionary<FlowKey, List<FlowKey>>();
        foreach (var (near, far) in pairings)
        {
            Add(near, far);
        }

        foreach (var (near, far) in implied.Where(l => !LiesBehind(l.Near, l.Far)))
        {
            steps.Add((near, far));
            Add(near, far);
        }

        return steps;

        void Add(FlowKey near, FlowKey far) => (behind.TryGetValue(near, out var known) ? known : behind[near] = []).Add(far);

        bool LiesBehind(FlowKey far, FlowKey near)
        {
            var seen = new HashSet<FlowKey> { near };
            var open = new Queue<FlowKey>(seen);
            while (open.TryDequeue(out var key))
            {
                foreach (var next in (behind.GetValueOrDefault(key) ?? []).Where(seen.Add))
                {
                    open.Enqueue(next);
                }
            }

            return seen.Contains(far);
        }
    }

    private void Collect(FlowKey first, ILookup<FlowKey, SightingLink> links)
    {
        var number = members.Count;
        var group = new List<FlowKey>();
        members.Add(group);
        var open = new Queue<FlowKey>();
        bySighting[first] = new Sighting(number, false, 0, 0);
        open.Enqueue(first);
        while (open.TryDequeue(out var key))
        {
            group.Add(key);
            foreach (var link in links[key])
            {
                var (other, sighting) = Across(bySighting[key], key, link);
                if (bySighting.TryAdd(other, sighting))
                {
                    open.Enqueue(other);
                }
            }
        }
    }

    /// <summary>
    /// Numbers the places along the way, also where only neighbours are joined: each lies behind all that a link puts before it. Links that contradict each
    /// other end with the number of sightings.
    /// </summary>
    private void Order((FlowKey Near, FlowKey Far)[] steps)
    {
        var moved = true;
        for (var round = 0; moved && round <= steps.Length; round++)
        {
            moved = false;
            foreach (var (near, far) in steps)
            {
                if (place.GetValueOrDefault(far) <= place.GetValueOrDefault(near))
                {
                    place[far] = place.GetValueOrDefault(near) + 1;
                    moved = true;
                }
            }
        }
    }

    private static (FlowKey Other, Sighting Sighting) Across(Sighting from, FlowKey key, SightingLink link)
    {
        var swapped = from.Swapped ^ link.Swapped;

        // The shifts are named from the nearer end; seen from the first sighting, client and server may be the other way round.
        var nearSwapped = key == link.Near ? from.Swapped : swapped;
        var client = nearSwapped ? link.ServerShift : link.ClientShift;
        var server = nearSwapped ? link.ClientShift : link.ServerShift;
        return key == link.Near
            ? (link.Far, new Sighting(from.Connection, swapped, from.ClientShift + client, from.ServerShift + server))
            : (link.Near, new Sighting(from.Connection, swapped, from.ClientShift - client, from.ServerShift - server));
    }

    private readonly record struct Sighting(int Connection, bool Swapped, uint ClientShift, uint ServerShift);
}

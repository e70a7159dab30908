using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>The stops of all connections in one order: connections that share a stop share a path, whichever end opened them.</summary>
internal sealed class PathStops
{
    /// <summary>Numbers of the keys, from 1.</summary>
    private readonly BySighting<int> keyOf = new();
    private readonly List<Key> keys = [default];
    private readonly Dictionary<Key, int> numbers = [];
    private JourneyStop?[] numbered = [];
    private readonly Dictionary<Key, JourneyStop> stops = [];
    private readonly Dictionary<Key, HashSet<Key>> after = [];
    private readonly Dictionary<Key, int> connections = [];
    private readonly Dictionary<string, Dictionary<int, int>> wrapped = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> plain = [];
    private readonly Dictionary<Key, (TcpFlow Flow, int Connection)> examples = [];
    private readonly List<Key> met = [];

    /// <summary>Parts of a ring by its earliest part: one place.</summary>
    private readonly Dictionary<int, int> placeOf = [];
    private int exampled;

    /// <summary>Orders.</summary>
    public PathStops(FactSet facts, JourneyChains chains)
    {
        foreach (var parts in facts.Of<CaptureSummary>().Where(c => c.Ring is not null).GroupBy(c => (c.Ring, c.At)).Where(g => g.DistinctBy(c => c.From.Source).Count() == g.Count()))
        {
            var earliest = parts.MinBy(c => c.First)!.Capture;
            foreach (var part in parts)
            {
                placeOf[part.Capture] = earliest;
            }
        }

        // The longest way tells most of the order; a shorter one is turned to fit it.
        var paths = AlikeOnes(chains).OrderByDescending(g => g.Way.Length).ThenByDescending(g => g.Count)
            .ThenBy(g => string.Join('>', g.Way.Select(n => keys[n])), StringComparer.Ordinal);
        foreach (var alike in paths)
        {
            Key[] way = [.. alike.Way.Select(n => keys[n])];
            var reversed = IsReversed(way);
            if (reversed)
            {
                Array.Reverse(way);
            }

            Add(Counted(way), alike, reversed, chains);
        }

        foreach (var (from, to, forward) in Missing(facts, chains))
        {
            Before(forward ? from : to, forward ? to : from);
        }

        Number(facts);
        numbered = [.. keys.Select(stops.GetValueOrDefault)];
    }

    /// <summary>In the order of the way, path by path.</summary>
    public IReadOnlyList<JourneyStop> All => [.. stops.Values.OrderBy(s => s.Order)];

    /// <summary>The stop of a sighting.</summary>
    public JourneyStop? Of(int capture, int flow) => numbered[keyOf.Get(capture, flow)];

    /// <summary>The stop where a transmission is missing.</summary>
    public JourneyStop? Missed(int capture, int? flow, string? tunnel) =>
        (flow is { } f ? Of(capture, f) : null) ?? stops.GetValueOrDefault(Silent(capture, tunnel));

    /// <summary>Connections by the stops they came by.</summary>
    private List<Alike> AlikeOnes(JourneyChains chains)
    {
        var alike = new Dictionary<string, Alike>(StringComparer.Ordinal);
        var ordered = new List<Alike>();
        Alike? last = null;
        foreach (var chain in chains.Shown)
        {
            if (chain.Count > 1)
            {
                Of(chain).Chains.Add(chain);
            }
        }

        foreach (var together in chains.Together)
        {
            Of([.. together.Stops.Select(s => (s.Capture, s.Flows[0]))]).Together.Add(together);
        }

        return ordered;

        Alike Of(IReadOnlyList<(int Capture, int Flow)> chain)
        {
            // Mostly the next goes as the one before.
            var same = chain.Count == last?.Way.Length;
            for (var i = 0; same && i < chain.Count; i++)
            {
                same = First(chains, chain[i]) == last!.Way[i];
            }

            if (same)
            {
                return last!;
            }

            int[] way = [.. chain.Select(s => First(chains, s))];
            var text = string.Join(',', way);
            if (!alike.TryGetValue(text, out last))
            {
                alike[text] = last = new Alike(way);
                ordered.Add(last);
            }

            return last;
        }
    }

    /// <summary>Number of the stop of a sighting when its connection comes by for the first time.</summary>
    private int First(JourneyChains chains, (int Capture, int Flow) sighting)
    {
        var encapsulation = chains.Flow(sighting.Capture, sighting.Flow)?.Encapsulation;
        var known = encapsulation is null ? plain : wrapped.TryGetValue(encapsulation, out var byCapture) ? byCapture : wrapped[encapsulation] = [];
        return known.TryGetValue(sighting.Capture, out var number) ? number : known[sighting.Capture] = NumberOf(new Key(PlaceOf(sighting.Capture), encapsulation?.Split(' ')[0], 1));
    }

    private int PlaceOf(int capture) => placeOf.GetValueOrDefault(capture, capture);

    private int NumberOf(Key key)
    {
        if (!numbers.TryGetValue(key, out var number))
        {
            numbers[key] = number = keys.Count;
            keys.Add(key);
        }

        return number;
    }

    /// <summary>With the number of times that a connection comes by.</summary>
    private static Key[] Counted(Key[] way) => [.. way.Select((key, i) => key with { Time = way.Take(i + 1).Count(k => k == key) })];

    /// <summary>Against the order that the connections before it gave.</summary>
    private bool IsReversed(Key[] chain)
    {
        var (along, against) = (0, 0);
        for (var i = 0; i < chain.Length; i++)
        {
            for (var j = i + 1; j < chain.Length; j++)
            {
                along += Reaches(chain[i], chain[j]) ? 1 : 0;
                against += Reaches(chain[j], chain[i]) ? 1 : 0;
            }
        }

        return against > along;
    }

    private bool Reaches(Key from, Key to)
    {
        var (open, seen) = (new Stack<Key>([from]), new HashSet<Key>());
        while (open.TryPop(out var key))
        {
            foreach (var next in after.GetValueOrDefault(key, []))
            {
                if (next == to)
                {
                    return true;
                }

                if (seen.Add(next))
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }

    /// <param name="reversed">The connections pass the stops from the last on.</param>
    private void Add(Key[] way, Alike alike, bool reversed, JourneyChains chains)
    {
        var shown = ++exampled;
        for (var i = 0; i < way.Length; i++)
        {
            Meet(way[i]);
            if (i > 0)
            {
                Before(way[i - 1], way[i]);
            }

            connections[way[i]] += alike.Count;
            var (number, place) = (NumberOf(way[i]), reversed ? way.Length - 1 - i : i);
            foreach (var chain in alike.Chains)
            {
                keyOf.At(chain[place].Capture, chain[place].Flow) = number;
            }

            foreach (var stop in alike.Together.Select(t => t.Stops[place]))
            {
                foreach (var flow in stop.Flows)
                {
                    keyOf.At(stop.Capture, flow) = number;
                }
            }

            if (!examples.ContainsKey(way[i]) && alike.Example(place) is var (capture, example) && chains.Flow(capture, example) is { } shownThere)
            {
                examples[way[i]] = (shownThere, shown);
            }
        }
    }

    private void Meet(Key key)
    {
        if (connections.TryAdd(key, 0))
        {
            met.Add(key);
        }
    }

    /// <summary>Notes an order unless the opposite is known: paths that contradict each other stay as the first of them said.</summary>
    private void Before(Key first, Key second)
    {
        Meet(first);
        Meet(second);
        var known = after.TryGetValue(first, out var set) ? set : after[first] = [];
        if (!known.Contains(second) && !Reaches(second, first))
        {
            known.Add(second);
        }
    }

    /// <summary>Where something is missing that was not seen there at all, and where connections with one sighting end.</summary>
    private IEnumerable<(Key From, Key To, bool Forward)> Missing(FactSet facts, JourneyChains chains)
    {
        var missing = facts.Of<SegmentPlacement>().Select(p => (p.Capture, p.Flow, p.FromClient, p.MissingCapture, p.MissingFlow, Tunnel: p.MissingEncapsulation?.Split(' ')[0]))
            .Concat(facts.Of<ControlPlacement>().Select(p => (p.Capture, p.Flow, p.FromClient, p.MissingCapture, p.MissingFlow, Tunnel: (string?)null)))
            .Where(m => chains.IsShown(m.Capture, m.Flow)).Distinct();
        foreach (var m in missing.ToArray())
        {
            ref var number = ref keyOf.At(m.Capture, m.Flow);
            number = number > 0 ? number : First(chains, (m.Capture, m.Flow));
            var from = keys[number];
            var to = m.MissingFlow is { } flow && keyOf.Get(m.MissingCapture, flow) is > 0 and var known ? keys[known] : Silent(m.MissingCapture, m.Tunnel);
            if (from != to)
            {
                yield return (from, to, m.FromClient);
            }
        }
    }

    private Key Silent(int capture, string? tunnel)
    {
        var place = PlaceOf(capture);
        return met.Find(k => k.Capture == place && k.Tunnel == tunnel) is { Time: > 0 } same ? same
            : met.Find(k => k.Capture == place) is { Time: > 0 } any ? any : new Key(place, tunnel, 1);
    }

    /// <summary>Path by path; of stops in no known order, the one met first.</summary>
    private void Number(FactSet facts)
    {
        var path = met.ToDictionary(k => k, k => k);
        Key Root(Key key)
        {
            while (path[key] != key)
            {
                key = path[key];
            }

            return key;
        }

        foreach (var (from, to) in after.SelectMany(a => a.Value.Select(t => (a.Key, t))))
        {
            path[Root(to)] = Root(from);
        }

        var left = new List<Key>(met);
        var ordered = new List<Key>();
        Key? root = null;
        while (left.Count > 0)
        {
            bool Free(Key key) => !left.Exists(o => o != key && after.TryGetValue(o, out var set) && set.Contains(key));
            var index = root is { } current ? left.FindIndex(k => Root(k) == current && Free(k)) : -1;
            index = index >= 0 ? index : Math.Max(0, left.FindIndex(Free));
            root = Root(left[index]);
            ordered.Add(left[index]);
            left.RemoveAt(index);
        }

        var paths = new List<Key>();
        foreach (var key in ordered)
        {
            if (!paths.Contains(Root(key)))
            {
                paths.Add(Root(key));
            }
        }

        var names = ordered.ToLookup(k => Name(facts, k, withFile: false));
        var summaries = facts.Of<CaptureSummary>().ToDictionary(c => c.Capture);
        var clocks = facts.Of<ClockComparison>().ToDictionary(c => c.From.Source, StringComparer.Ordinal);
        foreach (var key in ordered)
        {
            var summary = summaries.GetValueOrDefault(key.Capture);
            var source = summary?.From.Source ?? "?";
            stops[key] = new JourneyStop(
                stops.Count, Name(facts, key, withFile: names[Name(facts, key, withFile: false)].Count() > 1), summary?.At ?? VantagePoint.Unknown, source, key.Tunnel, paths.IndexOf(Root(key)),
                connections[key], clocks.GetValueOrDefault(source), examples.GetValueOrDefault(key).Flow, examples.GetValueOrDefault(key).Connection);
        }
    }

    private static string Name(FactSet facts, Key key, bool withFile)
    {
        var summary = facts.Of<CaptureSummary>().FirstOrDefault(c => c.Capture == key.Capture);
        var place = summary is null || summary.At == VantagePoint.Unknown ? summary?.From.Source ?? "?" : Wording.Place(summary.At);
        return $"{place}{(withFile && summary is not null ? $" [{summary.From.Source}]" : "")}{(key.Tunnel is { } tunnel ? $" in {tunnel}" : "")}{(key.Time > 1 ? $" ({key.Time})" : "")}";
    }

    /// <summary>Connections that came by the same stops in the same order.</summary>
    /// <param name="way">Numbers of the stops.</param>
    private sealed class Alike(int[] way)
    {
        public int[] Way { get; } = way;

        public List<IReadOnlyList<(int Capture, int Flow)>> Chains { get; } = [];

        public List<PlainJourneys> Together { get; } = [];

        public int Count => Chains.Count + Together.Sum(t => t.Connections);

        /// <summary>One of them at one of the stops, the same at all.</summary>
        public (int Capture, int Flow) Example(int place) => Chains.Count > 0 ? Chains[0][place] : (Together[0].Stops[place].Capture, Together[0].Stops[place].Flows[0]);
    }

    /// <param name="Capture">Of a ring with missing files the earliest part.</param>
    /// <param name="Time">1 where a connection comes by for the first time, 2 for the second: before and after NAT on one device.</param>
    private readonly record struct Key(int Capture, string? Tunnel, int Time);
}

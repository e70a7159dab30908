using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Report.Journeys;

/// <summary>The stops of all connections in one order: connections that share a stop share a path, whichever end opened them.</summary>
internal sealed class PathStops
{
    private readonly Dictionary<(int Capture, int Flow), Key> keyOf = [];
    private readonly Dictionary<Key, JourneyStop> stops = [];
    private readonly Dictionary<Key, HashSet<Key>> after = [];
    private readonly Dictionary<Key, HashSet<int>> connections = [];
    private readonly Dictionary<Key, (TcpFlow Flow, int Connection)> examples = [];
    private readonly List<Key> met = [];

    /// <summary>Orders.</summary>
    public PathStops(FactSet facts, JourneyChains chains)
    {
        var number = 0;
        // The longest way tells most of the order; a shorter one is turned to fit it.
        var paths = chains.Shown.Where(c => c.Count > 1).Select(c => (Chain: c, Number: number++))
            .GroupBy(c => string.Join('>', c.Chain.Select(s => Tagged(chains, s)))).OrderByDescending(g => g.First().Chain.Count).ThenByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal);
        foreach (var alike in paths)
        {
            var reversed = IsReversed([.. alike.First().Chain.Select(s => Plain(chains, s))]);
            foreach (var (chain, connection) in alike)
            {
                Add(chains, reversed ? [.. chain.Reverse()] : chain, connection);
            }
        }

        foreach (var (from, to, forward) in Missing(facts, chains))
        {
            Before(forward ? from : to, forward ? to : from);
        }

        Number(facts);
    }

    /// <summary>In the order of the way, path by path.</summary>
    public IReadOnlyList<JourneyStop> All => [.. stops.Values.OrderBy(s => s.Order)];

    /// <summary>The stop of a sighting.</summary>
    public JourneyStop? Of(int capture, int flow) => keyOf.TryGetValue((capture, flow), out var key) ? stops.GetValueOrDefault(key) : null;

    /// <summary>The stop where a transmission is missing.</summary>
    public JourneyStop? Missed(int capture, int? flow, string? tunnel) =>
        (flow is { } f ? Of(capture, f) : null) ?? stops.GetValueOrDefault(Silent(capture, tunnel));

    private static string Tagged(JourneyChains chains, (int Capture, int Flow) sighting) => Plain(chains, sighting).ToString();

    private static Key Plain(JourneyChains chains, (int Capture, int Flow) sighting) =>
        new(sighting.Capture, chains.Flow(sighting.Capture, sighting.Flow)?.Encapsulation?.Split(' ')[0], 1);

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

    private void Add(JourneyChains chains, IReadOnlyList<(int Capture, int Flow)> chain, int connection)
    {
        Key? last = null;
        var times = new Dictionary<Key, int>();
        foreach (var sighting in chain)
        {
            var plain = Plain(chains, sighting);
            var key = plain with { Time = times[plain] = times.GetValueOrDefault(plain) + 1 };
            keyOf[sighting] = key;
            Meet(key);
            connections[key].Add(connection);
            if (chains.Flow(sighting.Capture, sighting.Flow) is { } flow)
            {
                _ = examples.TryAdd(key, (flow, connection));
            }

            if (last is { } before)
            {
                Before(before, key);
            }

            last = key;
        }
    }

    private void Meet(Key key)
    {
        if (connections.TryAdd(key, []))
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
            if (!keyOf.TryGetValue((m.Capture, m.Flow), out var from))
            {
                keyOf[(m.Capture, m.Flow)] = from = Plain(chains, (m.Capture, m.Flow));
            }

            var to = m.MissingFlow is { } flow && keyOf.TryGetValue((m.MissingCapture, flow), out var known) ? known : Silent(m.MissingCapture, m.Tunnel);
            if (from != to)
            {
                yield return (from, to, m.FromClient);
            }
        }
    }

    private Key Silent(int capture, string? tunnel) =>
        met.Find(k => k.Capture == capture && k.Tunnel == tunnel) is { Time: > 0 } same ? same
        : met.Find(k => k.Capture == capture) is { Time: > 0 } any ? any : new Key(capture, tunnel, 1);

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
                connections[key].Count, clocks.GetValueOrDefault(source), examples.GetValueOrDefault(key).Flow, examples.GetValueOrDefault(key).Connection);
        }
    }

    private static string Name(FactSet facts, Key key, bool withFile)
    {
        var summary = facts.Of<CaptureSummary>().FirstOrDefault(c => c.Capture == key.Capture);
        var place = summary is null || summary.At == VantagePoint.Unknown ? summary?.From.Source ?? "?" : Wording.Place(summary.At);
        return $"{place}{(withFile && summary is not null ? $" [{summary.From.Source}]" : "")}{(key.Tunnel is { } tunnel ? $" in {tunnel}" : "")}{(key.Time > 1 ? $" ({key.Time})" : "")}";
    }

    /// <param name="Time">1 where a connection comes by for the first time, 2 for the second: before and after NAT on one device.</param>
    private readonly record struct Key(int Capture, string? Tunnel, int Time);
}

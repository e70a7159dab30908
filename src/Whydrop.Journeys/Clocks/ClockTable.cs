using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Placement;

namespace Whydrop.Journeys.Clocks;

/// <summary>The clocks of all capture files against each other, from the datagrams of all connections they share.</summary>
internal sealed class ClockTable
{
    private readonly Dictionary<(int First, int Second), ClockRelation> relations = [];
    private readonly Dictionary<(int First, int Second), int[]> middles = [];
    private readonly Func<int, int, bool> sameNode;
    private readonly int[] files;

    /// <summary>Compares.</summary>
    /// <param name="sameNode">Whether two files were taken on one node.</param>
    public ClockTable(IEnumerable<Connection> connections, Func<int, int, bool> sameNode)
    {
        this.sameNode = sameNode;
        var pairs = connections.SelectMany(Pairs).GroupBy(m => (m.A.Source, m.B.Source));
        foreach (var group in pairs)
        {
            var matches = group.ToArray();
            if (ClockRelation.Fit(Samples(matches), sameNode(group.Key.Item1, group.Key.Item2)) is { } relation)
            {
                relations[group.Key] = relation;
            }
        }

        files = [.. relations.Keys.SelectMany(k => new[] { k.First, k.Second }).Distinct()];
    }

    /// <summary>Half the uncertainty between two files in nanoseconds; null when it has no upper bound.</summary>
    public long? Error(int from, int to) => from == to ? 0
        : Between(from, to) is [var middle, ..] ? Direct(from, middle) + Error(middle, to)
        : Direct(from, to);

    /// <summary>Clock of one file minus clock of another, at a time of the other; null when the two cannot be compared.</summary>
    public long? Offset(int from, int to, long time)
    {
        if (from == to)
        {
            return 0;
        }

        if (Between(from, to) is [var middle, ..] && Offset(from, middle, time) is { } first)
        {
            return first + Offset(middle, to, time + first);
        }

        if (Relation(from, to) is not { } relation)
        {
            return null;
        }

        // Backwards: the time on the first clock is not known, but an offset changes by parts per million only.
        return from < to ? relation.OffsetAt(time) : -relation.OffsetAt(time - relation.OffsetAt(time));
    }

    /// <summary>Offset and drift of one clock against another in a time of the other; none when the two cannot be compared.</summary>
    public IEnumerable<ClockPiece> Pieces(int from, int to, long first, long last)
    {
        if (Offset(from, to, first) is { } begin && Offset(from, to, last) is { } end)
        {
            yield return new ClockPiece(new Timestamp(first), TimeSpan.FromTicks(begin / 100), last > first ? (end - begin) * 1e6 / (last - first) : 0);
        }
    }

    /// <summary>
    /// By way of other files when two share too little themselves: the devices of two nodes compare by what passed between their uplinks. The way of the
    /// least uncertainty (Dijkstra); empty when they compare directly or not at all.
    /// </summary>
    private int[] Between(int from, int to)
    {
        if (middles.TryGetValue((from, to), out var known))
        {
            return known;
        }

        if (Direct(from, to) is not null)
        {
            return middles[(from, to)] = [];
        }

        var open = files.Append(to).Where(f => f != from).Distinct().ToHashSet();
        var best = new Dictionary<int, (long Error, int[] Way)>();
        var (at, error, way) = (from, 0L, Array.Empty<int>());
        while (at != to)
        {
            foreach (var next in open)
            {
                if (Direct(at, next) is { } more && (!best.TryGetValue(next, out var had) || error + more < had.Error))
                {
                    best[next] = (error + more, [.. way, next]);
                }
            }

            var reached = open.Where(best.ContainsKey).Order().ToArray();
            if (reached.Length == 0)
            {
                return middles[(from, to)] = [];
            }

            at = reached.MinBy(f => best[f].Error);
            (error, way) = best[at];
            open.Remove(at);
        }

        return middles[(from, to)] = way[..^1];
    }

    private long? Direct(int from, int to) => from != to && Relation(from, to) is { Consistent: true } relation ? relation.Error : null;

    /// <summary>Two captures of one node have one clock unless their packets say otherwise.</summary>
    private ClockRelation? Relation(int from, int to) =>
        relations.TryGetValue((Math.Min(from, to), Math.Max(from, to)), out var relation) ? relation : sameNode(from, to) ? ClockRelation.Same : null;

    private static IEnumerable<PairMatch> Pairs(Connection connection)
    {
        for (var i = 0; i < connection.Members.Count; i++)
        {
            for (var j = 0; j < connection.Members.Count; j++)
            {
                if (connection.Members[i].Source < connection.Members[j].Source
                    && connection.Match(connection.Members[i], connection.Members[j]) is { } match && match.Sense != PathSense.Unknown)
                {
                    yield return match;
                }
            }
        }
    }

    private static ClockSamples Samples(PairMatch[] matches)
    {
        var samples = new ClockSamples(matches.Min(m => m.A.Flow.First.UnixNanoseconds), matches.Max(m => m.A.Flow.Last.UnixNanoseconds));
        foreach (var match in matches)
        {
            Add(samples, match, true);
            Add(samples, match, false);
        }

        return samples;
    }

    private static void Add(ClockSamples samples, PairMatch match, bool fromClient)
    {
        var (a, b) = (match.A.Trail(fromClient), match.TrailOfB(fromClient));
        var towardsSecond = (match.Sense == PathSense.FirstNearerClient) == fromClient;
        foreach (var pair in match.Matches(fromClient))
        {
            var time = a[pair.A].UnixNanoseconds;
            samples.Add(new ClockSample(time, b[pair.B].UnixNanoseconds - time, towardsSecond));
        }
    }
}

using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Placement;

namespace Whydrop.Journeys.Clocks;

/// <summary>The clocks of all capture files against each other, from the datagrams of all connections they share.</summary>
internal sealed class ClockTable
{
    /// <summary>Segments of so many matches on are fetched while those of one are compared.</summary>
    private const int Ahead = 3;

    private readonly Dictionary<(int First, int Second), ClockRelation> relations = [];
    private readonly Dictionary<(int First, int Second), int[]> middles = [];
    private readonly Func<int, int, bool> sameNode;
    private readonly int[] files;

    /// <summary>The two files asked for last, which compare directly: mostly the next question is of the same.</summary>
    private (int From, int To) lastFiles = (-1, -1);
    private ClockRelation? last;
    private (int From, int To, long? Error)? lastError;

    /// <summary>Compares.</summary>
    /// <param name="sameNode">Whether two files were taken on one node.</param>
    public ClockTable(IEnumerable<Connection> connections, Func<int, int, bool> sameNode)
    {
        this.sameNode = sameNode;
        foreach (var (first, second, matches) in ByFiles(connections))
        {
            var (begin, end) = Frames(matches);
            if (begin <= end && ClockRelation.Fit(begin, end, (from, to) => Samples(matches, from, to), sameNode(first, second)) is { } relation)
            {
                relations[(first, second)] = relation;
            }
        }

        files = [.. relations.Keys.SelectMany(k => new[] { k.First, k.Second }).Distinct()];
    }

    /// <summary>Half the uncertainty between two files in nanoseconds; null when it has no upper bound.</summary>
    public long? Error(int from, int to)
    {
        if (from == to)
        {
            return 0;
        }

        if (lastError is not { } known || known.From != from || known.To != to)
        {
            lastError = known = (from, to, Between(from, to) is [var middle, ..] ? Direct(from, middle) + Error(middle, to) : Direct(from, to));
        }

        return known.Error;
    }

    /// <summary>Clock of one file minus clock of another, at a time of the other; null when the two cannot be compared.</summary>
    public long? Offset(int from, int to, long time)
    {
        if (from == to)
        {
            return 0;
        }

        if (last is not null && lastFiles.From == from && lastFiles.To == to)
        {
            return from < to ? last.OffsetAt(time) : -last.OffsetAtSecond(time);
        }

        if (Between(from, to) is [var middle, ..] && Offset(from, middle, time) is { } first)
        {
            return first + Offset(middle, to, time + first);
        }

        if (Relation(from, to) is not { } relation)
        {
            return null;
        }

        (lastFiles, last) = ((from, to), relation);
        return from < to ? relation.OffsetAt(time) : -relation.OffsetAtSecond(time);
    }

    /// <summary>What gives the offset of two files at any time, where one fit does.</summary>
    internal ClockPieceFit? Single(int from, int to) => from != to && Between(from, to).Length == 0 ? Relation(from, to)?.Single : null;

    /// <summary>Offset and drift of one clock against another in a time of the other; none when the two cannot be compared.</summary>
    public IEnumerable<ClockPiece> Pieces(int from, int to, long first, long last)
    {
        if (from != to && Between(from, to).Length == 0 && Relation(from, to) is { Pieces.Count: > 1, Consistent: true } relation)
        {
            // A clock that stepped back shows some times twice: only its pieces by themselves are beyond doubt.
            foreach (var piece in relation.Pieces)
            {
                yield return from < to ? Piece(piece.Begin, piece.Last, piece.OffsetAt) : Piece(piece.BeginSecond, piece.LastSecond, t => -piece.OffsetAtSecond(t));
            }

            yield break;
        }

        (first, last) = Common(from, to, first, last);
        var steps = Steps(from, to).Where(s => s.Ends < last && s.Begins > first).OrderBy(s => s.Begins).ToArray();
        for (var i = 0; i <= steps.Length; i++)
        {
            var (begin, end) = (i == 0 ? first : steps[i - 1].Begins, i == steps.Length ? last : steps[i].Ends);
            if (Offset(from, to, begin) is { } offset && Offset(from, to, end) is { } later)
            {
                yield return Piece(begin, end, t => t == begin ? offset : later);
            }
        }
    }

    /// <summary>The part of a time in which the two, and those between them, saw the same: of other times nothing says how they drift.</summary>
    private (long First, long Last) Common(int from, int to, long first, long last)
    {
        var (begin, end) = (first, last);
        foreach (var (a, b) in Way(from, to))
        {
            if (Relation(a, b)?.Pieces is [var one, ..] pieces)
            {
                var (starts, stops) = a < b ? (one.Begin, pieces[^1].Last) : (one.BeginSecond, pieces[^1].LastSecond);
                begin = Math.Max(begin, starts + (Offset(a, from, starts) ?? 0));
                end = Math.Min(end, stops + (Offset(a, from, stops) ?? 0));
            }
        }

        return begin <= end ? (begin, end) : (first, last);
    }

    private IEnumerable<(int From, int To)> Way(int from, int to)
    {
        int[] way = from == to ? [] : [from, .. Between(from, to), to];
        return way.Zip(way.Skip(1));
    }

    private static ClockPiece Piece(long begin, long end, Func<long, long> offset) => new(
        new Timestamp(begin), TimeSpan.FromTicks(offset(begin) / 100), end > begin ? (offset(end) - offset(begin)) * 1e6 / (end - begin) : 0);

    /// <summary>Steps of any of the clocks on the way from one to another: the last sample before and the first after it, on the clock of the first.</summary>
    private IEnumerable<(long Ends, long Begins)> Steps(int from, int to)
    {
        foreach (var (a, b) in Way(from, to))
        {
            var pieces = Relation(a, b)?.Pieces ?? [];
            for (var p = 0; p + 1 < pieces.Count; p++)
            {
                var (ends, begins) = a < b ? (pieces[p].Last, pieces[p + 1].Begin) : (pieces[p].LastSecond, pieces[p + 1].BeginSecond);
                if (Offset(a, from, ends) is { } before && Offset(a, from, begins) is { } after)
                {
                    yield return (ends + before, begins + after);
                }
            }
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

    /// <summary>What each two files have in common, in the order in which they were met. Mostly the next is of the same two.</summary>
    private static List<(int First, int Second, List<PairMatch> Matches)> ByFiles(IEnumerable<Connection> connections)
    {
        var pairs = new List<(int First, int Second, List<PairMatch> Matches)>();
        var place = 0;
        foreach (var connection in connections)
        {
            foreach (var match in Pairs(connection))
            {
                var (a, b) = (match.A.Source, match.B.Source);
                if (place >= pairs.Count || pairs[place].First != a || pairs[place].Second != b)
                {
                    place = pairs.FindIndex(f => f.First == a && f.Second == b);
                    if (place < 0)
                    {
                        place = pairs.Count;
                        pairs.Add((a, b, []));
                    }
                }

                pairs[place].Matches.Add(match);
            }
        }

        return pairs;
    }

    /// <summary>First and last frame of the first file; the first is larger when there is none.</summary>
    private static (long Begin, long End) Frames(List<PairMatch> matches)
    {
        var (begin, end) = (long.MaxValue, 0L);
        foreach (var match in matches)
        {
            foreach (var fromClient in (ReadOnlySpan<bool>)[true, false])
            {
                if (match.A.Trail(fromClient) is { Count: > 0 } trail)
                {
                    (begin, end) = (Math.Min(begin, trail[0].Frame), Math.Max(end, trail[trail.Count - 1].Frame));
                }
            }
        }

        return (begin, end);
    }

    private static IEnumerable<PairMatch> Pairs(Connection connection)
    {
        for (var i = 0; i < connection.Members.Length; i++)
        {
            for (var j = 0; j < connection.Members.Length; j++)
            {
                if (connection.Members[i].Source < connection.Members[j].Source
                    && connection.Match(connection.Members[i], connection.Members[j]) is { } match && match.Sense != PathSense.Unknown)
                {
                    yield return match;
                }
            }
        }
    }

    private static ClockSamples Samples(List<PairMatch> matches, long first, long last)
    {
        var samples = new ClockSamples(first, last);
        for (var i = 0; i < matches.Count; i++)
        {
            if (i + Ahead < matches.Count)
            {
                matches[i + Ahead].A.Prefetch();
                matches[i + Ahead].B.Prefetch();
            }

            var match = matches[i];
            Add(samples, match, true);
            Add(samples, match, false);
        }

        return samples;
    }

    private static void Add(ClockSamples samples, PairMatch match, bool fromClient)
    {
        var a = match.A.Trail(fromClient).Records;
        var b = match.TrailOfB(fromClient).Records;
        var towardsSecond = (match.Sense == PathSense.FirstNearerClient) == fromClient;
        foreach (var pair in match.Matches(fromClient))
        {
            ref readonly var sent = ref a[pair.A];
            samples.Add(new ClockSample(sent.Frame, sent.UnixNanoseconds, b[pair.B].UnixNanoseconds - sent.UnixNanoseconds, towardsSecond));
        }
    }
}

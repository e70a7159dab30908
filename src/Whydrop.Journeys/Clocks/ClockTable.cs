using Whydrop.Journeys.Pairing;
using Whydrop.Journeys.Placement;

namespace Whydrop.Journeys.Clocks;

/// <summary>The clocks of all capture files against each other, from the datagrams of all connections they share.</summary>
internal sealed class ClockTable
{
    private readonly Dictionary<(int First, int Second), ClockRelation> relations = [];

    /// <summary>Compares.</summary>
    /// <param name="sameNode">Whether two files were taken on one node.</param>
    public ClockTable(IEnumerable<Connection> connections, Func<int, int, bool> sameNode)
    {
        var pairs = connections.SelectMany(Pairs).GroupBy(m => (m.A.Source, m.B.Source));
        foreach (var group in pairs)
        {
            var matches = group.ToArray();
            if (ClockRelation.Fit(Samples(matches), sameNode(group.Key.Item1, group.Key.Item2)) is { } relation)
            {
                relations[group.Key] = relation;
            }
        }
    }

    /// <summary>Half the uncertainty between two files in nanoseconds; null when it has no upper bound.</summary>
    public long? Error(int from, int to) => from == to ? 0 : Relation(from, to) is { Consistent: true } relation ? relation.Error : null;

    /// <summary>Clock of one file minus clock of another, at a time of the other; null when the two cannot be compared.</summary>
    public long? Offset(int from, int to, long time)
    {
        if (from == to)
        {
            return 0;
        }

        if (Relation(from, to) is not { } relation)
        {
            return null;
        }

        // Backwards: the time on the first clock is not known, but an offset changes by parts per million only.
        return from < to ? relation.OffsetAt(time) : -relation.OffsetAt(time - relation.OffsetAt(time));
    }

    private ClockRelation? Relation(int from, int to) => relations.GetValueOrDefault((Math.Min(from, to), Math.Max(from, to)));

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

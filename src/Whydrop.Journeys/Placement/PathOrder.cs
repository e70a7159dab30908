using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Placement;

/// <summary>Which of two sightings is nearer to the client: TTL falls along the way, and nothing arrives before it was sent. No common clock is needed.</summary>
internal static class PathOrder
{
    /// <summary>Votes closer together than this say nothing: two clocks are not finer.</summary>
    private const long Resolution = 2_000;

    /// <summary>A forward and a backward segment further apart than this are not compared: clocks drift.</summary>
    private const long LongestPairing = 2_000_000_000;

    /// <summary>Judges; unknown when TTL and delays contradict each other or say nothing.</summary>
    public static PathSense Of(PairMatch match)
    {
        var ttl = ByTtl(match);
        var oneFile = match.A.Source == match.B.Source;
        var delay = oneFile ? BySameClock(match) : ByRoundTrip(match);
        if (delay == 0 && !oneFile && match.A.At.Node is { } node && node == match.B.At.Node)
        {
            delay = BySameClock(match);
        }

        return (ttl + delay) switch
        {
            > 0 => PathSense.FirstNearerClient,
            < 0 => PathSense.SecondNearerClient,
            _ => PathSense.Unknown,
        };
    }

    /// <summary>By clocks that other connections compared, for those seen in one direction only.</summary>
    public static PathSense ByClocks(PairMatch match, ClockTable clocks)
    {
        var (towardsB, towardsA) = (0, 0);
        foreach (var fromClient in new[] { true, false })
        {
            var (a, b) = (match.A.Trail(fromClient), match.TrailOfB(fromClient));
            foreach (var pair in match.Matches(fromClient))
            {
                var sent = a[pair.A].UnixNanoseconds;
                if (clocks.Error(match.A.Source, match.B.Source) is not { } error || clocks.Offset(match.A.Source, match.B.Source, sent) is not { } offset)
                {
                    return PathSense.Unknown;
                }

                var delay = b[pair.B].UnixNanoseconds - sent - offset;
                towardsB += delay > error && fromClient ? 1 : delay < -error && !fromClient ? 1 : 0;
                towardsA += delay < -error && fromClient ? 1 : delay > error && !fromClient ? 1 : 0;
            }
        }

        return Majority(towardsB, towardsA) switch
        {
            > 0 => PathSense.FirstNearerClient,
            < 0 => PathSense.SecondNearerClient,
            _ => PathSense.Unknown,
        };
    }

    private static int ByTtl(PairMatch match)
    {
        var client = TtlVote(match.A.FromClient, match.TrailOfB(true), match.FromClient);
        var server = -TtlVote(match.A.FromServer, match.TrailOfB(false), match.FromServer);
        return client == server ? client : client == 0 ? server : server == 0 ? client : 0;
    }

    /// <summary>+1: a has the higher TTL, so it is nearer to the sender.</summary>
    private static int TtlVote(SegmentTrail a, SegmentTrail b, ReadOnlySpan<IndexPair> pairs)
    {
        var (higher, lower) = (0, 0);
        var first = a.Records;
        var second = b.Records;
        foreach (var pair in pairs)
        {
            var (x, y) = (first[pair.A].Ttl, second[pair.B].Ttl);
            higher += x > y ? 1 : 0;
            lower += x < y ? 1 : 0;
        }

        return Majority(higher, lower);
    }

    private static int BySameClock(PairMatch match)
    {
        var oneFile = match.A.Source == match.B.Source;
        var client = TimeVote(match.A.FromClient, match.TrailOfB(true), match.FromClient, oneFile);
        var server = -TimeVote(match.A.FromServer, match.TrailOfB(false), match.FromServer, oneFile);
        return client == server ? client : client == 0 ? server : server == 0 ? client : 0;
    }

    /// <summary>+1: a saw them first. Equal times in one file: its order decides, for a socket delivers in the order of travel.</summary>
    private static int TimeVote(SegmentTrail a, SegmentTrail b, ReadOnlySpan<IndexPair> pairs, bool oneFile)
    {
        var (first, last) = (0, 0);
        foreach (var pair in pairs)
        {
            ref readonly var x = ref a[pair.A];
            ref readonly var y = ref b[pair.B];
            var earlier = x.UnixNanoseconds.CompareTo(y.UnixNanoseconds) is var c && (c != 0 || !oneFile) ? c : x.Frame.CompareTo(y.Frame);
            first += earlier < 0 ? 1 : 0;
            last += earlier > 0 ? 1 : 0;
        }

        return Majority(first, last);
    }

    /// <summary>
    /// With d the clock difference, a forward segment shows d + delay and a backward one d − delay when a is nearer to the client, the
    /// reverse when b is: the sign of their difference tells, whatever d.
    /// </summary>
    private static int ByRoundTrip(PairMatch match)
    {
        var (positive, negative) = (0, 0);
        var server = match.FromServer;
        var next = 0;
        var requests = match.A.FromClient.Records;
        var answers = match.A.FromServer.Records;
        var requestsAtB = match.TrailOfB(true).Records;
        var answersAtB = match.TrailOfB(false).Records;
        foreach (var pair in match.FromClient)
        {
            var sent = requests[pair.A].UnixNanoseconds;
            while (next + 1 < server.Length && Distance(answers, next + 1, sent) <= Distance(answers, next, sent))
            {
                next++;
            }

            if (next >= server.Length || Distance(answers, next, sent) > LongestPairing)
            {
                continue;
            }

            var forward = requestsAtB[pair.B].UnixNanoseconds - sent;
            var backward = answersAtB[server[next].B].UnixNanoseconds - answers[server[next].A].UnixNanoseconds;
            // 200 ppm is beyond any crystal, so what is left is delay.
            var noise = Resolution + (Distance(answers, next, sent) / 5_000);
            positive += forward - backward > noise ? 1 : 0;
            negative += backward - forward > noise ? 1 : 0;
        }

        return Majority(positive, negative);

        long Distance(ReadOnlySpan<SegmentRecord> of, int index, long time) => Math.Abs(of[server[index].A].UnixNanoseconds - time);
    }

    /// <summary>Nine of ten must agree.</summary>
    private static int Majority(int positive, int negative) =>
        positive > 9 * negative ? 1 : negative > 9 * positive ? -1 : 0;
}

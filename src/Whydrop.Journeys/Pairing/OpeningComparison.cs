using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Placement;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Pairing;

/// <summary>Compares two sightings with the same initial sequence number of the client of which one never saw an answer: SYNs are all there is.</summary>
internal static class OpeningComparison
{
    /// <summary>In one file no SYN takes longer than this from one device to another.</summary>
    private const long LongestStayInNode = 5_000_000_000;

    /// <summary>Compares.</summary>
    /// <param name="comparisons">How many pairs of connections could have agreed by chance.</param>
    public static PairMatch Compare(Sighting a, Sighting b, double comparisons)
    {
        var client = Openings(a.FromClient, b.FromClient, out var timestamps, out var contradicted);
        client.AddRange(SegmentMatching.Match(a.FromClient, b.FromClient, 0, 0, timestamps).Where(p => !a.FromClient[p.A].Has(SegmentTraits.Syn)));
        client.Sort(static (x, y) => x.A.CompareTo(y.A));
        var bits = Bits(a, b, client, timestamps) - Math.Log2(Math.Max(1, comparisons));
        var match = new PairMatch(a, b, false, 0, 0)
        {
            Timestamps = timestamps,
            ByHandshake = a.HasHandshake && b.HasHandshake && a.Initial(false) == b.Initial(false),
            FromClient = [.. client],
            FromServer = SegmentMatching.Match(a.FromServer, b.FromServer, 0, 0, timestamps),
            MatchedData = client.Count,
            SurplusBits = bits,
        };
        match.Sense = PathOrder.Of(match);
        var farApart = a.Source == b.Source && client.Exists(p => Math.Abs(b.FromClient[p.B].UnixNanoseconds - a.FromClient[p.A].UnixNanoseconds) > LongestStayInNode);
        match.Likeness = contradicted || farApart || client.Count == 0 || bits < PairComparison.NeededSurplusBits ? Likeness.Different
            : a.Source == b.Source && match.Sense == PathSense.Unknown ? Likeness.Weak
            : Likeness.Same;
        return match;
    }

    /// <summary>The SYNs that both saw: by timestamp, else by IP Identification, else the only ones, else in their order.</summary>
    private static List<IndexPair> Openings(SegmentTrail a, SegmentTrail b, out bool timestamps, out bool contradicted)
    {
        var (first, second) = (Syns(a), Syns(b));
        timestamps = first.Count > 0 && second.Count > 0 && a[first[0]].Has(SegmentTraits.Timestamp) && b[second[0]].Has(SegmentTraits.Timestamp);
        var pairs = new List<IndexPair>();
        var byMark = timestamps || (first.Exists(i => a[i].IpId != 0) && second.Exists(j => b[j].IpId != 0));
        var next = 0;
        foreach (var i in first)
        {
            var j = byMark ? FindMark(a[i], b, second, next, timestamps) : next < second.Count ? next : -1;
            if (j >= 0)
            {
                pairs.Add(new IndexPair(i, second[j]));
                next = j + 1;
            }
        }

        // Where there is no mark and the numbers of SYNs differ, which is which is not known.
        contradicted = first.Count > 0 && second.Count > 0 && pairs.Count == 0 && timestamps;
        return byMark || first.Count == second.Count || pairs.Count == 0 ? pairs : [pairs[0]];
    }

    private static int FindMark(in SegmentRecord syn, SegmentTrail b, List<int> candidates, int from, bool timestamps)
    {
        for (var j = from; j < candidates.Count; j++)
        {
            ref readonly var other = ref b[candidates[j]];
            if (timestamps ? other.TsVal == syn.TsVal : other.IpId == syn.IpId)
            {
                return j;
            }
        }

        return -1;
    }

    private static List<int> Syns(SegmentTrail trail)
    {
        var found = new List<int>();
        for (var i = 0; i < trail.Count; i++)
        {
            if (trail[i].Has(SegmentTraits.Syn))
            {
                found.Add(i);
            }
        }

        return found;
    }

    private static double Bits(Sighting a, Sighting b, List<IndexPair> pairs, bool timestamps)
    {
        // One initial sequence number (RFC 6528: random).
        var bits = 32d;
        // TSval has a random offset per pair of addresses; 24 bits for those that have none.
        bits += timestamps && pairs.Count > 0 ? 24 : 0;
        bits += pairs.Exists(p => a.FromClient[p.A].IpId != 0 && a.FromClient[p.A].IpId == b.FromClient[p.B].IpId) ? 12 : 0;
        // The client's port is chosen at random; masquerading keeps it where it can.
        bits += a.Flow.Client.Port == b.Flow.Client.Port ? 12 : 0;
        bits += a.Flow.Client.Address.Equals(b.Flow.Client.Address) ? 4 : 0;
        bits += a.Flow.Server.Equals(b.Flow.Server) ? 4 : 0;
        var (x, y) = (a.Flow.FromClient, b.Flow.FromClient);
        return bits + (x.WindowScale == y.WindowScale && x.SackPermitted == y.SackPermitted ? 2 : 0);
    }
}

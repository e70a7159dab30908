using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Placement;

namespace Whydrop.Journeys.Pairing;

/// <summary>Compares two sightings segment by segment and weighs the evidence that they are one connection.</summary>
internal static class PairComparison
{
    /// <summary>Evidence beyond the number of comparisons that a pairing needs: chance below one in a million.</summary>
    public const double NeededSurplusBits = 20;

    /// <summary>In one file no datagram takes longer than this from one device to another; longer means two connections that look alike.</summary>
    private const long LongestStayInNode = 5_000_000_000;

    /// <summary>Compares.</summary>
    /// <param name="comparisons">How many pairs of segments were compared to come to this candidate; the price of chance.</param>
    public static PairMatch Compare(Sighting a, Sighting b, bool swapped, uint clientShift, uint serverShift, double comparisons)
    {
        var timestamps = true;
        var (client, server) = Match(true);
        if (client.Length + server.Length == 0)
        {
            timestamps = false;
            (client, server) = Match(false);
        }

        var tally = new AgreementTally();
        tally.Add(a.FromClient, b.Trail(!swapped), client);
        tally.Add(a.FromServer, b.Trail(swapped), server);
        var byHandshake = HandshakeAgrees(a, b, swapped, clientShift, serverShift);
        var surplus = tally.Bits(byHandshake, clientShift != 0 || serverShift != 0) - Math.Log2(Math.Max(1, comparisons));
        var match = new PairMatch(a, b, swapped, clientShift, serverShift)
        {
            Timestamps = timestamps && tally.WithTimestamps > 0,
            ByHandshake = byHandshake,
            FromClient = client,
            FromServer = server,
            MatchedData = tally.Data,
            SurplusBits = surplus,
        };
        match.Sense = PathOrder.Of(match);
        match.Likeness = Judge(match, tally);
        return match;

        (IndexPair[] Client, IndexPair[] Server) Match(bool withTimestamps) =>
            (SegmentMatching.Match(a.FromClient, b.Trail(!swapped), clientShift, serverShift, withTimestamps),
            SegmentMatching.Match(a.FromServer, b.Trail(swapped), serverShift, clientShift, withTimestamps));
    }

    private static bool HandshakeAgrees(Sighting a, Sighting b, bool swapped, uint clientShift, uint serverShift) =>
        !swapped && a.HasHandshake && b.HasHandshake
        && a.Initial(true) + clientShift == b.Initial(true)
        && a.Initial(false) + serverShift == b.Initial(false);

    private static Likeness Judge(PairMatch match, AgreementTally tally)
    {
        if (match.SurplusBits < NeededSurplusBits || tally.PayloadContradicts || (tally.Data < 2 && !match.ByHandshake)
            || (match.A.Source == match.B.Source && TypicalStay(match) > LongestStayInNode))
        {
            return Likeness.Different;
        }

        var shifted = match.ClientShift != 0 || match.ServerShift != 0;
        if (shifted && !tally.FollowsSamePackets)
        {
            // A proxy that copies bytes one to one also keeps a constant distance; only the packet's own marks tell it from a rewriting middlebox.
            return Likeness.Different;
        }

        var unordered = match.A.Source == match.B.Source && match.Sense == PathSense.Unknown;
        return unordered || tally.IpIdsDiffer ? Likeness.Weak : Likeness.Same;
    }

    private static long TypicalStay(PairMatch match)
    {
        var fromClient = match.FromClient.Length >= match.FromServer.Length;
        var (pairs, a, b) = (match.Matches(fromClient), match.A.Trail(fromClient), match.TrailOfB(fromClient));
        if (pairs.Length == 0)
        {
            return 0;
        }

        var stays = new long[pairs.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            stays[i] = Math.Abs(b[pairs[i].B].UnixNanoseconds - a[pairs[i].A].UnixNanoseconds);
        }

        Array.Sort(stays);
        return stays[stays.Length / 2];
    }
}

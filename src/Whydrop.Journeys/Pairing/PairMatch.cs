using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Placement;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Pairing;

/// <summary>What two sightings have in common.</summary>
internal sealed class PairMatch(Sighting a, Sighting b, bool swapped, uint clientShift, uint serverShift)
{
    /// <summary>One sighting.</summary>
    public Sighting A { get; } = a;

    /// <summary>The other.</summary>
    public Sighting B { get; } = b;

    /// <summary>The client of A is the server of B: both began without a SYN.</summary>
    public bool Swapped { get; } = swapped;

    /// <summary>Sequence number of A's client in B minus that in A.</summary>
    public uint ClientShift { get; } = clientShift;

    /// <summary>The same for A's server.</summary>
    public uint ServerShift { get; } = serverShift;

    /// <summary>Timestamp options identify transmissions across both.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Both initial sequence numbers agree.</summary>
    public bool ByHandshake { get; init; }

    /// <summary>The same segments of A's client.</summary>
    public IndexPair[] FromClient { get; init; } = [];

    /// <summary>The same segments of A's server.</summary>
    public IndexPair[] FromServer { get; init; } = [];

    /// <summary>Matched segments with data or SYN, both directions.</summary>
    public int MatchedData { get; init; }

    /// <summary>Independent evidence in bits, less what the number of comparisons costs.</summary>
    public double SurplusBits { get; init; }

    /// <summary>Verdict.</summary>
    public Likeness Likeness { get; set; }

    /// <summary>Which of the two is nearer to A's client.</summary>
    public PathSense Sense { get; set; }

    /// <summary>Matches of one direction, in A's words.</summary>
    public IndexPair[] Matches(bool fromClient) => fromClient ? FromClient : FromServer;

    /// <summary>The trail of B that holds what this end of A sent.</summary>
    public SegmentTrail TrailOfB(bool fromClient) => B.Trail(fromClient != Swapped);

    /// <summary>Shift of the sequence numbers of one direction, from A to B.</summary>
    public uint Shift(bool fromClient) => fromClient ? ClientShift : ServerShift;

    /// <summary>The same, seen from B.</summary>
    public PairMatch Reversed() =>
        new(B, A, Swapped, 0 - (Swapped ? ServerShift : ClientShift), 0 - (Swapped ? ClientShift : ServerShift))
        {
            Timestamps = Timestamps,
            ByHandshake = ByHandshake,
            FromClient = Turn(Matches(!Swapped)),
            FromServer = Turn(Matches(Swapped)),
            MatchedData = MatchedData,
            SurplusBits = SurplusBits,
            Likeness = Likeness,
            Sense = (Sense, Swapped) switch
            {
                (PathSense.FirstNearerClient, false) or (PathSense.SecondNearerClient, true) => PathSense.SecondNearerClient,
                (PathSense.SecondNearerClient, false) or (PathSense.FirstNearerClient, true) => PathSense.FirstNearerClient,
                _ => PathSense.Unknown,
            },
        };

    private static IndexPair[] Turn(IndexPair[] pairs)
    {
        // Mostly both places saw the same segments.
        if (Array.TrueForAll(pairs, static p => p.A == p.B))
        {
            return pairs;
        }

        var turned = Array.ConvertAll(pairs, static p => new IndexPair(p.B, p.A));
        for (var i = 1; i < turned.Length; i++)
        {
            // Mostly both places saw the same order.
            if (turned[i].A < turned[i - 1].A)
            {
                Array.Sort(turned, static (x, y) => x.A.CompareTo(y.A));
                break;
            }
        }

        return turned;
    }
}

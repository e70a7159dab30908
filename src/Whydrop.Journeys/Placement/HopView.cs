using System.Runtime.InteropServices;
using Whydrop.Journeys.Collecting;
using Whydrop.Journeys.Pairing;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Placement;

/// <summary>One direction of a connection at the two ends of a hop.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct HopView
{
    private readonly IndexPair[] pairs;
    private readonly bool turned;

    /// <summary>Looks.</summary>
    /// <param name="match">The two places compared, in whatever order.</param>
    /// <param name="from">The one before the hop.</param>
    /// <param name="fromClient">Direction in the words of that place.</param>
    public HopView(PairMatch match, Sighting from, bool fromClient)
    {
        turned = match.A != from;
        var here = turned ? fromClient != match.Swapped : fromClient;
        (Before, Beyond) = turned ? (match.B, match.A) : (match.A, match.B);
        (Sent, Seen) = turned ? (match.TrailOfB(here), match.A.Trail(here)) : (match.A.Trail(here), match.TrailOfB(here));
        pairs = match.Matches(here);
        Largest = from.Largest(fromClient);
    }

    /// <summary>The place before the hop.</summary>
    public Sighting Before { get; }

    /// <summary>The place after it.</summary>
    public Sighting Beyond { get; }

    /// <summary>What was seen before it.</summary>
    public SegmentTrail Sent { get; }

    /// <summary>What was seen after it.</summary>
    public SegmentTrail Seen { get; }

    /// <summary>Largest datagram of the sender on the wire, as seen before it.</summary>
    public int Largest { get; }

    /// <summary>Segments that both places saw.</summary>
    public int Count => pairs.Length;

    /// <summary>Their indices before and after the hop.</summary>
    public (int Sent, int Seen) this[int index] => turned ? (pairs[index].B, pairs[index].A) : (pairs[index].A, pairs[index].B);
}

using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Placement;

/// <summary>Whether not having been seen means not having come by.</summary>
/// <param name="clocks">All clocks.</param>
internal sealed class AbsenceProof(CaseFlows flows, ClockTable clocks)
{
    /// <summary>A datagram may be this late and more (three round trips) before its absence counts.</summary>
    private const long ShortestWait = 1_000_000_000;

    /// <summary>So many segments sent later came by before: it was not merely reordered (RFC 5681 §3.2 draws the line at three).</summary>
    private const int OvertakenBy = 3;

    private readonly Dictionary<Sighting, CaptureWitness> witnesses = [];
    private readonly Dictionary<int, long> missed = [];

    /// <summary>A segment went by a capture point unrecorded: it drops frames, and may have dropped others of any connection.</summary>
    public void Missed(Sighting by) => missed[by.Flow.Capture] = missed.GetValueOrDefault(by.Flow.Capture) + 1;

    /// <summary>Judges one transmission.</summary>
    /// <param name="laterSeen">A later transmission of the same bytes was seen there.</param>
    /// <returns>Whether it is proven, and why or why not in one line.</returns>
    public (bool Proven, string Reason) Judge(PathStop from, PathStop to, Passage passage, int index, bool laterSeen)
    {
        var witness = Witness(to.Sighting);
        var (before, after) = (passage.SeenBefore(index), passage.SeenAfter(index));
        var expected = Expected(from, to, index);
        if (witness.Incomplete is { } incomplete)
        {
            return (false, incomplete);
        }

        if (missed.GetValueOrDefault(to.Sighting.Flow.Capture) is var unrecorded and > 0)
        {
            return (false, $"the capture at {to.At} did not record {unrecorded} segments that were acknowledged or seen further on");
        }

        if (before + after == 0)
        {
            return (false, $"no other segment of this direction was recognised at {to.At}");
        }

        if (before == 0 && !(expected is { } e && witness.First <= e.Time - e.Error))
        {
            return (false, $"the capture at {to.At} may have begun later");
        }

        if (!laterSeen && after < OvertakenBy && !(expected is { } x && witness.Last >= x.Time + x.Error + Wait(from)))
        {
            return (false, $"the capture at {to.At} ends too soon after it to tell late from lost");
        }

        var complete = witness.SaysComplete ? "dropped nothing" : "missed nothing that was acknowledged";
        return (true, $"{before} segments before and {after} after it were seen at {to.At}, whose capture ran on and {complete}");
    }

    private CaptureWitness Witness(Sighting sighting) =>
        witnesses.TryGetValue(sighting, out var witness) ? witness : witnesses[sighting] = CaptureWitness.Of(flows, sighting);

    private (long Time, long Error)? Expected(PathStop from, PathStop to, int index)
    {
        var sent = from.Trail[index].UnixNanoseconds;
        return clocks.Error(from.Sighting.Source, to.Sighting.Source) is { } error
            && clocks.Offset(from.Sighting.Source, to.Sighting.Source, sent) is { } offset
            ? (sent + offset, error)
            : null;
    }

    private static long Wait(PathStop from)
    {
        var flow = from.Sighting.Flow;
        var roundTrip = new[] { flow.HandshakeRtt, flow.FromClient.SmoothedRtt, flow.FromServer.SmoothedRtt }.Max() ?? TimeSpan.Zero;
        return Math.Max(ShortestWait, 3 * roundTrip.Ticks * 100);
    }
}

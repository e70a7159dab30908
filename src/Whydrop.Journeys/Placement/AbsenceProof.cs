using Whydrop.Evidence.Capture;
using Whydrop.Journeys.Clocks;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Placement;

/// <summary>Whether not having been seen means not having come by.</summary>
/// <param name="clocks">All clocks.</param>
/// <param name="encrypted">What came by unreadable.</param>
internal sealed class AbsenceProof(CaseFlows flows, ClockTable clocks, EncryptedTraffic encrypted)
{
    /// <summary>A datagram may be this late and more (three round trips) before its absence counts.</summary>
    private const long ShortestWait = 1_000_000_000;

    /// <summary>So many segments sent later came by before: it was not merely reordered (RFC 5681 §3.2 draws the line at three).</summary>
    private const int OvertakenBy = 3;

    private readonly Dictionary<Sighting, CaptureWitness> witnesses = [];
    private readonly Dictionary<int, CaptureWitness> captures = [];
    private readonly Dictionary<int, long> missed = [];

    /// <summary>A segment went by a capture point unrecorded: it drops frames, and may have dropped others of any connection.</summary>
    public void Missed(Sighting by) => missed[by.Capture] = missed.GetValueOrDefault(by.Capture) + 1;

    /// <summary>Nothing says that the capture missed anything.</summary>
    public bool IsComplete(Sighting sighting) => Doubt(Witness(sighting), sighting.Capture, sighting.At) is null;

    /// <summary>Judges one transmission by the others of its direction.</summary>
    /// <param name="laterSeen">A later transmission of the same bytes was seen there.</param>
    /// <returns>Whether it is proven, and why or why not in one line.</returns>
    public (bool Proven, string Reason) Judge(PathStop from, PathStop to, Passage passage, int index, bool laterSeen) =>
        Judge(from.Sighting, from.Trail[index].UnixNanoseconds, to.Sighting, passage.SeenBefore(index), passage.SeenAfter(index), laterSeen);

    /// <summary>Judges a segment sent at a time by how many of its direction were recognised there before and after it.</summary>
    /// <param name="upstream">It should have come by there before it was seen; else after.</param>
    public (bool Proven, string Reason) Judge(Sighting from, long sent, Sighting to, int before, int after, bool laterSeen, bool upstream = false)
    {
        var witness = Witness(to);
        var at = to.At;
        if (Doubt(witness, to.Capture, at) is { } doubt)
        {
            return (false, doubt);
        }

        if (before + after == 0)
        {
            return (false, $"no other segment of this direction was recognised at {at}");
        }

        var expected = Expected(from.Source, to.Source, sent);
        var wait = Wait(from.Flow);
        if (before == 0 && !(expected is { } e && witness.First <= e.Time - e.Error - (upstream ? wait : 0)))
        {
            return (false, $"the capture at {at} may have begun later");
        }

        if (!laterSeen && after < OvertakenBy && !(expected is { } x && witness.Last >= x.Time + x.Error + (upstream ? 0 : wait)))
        {
            return (false, $"the capture at {at} ends too soon after it to tell late from lost");
        }

        return (true, $"{before} segments before and {after} after it were seen at {at}, whose capture ran on and {Completeness(witness)}");
    }

    /// <summary>Judges a segment that should have come by a capture which recognised none of its direction.</summary>
    /// <param name="why">Why it must have come by there.</param>
    /// <param name="upstream">It should have come by there before it was seen; else after.</param>
    /// <param name="plain">Others with the same ends came by there and could be read.</param>
    /// <param name="arrived">When the last of the direction was sent that did arrive; null when none did.</param>
    public (bool Proven, string Reason) JudgeSilence(
        Sighting from, long sent, CaptureSummary to, string why, bool upstream, bool plain, long? arrived = null)
    {
        if (!captures.TryGetValue(to.Capture, out var witness))
        {
            captures[to.Capture] = witness = CaptureWitness.Of(flows, to);
        }

        if (Doubt(witness, to.Capture, to.At) is { } doubt)
        {
            return (false, doubt);
        }

        var wait = Wait(from.Flow);
        if (Expected(from.Source, flows.SourceOf(to.Capture), sent) is not ({ } time, { } error))
        {
            return (false, $"nothing in common tells how the clocks of {from.At} and {to.At} compare");
        }

        if (!plain && encrypted.Within(to.Capture, time - error - wait, time + error + wait) is { } tunnel)
        {
            return (false, $"the capture at {to.At} shows {tunnel}, and it may have come by inside, which cannot be seen");
        }

        if (!(witness.First <= time - error - (upstream ? wait : 0)))
        {
            return (false, $"the capture at {to.At} may have begun later");
        }

        if (arrived - sent + time >= witness.First)
        {
            return (false, $"others of this direction arrived without having been seen at {to.At}");
        }

        if (!(witness.Last >= time + error + (upstream ? 0 : wait)))
        {
            return (false, $"the capture at {to.At} ends too soon after it to tell late from lost");
        }

        return (true, $"{why}, and the capture at {to.At} ran before and after and {Completeness(witness)}");
    }

    private string? Doubt(CaptureWitness witness, int capture, Evidence.VantagePoint at) =>
        witness.Incomplete
        ?? (missed.GetValueOrDefault(capture) is var unrecorded and > 0
            ? $"the capture at {at} did not record {unrecorded} segments that were acknowledged or seen further on"
            : null);

    private static string Completeness(CaptureWitness witness) =>
        witness.SaysComplete ? "dropped nothing" : "missed nothing that was acknowledged";

    private CaptureWitness Witness(Sighting sighting) =>
        witnesses.TryGetValue(sighting, out var witness) ? witness : witnesses[sighting] = CaptureWitness.Of(flows, sighting);

    private (long Time, long Error)? Expected(int from, int to, long sent) =>
        clocks.Error(from, to) is { } error && clocks.Offset(from, to, sent) is { } offset ? (sent + offset, error) : null;

    private static long Wait(TcpFlow flow)
    {
        var roundTrip = new[] { flow.HandshakeRtt, flow.FromClient.SmoothedRtt, flow.FromServer.SmoothedRtt }.Max() ?? TimeSpan.Zero;
        return Math.Max(ShortestWait, 3 * roundTrip.Ticks * 100);
    }
}

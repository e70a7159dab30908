using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Everything above one datagram size was lost in one direction, everything at or below it was not always lost.</summary>
/// <param name="LargestDelivered">Largest IP datagram that got through; of a connection that was opened but delivered no data, the handshake's.</param>
/// <param name="SmallestLost">Smallest one above it; it never got through.</param>
/// <param name="Losses">Lost transmissions above the step, DF set.</param>
/// <param name="DeliveredBelow">Transmissions at or below the step that got through.</param>
/// <param name="LostBelow">Transmissions at or below the step that did not.</param>
internal sealed record SizeStep(
    DirectionKey Direction, int LargestDelivered, int SmallestLost, IReadOnlyList<Loss> Losses, long DeliveredBelow, long LostBelow, Provenance From)
{
    // Path MTU discovery answers within a round trip; a sender that needs a second has run into its retransmission timer
    // (RFC 6298 (2.4): minimum 1 s; Linux 200 ms doubled twice).
    private static readonly TimeSpan Prompt = TimeSpan.FromSeconds(1);

    // The shortest time in which a sender repeats a segment several times: Linux's 200 ms, 400 ms, 800 ms.
    private static readonly TimeSpan Ladder = TimeSpan.FromSeconds(1.4);

    internal int LargestLost => Losses.Max(l => l.DatagramLength!.Value);

    /// <summary>The way was open after the first loss, so that silence is no black-out: the receiver spoke, or another connection between the same two opened.</summary>
    internal bool PathWasOpen(CaseView view)
    {
        if (Losses.Any(l => l.Fate.Proven || l.Placement is { AbsenceProven: true }))
        {
            return true;
        }

        var first = Losses.MinBy(l => l.Fate.Sent)!.Fate;
        return view.Flow(new FlowKey(first.Capture, first.Flow)) is { } own && view.SamePair.Opened(own, first.Sent);
    }

    /// <summary>
    /// The size was lost more than once, and not in one go: the same bytes on two time-outs after the first, or bytes of another time as well.
    /// What a burst loses together is one loss as far as size is concerned.
    /// </summary>
    internal bool Repeated(CaseView view)
    {
        var times = Losses.Select(l => l.Fate.Sent).Order().ToArray();
        var apart = 1;
        var last = times[0];
        foreach (var time in times)
        {
            if (time - last >= Apart)
            {
                apart++;
                last = time;
            }
        }

        return apart >= 3 || (apart == 2 && Losses.DistinctBy(l => l.Fate.Sequence).Count() > 1) || Losses.Any(l =>
            l.Fate.Fate == Fate.LostBefore && l.Fate.NeverDelivered
            && view.Flow(new FlowKey(l.Fate.Capture, l.Fate.Flow)) is { } flow && flow.Last - l.Fate.Sent >= Ladder);
    }

    // Linux's smallest retransmission time-out is 200 ms; a tail loss probe comes sooner and is no time-out.
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(150);

    /// <summary>Another connection between the same two, in the same direction, got a datagram as large through: it is not the path that forbids it.</summary>
    internal bool SizePassesElsewhere(CaseView view)
    {
        var key = view.Connections.NearestToSender(Direction);
        return view.Flow(key) is { } own && view.SamePair.Passed(own, view.Connections.FromClient(key, Direction), SmallestLost);
    }

    /// <summary>Path MTU discovery at work in this direction.</summary>
    internal bool DiscoveryWorked => Worked(Losses);

    /// <summary>
    /// Path MTU discovery at work: every byte got through after all, in datagrams that were small enough, and nobody kept
    /// sending the same bytes in the same size for long.
    /// </summary>
    internal static bool Worked(IReadOnlyCollection<Loss> losses) =>
        losses.All(l => !l.Fate.NeverDelivered)
        && losses.GroupBy(l => l.Fate.Sequence).All(g => g.Count() <= 2)
        && Persistence(losses) < Prompt;

    /// <summary>How long the same bytes were sent in that size, at worst.</summary>
    internal static TimeSpan Persistence(IEnumerable<Loss> losses) =>
        losses.GroupBy(l => (l.Direction, l.Fate.Sequence)).Select(g => g.Max(l => l.Fate.Sent) - g.Min(l => l.Fate.Sent)).DefaultIfEmpty().Max();
}

using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.Faults.Path;

/// <summary>The retransmission timer fires although nothing is lost: the way, or the other end, is late for a moment.</summary>
internal sealed class SpuriousRto : FaultOf<SpuriousRto.Late>
{
    public override string Id => "spurious-rto";

    public override string Name => "Timer fired, nothing was lost";

    public override FaultLayer Layer => FaultLayer.Path;

    public override string UserSees => "Retransmissions and a collapsed congestion window now and then; no drop counter moves anywhere.";

    public override string Mechanism =>
        "Something holds all packets back for longer than the sender's retransmission time-out: a paused virtual machine, a throttled or starved processor, a queue that grew suddenly. The "
        + "first copy arrives all the same, the repeated one too, and the receiver reports the duplicate.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("path-blackout", "There the first copies never arrive."),
        new("reordering", "There later segments arrive first, and duplicate acknowledgments repeat, not the timer."),
        new("bufferbloat", "There the wait grows with the load and stays."),
    ];

    public override string Remedy => "Find out where the time passes (captures at both ends, hop by hop) and remove that: CPU limits, steal, queues. A larger rto_min on the route only hides it.";

    public override string Verify => "TcpExt.TCPSpuriousRTOs and TCPDSACKRecv stand still under the same load.";

    public override IReadOnlyList<string> References => ["RFC 5682 (F-RTO)", "RFC 3522 (Eifel detection)", "RFC 6298", "RFC 3708"];

    protected override IEnumerable<QuestionOf<Late>> Ask() =>
    [
        new("Did the timer repeat what had arrived?", Quantifier.Any, QuestionRole.Signature, InVain),
        new("Is nothing lost on these connections?", Quantifier.All, QuestionRole.Signature, NothingLost),
        new("Was a place seen where the time passed?", Quantifier.Any, QuestionRole.Mechanism, TimePassed),
        new("Were the late segments overtaken by none?", Quantifier.All, QuestionRole.Discriminator, InOrder, "reordering"),
    ];

    protected override IEnumerable<Late> Propose(CaseView view)
    {
        var late = view.Trails.Where(t => t.Flows.Count > 0).SelectMany(t => new[] { t.ToServer, t.ToClient })
            .Select(d => (Direction: d, Vain: Disorder.FatesAt(view, view.Connections.NearestToSender(d), d).Where(f => f is { Fate: Fate.RetransmittedNeedlessly, Recovery: Recovery.Timeout, Proven: true }).ToArray()))
            .Where(d => d.Vain.Length > 0).ToArray();
        if (late.Length > 0)
        {
            var connections = late.Select(d => d.Direction.Connection).ToHashSet();
            var hops = view.Facts.Of<HopSummary>().Where(h => h is { MinDelay: not null, P99Delay: not null } && h.P99Delay - h.MinDelay >= TimerFloor
                && connections.Contains(view.Connections.Direction(new FlowKey(h.Capture, h.Flow), h.FromClient).Connection));
            yield return new Late(view, hops.MaxBy(h => h.P99Delay - h.MinDelay), [.. late.Select(d => d.Direction)], [.. late.SelectMany(d => d.Vain)]);
        }
    }

    protected override string Summarise(Late l) => $"{l.Vain.Count} segments repeated by the timer had arrived: "
        + (l.Hop is { } h ? string.Create(null, $"for a time packets took {h.P99Delay!.Value.TotalMilliseconds:0} ms from {h.At} to {h.OtherAt} instead of {h.MinDelay!.Value.TotalMilliseconds:0.#} ms.")
            : l.Arrived.Length > 0 ? "something held them back." : "something held them, or their acknowledgments, back.");

    protected override IEnumerable<NextEvidence> Next(Late l)
    {
        if (!l.Placed)
        {
            yield return new NextEvidence(
                VantagePoint.Unknown, "timeout 60 tcpdump -ni DEVICE -s 128 -w NODE-DEVICE.pcap tcp", TimeSpan.FromSeconds(60), "at both ends and both nodes at the same time: on which part of the way the time passes");
        }
    }

    // Linux: TCP_RTO_MIN.
    private static readonly TimeSpan TimerFloor = TimeSpan.FromMilliseconds(200);

    // The timer is an estimate that now and then runs out too early on a sound path (RFC 5682 is for that); one after the other it does not, nor again once it has backed off (RFC 6298, 5.5).
    // The timers of many connections that run out at one moment are one halt of a processor or of the way, unless it was seen to hold back whole parts of the traffic.
    private const int Few = 3;

    private static IEnumerable<Sighting> InVain(Late l)
    {
        var text = $"{l.Vain.Count} repeated by the timer in {l.Times} time-outs, " + (l.Arrived.Length > 0 ? "both copies acknowledged" : "and no receiver says that these arrived as well");
        Provenance[] frames = [.. l.Vain.Take(12).Select(f => f.From)];
        yield return l.BackedOff || (l.Times >= Few && (l.Halts > 1 || l.Hop is not null)) ? Sighting.Of(true, text, frames) : Sighting.Unknown(text, frames);
    }

    private static IEnumerable<Sighting> NothingLost(Late l)
    {
        // An acknowledgment or answer that is lost makes the timer fire in vain as well.
        var lost = l.View.Losses.Count(x => l.Connections.Contains(x.Direction.Connection));
        var holes = lost == 0 ? l.View.Facts.Of<SegmentFate>().FirstOrDefault(f => f is { Fate: Fate.NotCaptured, NeverDelivered: true }
            && l.Connections.Contains(l.View.Connections.Direction(new FlowKey(f.Capture, f.Flow), f.FromClient).Connection)) : null;
        var gap = lost == 0 ? l.Directions.Select(d => d with { FromClient = !d.FromClient }).Select(d => AnswerUnseen(l.View, d)).FirstOrDefault(f => f is not null) : null;
        yield return gap is not null ? Sighting.Unknown("the other end had sent data that never came by: an answer, and its acknowledgment with it, may be lost", gap.From)
            : holes is not null ? Sighting.Unknown("some of their data never came where it was looked for, nor was it acknowledged", holes.From)
            : Sighting.Of(lost == 0, $"{lost} are lost", l.Vain[0].From);
    }

    /// <summary>The place nearest to its sender heard of bytes that it never saw, and nothing became of them: only an empty segment behind them tells (RFC 9293, 3.4: it has the number of the next byte).</summary>
    private static TcpFlow? AnswerUnseen(CaseView view, DirectionKey answer)
    {
        var key = view.Connections.NearestToSender(answer);
        var called = view.Connections.FromClient(key, answer);
        return view.Sender(key, called)?.Observations.GetValueOrDefault("PreviousSegmentNotCaptured") > 0
            && !view.Fates(key, called).Any(f => f.Fate is Fate.LostBefore or Fate.NotCaptured or Fate.Reordered) ? view.Flow(key) : null;
    }

    private static IEnumerable<Sighting> TimePassed(Late l) => l.Hop is { } hop
        ? [Sighting.Of(true, string.Create(null, $"from {hop.At} to {hop.OtherAt} {hop.MinDelay!.Value.TotalMilliseconds:0.#} ms at best, {hop.P99Delay!.Value.TotalMilliseconds:0} ms for the slowest in 100"), hop.From)]
        : [];

    private static IEnumerable<Sighting> InOrder(Late l)
    {
        var overtaken = Disorder.Find(l.View, Fate.Reordered).Where(d => d.Directions.Overlaps(l.Directions)).Sum(d => d.Odd.Count);
        yield return overtaken == 0 ? Sighting.Of(true, "none was seen to be overtaken", l.Vain[0].From) : Sighting.Unknown($"{overtaken} were overtaken");
    }

    /// <summary>Connections whose timer fired in vain.</summary>
    /// <param name="hop">Where they were held back; null when not seen.</param>
    /// <param name="directions">Directions of what was sent again.</param>
    /// <param name="vain">What was sent again.</param>
    internal sealed class Late(CaseView view, HopSummary? hop, IReadOnlyList<DirectionKey> directions, IReadOnlyList<SegmentFate> vain)
        : Hypothesis(view, hop is null ? Scope.Unplaced : Scope.Of(hop.At))
    {
        internal HopSummary? Hop { get; } = hop;

        internal IReadOnlyList<DirectionKey> Directions { get; } = directions;

        internal IReadOnlyList<SegmentFate> Vain { get; } = vain;

        /// <summary>
        /// Of these, what its receiver named as come twice (D-SACK), and what it has no words for, without SACK. Where none of the copies came, acknowledgments may have been lost like them:
        /// then the timer was right.
        /// </summary>
        internal SegmentFate[] Arrived { get; } =
        [
            .. vain.GroupBy(f => (f.Capture, f.Flow, f.FromClient, f.Sequence))
                .Where(g => g.Any(f => f.CameTwice) || view.Flow(new FlowKey(g.Key.Capture, g.Key.Flow)) is not { FromClient.SackPermitted: true, FromServer.SackPermitted: true }).SelectMany(g => g),
        ];

        /// <summary>Time-outs, of each connection by itself.</summary>
        internal int Times => Arrived.GroupBy(f => (f.Capture, f.Flow, f.FromClient)).Sum(Moments);

        /// <summary>Moments at which timers ran out, of whichever connections.</summary>
        internal int Halts => Moments(Arrived);

        /// <summary>The same bytes were repeated twice in vain.</summary>
        internal bool BackedOff => Arrived.GroupBy(f => (f.Capture, f.Flow, f.FromClient, f.Sequence)).Any(g => g.Skip(1).Any());

        /// <summary>What follows within the shortest time-out belongs to the same.</summary>
        private static int Moments(IEnumerable<SegmentFate> repeated) => repeated.Select(f => f.Sent).Order().Aggregate(
            (Count: 0, Last: (Timestamp?)null), (n, sent) => (n.Last is { } last && sent - last < TimerFloor ? n.Count : n.Count + 1, sent)).Count;

        internal override bool Placed => Hop is not null;

        internal override IReadOnlySet<int> Connections { get; } = directions.Select(d => d.Connection).ToHashSet();
    }
}

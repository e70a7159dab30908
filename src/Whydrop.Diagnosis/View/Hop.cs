using Whydrop.Diagnosis.Statistics;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Losses with one pair of places around them, or one place before them.</summary>
/// <param name="seen">Where they were last seen; null when they were seen nowhere.</param>
/// <param name="missing">Where their absence is proven; null when no other capture tells.</param>
/// <param name="losses">The lost transmissions that are not a matter of size, not discovery at work.</param>
internal sealed class Hop(CaseView view, VantagePoint? seen, VantagePoint? missing, int capture, IReadOnlyList<Loss> losses)
    : Hypothesis(view, missing is null || seen is null ? Scope.Unplaced : Scope.Of(seen))
{
    internal VantagePoint? Seen { get; } = seen;

    internal VantagePoint? Missing { get; } = missing;

    /// <summary>The capture the losses are told by.</summary>
    internal int Capture { get; } = capture;

    internal override IReadOnlyList<Loss> Losses { get; } = losses;

    /// <summary>Openings that took longer because a SYN or SYN-ACK died on this hop; with one capture only, those it saw repeated.</summary>
    internal override IReadOnlyList<Attempt> Attempts =>
        [.. View.Attempts.Where(a => a.Slow && (a.LostSyns.Concat(a.LostSynAcks).Any(l => l.LastSeen == Seen && l.MissingAt == Missing)
            || (Missing is null && a.LostSyns.Count + a.LostSynAcks.Count == 0 && a.SeenAt.Any(f => f.Capture == Capture))))];

    internal override bool Placed => Missing is not null && Seen is not null;

    /// <summary>All losses of the case are a matter of size, and these are all: the questions are put to them all the same, to be answered by No.</summary>
    internal bool OfSizeOnly { get; init; }

    /// <summary>
    /// Losses that nothing places may have died in several places: what is not true of them together may be true of some. Those behind one host that are no matter of size
    /// are what it knows of that way; that all are one because none larger got through is not known of each.
    /// </summary>
    internal override bool MayBeRuledOut => Placed || (OfSizeOnly ? Losses.All(l => l.Placement is { AbsenceProven: true }) : AtTheEnd || View.Captures.Select(c => c.At.Node).Distinct().Count() == 1);

    /// <summary>All of them had come to the namespace they were sent to, or passed the last device before it: of the way nothing is left.</summary>
    internal bool AtTheEnd => atTheEnd ??= Missing is null && Losses.Count > 0 && Losses.All(l => l.Direction.Connection >= 0 && Receiver(l) is { } end
        && Seen == end.Last && (Owns(end.Address) || LastDevice.Before(View, Seen, end.Address) == Answer.Yes));

    private bool? atTheEnd;

    /// <summary>"had arrived at pod/eth0, …": how near to their end they were when they were last seen; with <see cref="AtTheEnd"/>.</summary>
    internal string End => Losses.All(l => Owns(Receiver(l)!.Value.Address))
        ? $"had arrived at {Seen}, a device of whom they were sent to" : $"had passed {Seen}, the last device before the pod they were sent to";

    /// <summary>The place nearest to whom it was sent to, and the address there.</summary>
    private (VantagePoint Last, System.Net.IPAddress Address)? Receiver(Loss loss) => View.Trails[loss.Direction.Connection] is not { Flows.Count: > 0 } trail ? null
        : loss.Direction == trail.ToServer ? (trail.Flows[^1].At, trail.ServerThere.Address) : (trail.Flows[0].At, trail.Client.Address);

    private bool Owns(System.Net.IPAddress address) => View.Stacks.Owners(address).Contains(Seen!.Stack);

    /// <summary>Losses that are a matter of size could be told from the others in every direction; else a pattern of these says nothing of those.</summary>
    internal bool SizesKnown => Losses.Select(l => l.Direction).Distinct().All(d => View.Sizes(d) is not null);

    /// <summary>Token buckets fitted to load and loss there; empty when the losses are too few, or may be a matter of size.</summary>
    internal IReadOnlyList<(LoadTimeline Timeline, TokenBucket Fit)> Buckets => buckets ??= Losses.Count < HopTests.Enough || !SizesKnown ? [] :
        [.. HopTests.Timelines(this).Select(t => (Timeline: t, Fit: TokenBucket.Of(t))).Where(f => f.Fit is not null).Select(f => (f.Timeline, f.Fit!))];

    private IReadOnlyList<(LoadTimeline Timeline, TokenBucket Fit)>? buckets;

    /// <summary>"between node-a/eth0 and node-b/eth0", "beyond node-a/eth0", "before node-b/eth0".</summary>
    internal string Place => (Seen, Missing) switch
    {
        ({ } s, { } m) => $"between {s} and {m}",
        ({ } s, null) => $"beyond {s}",
        (null, { } m) => $"before {m}",
        _ => "somewhere",
    };

    /// <summary>Every connection of the capture has a fact. Else those without a loss are told in part only, and how much was sent beside the losses is not known.</summary>
    internal bool ListsAll => Lists(Capture);

    /// <summary>
    /// Connections with a loss, which alone tell their load, sent most of the segments. Else they are those that chance picked: the more they sent at a time, the sooner.
    /// </summary>
    internal bool KnowsLoad(LoadTimeline timeline) => Lists(timeline.Capture) && timeline.Bins.Sum(b => 2L * b.Segments)
        >= View.Facts.Of<TcpFlow>().Where(f => f.Capture == timeline.Capture).Sum(f => (timeline.FromClient ? f.FromClient : f.FromServer).Segments);

    private bool Lists(int of) => View.Capture(of) is { } capture && View.Facts.Of<TcpFlow>().Count(f => f.Capture == of) >= capture.Flows;

    /// <summary>Directions of this capture with data: those the losses could have hit.</summary>
    internal IEnumerable<(FlowKey Key, bool FromClient, long Segments)> Directions =>
        View.Facts.Of<TcpFlow>().Where(f => f.Capture == Capture)
            .SelectMany(f => new[] { (Flow: f, FromClient: true, f.FromClient.Segments), (Flow: f, FromClient: false, f.FromServer.Segments) })
            .Where(d => d.Segments > 0)
            .Select(d => (new FlowKey(d.Flow.Capture, d.Flow.Flow), d.FromClient, d.Segments));

    /// <summary>Groups the losses of a case by hop; those that are a matter of size are left to the faults of the MTU family.</summary>
    internal static List<Hop> Find(CaseView view)
    {
        var ofSize = view.Narrowings.SelectMany(n => n.Losses).Concat(view.Benign).ToHashSet(ReferenceEqualityComparer.Instance);
        return
        [
            .. view.Losses.Where(l => !ofSize.Contains(l))
                .GroupBy(l => (l.LastSeen, Missing: l.Placement is { AbsenceProven: true } ? l.MissingAt : l.LastSeen is null ? l.MissingAt : null, l.Fate.Capture))
                .Select(g => new Hop(view, g.Key.LastSeen, g.Key.Missing, g.Key.Capture, [.. g])),
        ];
    }
}

using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Qdisc;

/// <summary>The egress queue of a device is full and drops segments before the driver sees them.</summary>
internal sealed class QdiscDrop : FaultOf<QdiscDrop.Queue>
{
    public override string Id => "qdisc-drop";

    public override string Name => "Egress queue drops";

    public override FaultLayer Layer => FaultLayer.Qdisc;

    public override string UserSees => "Throughput out of a node or pod is limited, with steady retransmissions.";

    public override string Mechanism =>
        "More is sent than the device or its shaper takes. The queueing discipline fills up to its limit, then drops (tail drop or AQM). A capture on that device shows nothing of it: the tap is "
        + "behind the queue.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("rate-policer", "There nothing is queued, and the counters of this device do not move."),
        new("veth-mtu-mismatch", "There tx_dropped grows too, mirrored by rx_dropped of the peer, and only large datagrams die."),
        new("pmtu-blackhole", "There only datagrams larger than the MTU of the device die."),
    ];

    public override string Remedy =>
        "Raise the rate or the limit of the queue (tc qdisc show dev NAME; for pods the annotation kubernetes.io/egress-bandwidth), or use a discipline that paces and signals early: fq, fq_codel.";

    public override string Verify => "tc -s qdisc show dev NAME: dropped stays as it is under the same load; RetransSegs with it.";

    public override IReadOnlyList<string> References => ["net/sched/sch_generic.c, net/core/dev.c __dev_xmit_skb", "RFC 7567 (active queue management)"];

    protected override IEnumerable<QuestionOf<Queue>> Ask() =>
    [
        new("Did the device drop on egress while segments were lost, or did they vanish where others waited for it?", Quantifier.Any, QuestionRole.Signature, Dropped),
        new("Do its drops, or what vanished where others waited for it, account for what was lost or sent again?", Quantifier.Any, QuestionRole.Signature, AsMany),
        new("Were segments seen before the queue and never behind it, and as drops in its counter?", Quantifier.Any, QuestionRole.Mechanism, DiedInQueue),
        new("Do the lost datagrams fit the device?", Quantifier.All, QuestionRole.Discriminator, FitDevice, "pmtu-blackhole"),
        new("Is it the queue that dropped, not the peer of a veth pair?", Quantifier.Any, QuestionRole.Discriminator, NotThePeer, "veth-mtu-mismatch"),
        new("Did a queue stand where they were lost?", Quantifier.Any, QuestionRole.Support, DelayGrew),
    ];

    protected override IEnumerable<Queue> Propose(CaseView view)
    {
        var counted = view.Facts.Of<CounterDelta>().Where(d => (d.Name is "Qdisc.Dropped" or "Link.TxDropped") && d.At.Interface is not (null or "lo")).Select(d => d.At);
        var passed = view.Losses.Where(l => l.Placement is { } p && IsThere(l, p.MissingAt)).Select(l => l.MissingAt!);
        var onPath = view.Losses.Select(l => l.Direction).Distinct().SelectMany(view.Devices.StacksOnPath).ToHashSet();

        // The device that matters first: where they vanished, then those that captures show on the way.
        var places = counted.Concat(passed).Distinct()
            .OrderByDescending(at => view.Losses.Any(l => IsThere(l, at)))
            .ThenByDescending(at => view.Losses.Any(l => l.LastSeen?.Stack == at.Stack))
            .ThenByDescending(at => onPath.Contains(at.Stack))
            .ThenBy(at => at.ToString(), StringComparer.Ordinal);
        foreach (var at in places)
        {
            var drops = Drops(view, at);
            if (drops > 0 || view.LostSegments > view.Benign.Count)
            {
                yield return new Queue(view, at, drops, Covered(view, at, drops));
            }
        }
    }

    protected override string Summarise(Queue q) => Waited(q) is { } waited
        ? $"{q.Losses.Count} segments vanished before {q.Scope}, where others wait: {waited.Text}; the drops of its queue were not counted."
        : $"The egress queue of {q.Scope} dropped {q.Drops} packets while {Counterpart(q) ?? q.View.LostSegments} segments were lost or sent again.";

    protected override string RemedyFor(Queue q) =>
        $"Raise the rate or the limit of the queue of {q.Scope} (tc -s qdisc show dev {q.At.Interface}; for pods the annotation kubernetes.io/egress-bandwidth), or use fq or fq_codel there; or send less.";

    protected override string VerifyFor(Queue q) => $"tc -s qdisc show dev {q.At.Interface}: dropped stays at its value under the same load, and RetransSegs with it.";

    protected override IEnumerable<NextEvidence> Next(Queue q)
    {
        var watch = TimeSpan.FromSeconds(60);
        var enter = q.At.Netns is { } netns ? $"ip netns exec {netns} " : "";
        if (q.View.Delta(q.At, "Qdisc.Dropped") is null)
        {
            yield return new NextEvidence(q.At, $"{enter}tc -s qdisc show dev {q.At.Interface} (before and after)", null, "how many the queue dropped meanwhile");
        }

        if (!q.Losses.Any(l => IsThere(l, q.At)))
        {
            yield return new NextEvidence(
                q.At, $"{enter}timeout 60 tcpdump -ni {q.At.Interface} -s 128 -w {q.At.Node ?? "node"}-{q.At.Interface}.pcap 'tcp'", watch,
                "what leaves behind the queue; at the same time as a capture where the same segments come from (the pod's own device, or the device they came in by)");
        }
    }

    private static long Drops(CaseView view, VantagePoint at) => view.Delta(at, "Qdisc.Dropped")?.Delta ?? view.Delta(at, "Link.TxDropped")?.Delta ?? 0;

    /// <summary>Placed at the device; else, when the figures agree, all that left the node by it and are placed nowhere else.</summary>
    private static Loss[] Covered(CaseView view, VantagePoint at, long drops)
    {
        var placed = view.Losses.Where(l => IsThere(l, at) && !view.Benign.Contains(l)).ToArray();
        if (placed.Length > 0)
        {
            return drops > 0 || view.Delta(at, "Qdisc.Dropped") is null ? placed : [];
        }

        var open = view.Losses.Where(l => l.Placement is not { AbsenceProven: true } && view.Devices.StacksOnPath(l.Direction).Contains(at.Stack)).ToArray();
        return Counted.Agree(drops, view.LostSegments) || Agree(drops, open) ? open : [];
    }

    private static bool IsThere(Loss loss, VantagePoint at) => loss.Placement is { AbsenceProven: true } p && p.MissingAt == at && p.At != at && p.At.Node == at.Node;

    /// <summary>A super-packet is one packet to a queue and is dropped as one; a queue that cuts it first drops its segments: at least as many as frames, at most as many as segments.</summary>
    private static bool Agree(long drops, Loss[] losses)
    {
        var frames = losses.Select(l => l.From).Distinct().Count();
        return Counted.Agree(drops, losses.Length) || Counted.Agree(drops, frames) || (drops > frames && drops < losses.Length);
    }

    /// <summary>Losses placed at the device, else the case's losses, else what the kernel there sent again; null when none is known.</summary>
    private static long? Counterpart(Queue q)
    {
        var placed = q.Losses.Count(l => IsThere(l, q.At));
        return placed > 0 ? placed
            : q.View.LostSegments > 0 ? q.View.LostSegments
            : SentAgain(q) ?? q.View.Delta(q.At.Stack, "Tcp.RetransSegs")?.Delta;
    }

    /// <summary>What all kernels of the case sent again: the queue of a node drops for its pods. Null when no capture nor any other kernel tells.</summary>
    private static long? SentAgain(Queue q) =>
        q.View.Facts.Of<CounterDelta>().Where(d => d.Name == "Tcp.RetransSegs").DistinctBy(d => d.At).ToArray() is { Length: > 1 } all ? all.Sum(d => d.Delta) : null;

    private static IEnumerable<Sighting> Dropped(Queue q)
    {
        foreach (var name in new[] { "Qdisc.Dropped", "Link.TxDropped" })
        {
            // A device that dropped nothing says nothing of its queue, when that was read itself.
            if (q.View.Delta(q.At, name) is { } grown && (name == "Qdisc.Dropped" || grown.Delta > 0 || q.View.Delta(q.At, "Qdisc.Dropped") is null))
            {
                // The counter of the device counts what its driver drops; the queue above it has its own.
                var text = $"{name} of {q.At} +{grown.Delta}";
                yield return name == "Link.TxDropped" && Device(q) is { Qdisc: "noqueue" } device ? Sighting.Of(false, $"{text}: it has no queue", grown.From, device.From)
                    : grown.Delta > 0 || name == "Qdisc.Dropped" ? Sighting.Of(grown.Delta > 0, text, grown.From)
                    : Sighting.Unknown(text, grown.From);
            }
        }

        if (Waited(q) is { } waited)
        {
            yield return Sighting.Of(true, waited.Text, waited.From);
        }
    }

    private static NetworkInterface? Device(Queue q) => q.View.Interfaces(q.At.Stack).FirstOrDefault(d => d.At == q.At);

    /// <summary>Segments that got to the device waited for it, others vanished there, and nobody counted the drops of its queue. A device without a queue makes nobody wait.</summary>
    private static HopDelay? Waited(Queue q) =>
        q.Drops > 0 || Device(q) is { Qdisc: "noqueue" } || q.View.Delta(q.At, "Qdisc.Dropped") is not null || !q.Losses.Any(l => IsThere(l, q.At)) ? null
        : q.View.Hops.Where(h => h.Missing == q.At).Select(HopDelay.Of).FirstOrDefault(d => d?.Queued == true);

    private static IEnumerable<Sighting> AsMany(Queue q)
    {
        var placed = q.Losses.Count(l => IsThere(l, q.At));
        if (placed > 0)
        {
            var there = q.Losses.Where(l => IsThere(l, q.At)).ToArray();
            var frames = there.Select(l => l.From).Distinct().Count();
            var text = $"{q.Drops} dropped, {placed} placed there{(frames < placed ? $" in {frames} packets" : "")}";

            // More than these: a queue drops also what no capture followed.
            yield return Agree(q.Drops, there) || q.Drops >= placed ? Sighting.Of(true, text) : q.Drops == 0 && q.View.Delta(q.At, "Qdisc.Dropped") is not null ? Sighting.Of(false, text) : Sighting.Unknown(text);
        }

        if (q.View.LostSegments > 0)
        {
            yield return Compare(q, q.View.LostSegments, "lost in all", null);
        }

        // What captures do not tell: a packet that is dropped may be several segments, and these are what is sent again.
        var most = MostSegments(q);
        if (q.View.Delta(q.At.Stack, "Tcp.RetransSegs") is { } own)
        {
            yield return Compare(q, own.Delta, "sent again by that kernel", most);
        }

        if (SentAgain(q) is { } all)
        {
            yield return Compare(q, all, "sent again by all kernels of the case", most);
        }

        if (Waited(q) is { } waited && placed > 0)
        {
            yield return Sighting.Of(true, $"{placed} of {q.View.LostSegments} vanished there", waited.From);
        }
    }

    private static Sighting Compare(Queue q, long lost, string what, (double Segments, Provenance From)? most)
    {
        var text = $"{q.Drops} dropped, {lost} {what}";
        return Counted.Agree(q.Drops, lost) ? Sighting.Of(true, text)
            : q.Drops == 0 && q.View.Delta(q.At, "Qdisc.Dropped") is not null ? Sighting.Of(false, text)
            : lost > q.Drops && lost <= q.Drops * most?.Segments ? Sighting.Of(true, string.Create(null, $"{text}; a packet there is one of several segments, up to {most?.Segments:0}"), most!.Value.From)
            : Sighting.Unknown(text);
    }

    /// <summary>
    /// Segments that a packet there may be at most, where packets are several: the queue counts segments as sent and packets as dropped (include/net/sch_generic.h bstats_update,
    /// qdisc_qstats_drop), the device counts packets. Null where both counted as many, or not both were read.
    /// </summary>
    private static (double Segments, Provenance From)? MostSegments(Queue q) =>
        q.View.Delta(q.At, "Qdisc.SentPackets") is { Delta: > 0 } segments && q.View.Delta(q.At, "Link.TxPackets") is { Delta: > 0 } packets
        && q.View.Delta(q.At, "Qdisc.SentBytes") is { Delta: > 0 } bytes && segments.Delta > packets.Delta && !Counted.Agree(segments.Delta, packets.Delta)
            ? (LargestPacket * (double)segments.Delta / bytes.Delta, segments.From) : null;

    private static IEnumerable<Sighting> DiedInQueue(Queue q)
    {
        var dead = q.Losses.Where(l => IsThere(l, q.At)).ToArray();
        var text = dead.Length == 0 ? "" : $"{dead.Length} seen at {dead[0].Placement!.At}, never at {q.At}, which dropped {(q.Drops > 0 ? q.Drops : "an unknown number")}";
        return dead.Length == 0 ? [] : [new Sighting(q.Drops > 0 ? Answer.Yes : Answer.Unknown, text, [.. dead.Take(24).Select(l => l.From)])];
    }

    private static IEnumerable<Sighting> FitDevice(Queue q)
    {
        if (q.View.Interfaces(q.At.Stack).FirstOrDefault(d => d.At == q.At) is not { Mtu: { } mtu } device)
        {
            yield break;
        }

        foreach (var largest in q.Losses.Where(l => l.DatagramLength is not null).OrderByDescending(l => l.DatagramLength).Take(1))
        {
            yield return Sighting.Of(largest.DatagramLength <= mtu, $"{largest.DatagramLength} <= {mtu}", largest.From, device.From);
        }
    }

    private static IEnumerable<Sighting> NotThePeer(Queue q)
    {
        if (q.View.Delta(q.At, "Qdisc.Dropped") is { Delta: > 0 } queue)
        {
            yield return Sighting.Of(true, $"Qdisc.Dropped +{queue.Delta}", queue.From);
        }

        var listed = q.View.Interfaces(q.At.Stack).FirstOrDefault(d => d.At == q.At);
        if (listed is { Kind: not "veth", PeerIndex: null, Lower: null })
        {
            yield return Sighting.Of(true, $"{q.At.Interface} is no end of a veth pair", listed.From);
        }

        if (listed is { } device && VethPairs.Peer(q.View, device) is { } peer && q.View.Delta(peer.At, "Link.RxDropped") is { } received)
        {
            yield return Sighting.Of(received.Delta == 0, $"rx_dropped of its peer {peer.At} +{received.Delta}", received.From);
        }
    }

    private static IEnumerable<Sighting> DelayGrew(Queue q) => q.View.Hops
        .Where(h => h.Losses.Any(q.Losses.Contains))
        .SelectMany(HopTests.NothingQueued).Select(s => s.Opposite);

    // GSO_LEGACY_MAX_SIZE of include/linux/netdevice.h: what the stack hands down at once, unless it was told to do more.
    private const double LargestPacket = 65_536;

    /// <summary>An egress queue.</summary>
    internal sealed class Queue(CaseView view, VantagePoint at, long drops, IReadOnlyList<Loss> losses) : Hypothesis(view, Scope.Of(at))
    {
        internal VantagePoint At { get; } = at;

        internal long Drops { get; } = drops;

        internal override IReadOnlyList<Loss> Losses { get; } = losses;
    }
}

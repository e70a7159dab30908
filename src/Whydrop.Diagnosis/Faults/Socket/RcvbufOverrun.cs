using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>Segments that arrived are dropped because the receive buffer of their socket is full.</summary>
internal sealed class RcvbufOverrun : FaultOf<RcvbufOverrun.Queue>
{
    private static readonly string[] Dropped = [.. ReceiveQueues.Refused, ReceiveQueues.Pruned];
    private const string Congestion = "net.ipv4.tcp_congestion_control";

    // What one reading is asked for: that it came to this at all, also where room could be made without dropping.
    private static readonly string[] Overrun = [.. Dropped, "TcpExt.PruneCalled", "TcpExt.TCPRcvCollapsed"];

    public override string Id => "rcvbuf-overrun";

    public override string Name => "Receive queue overrun";

    public override FaultLayer Layer => FaultLayer.Socket;

    public override string UserSees => "Stalls and retransmissions although every link is clean; worse for receivers of many small messages.";

    public override string Mechanism =>
        "A socket's receive buffer holds packets with their overhead, not only their bytes. When it is full the kernel first compacts the queue, then drops segments that it had promised to take: the application "
        + "reads too late, or sets SO_RCVBUF below the window that is already out. The sender takes it for loss in the network.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("random-loss", "There the lost segments never come to the receiver's own device, and its queue counters stand still."),
        new("slow-reader-zero-window", "There the window closes in time: nothing is dropped."),
        new("tcp-mem-pressure", "There the memory of all sockets of the machine is short: TCPMemoryPressures grows."),
        new("memcg-socket-pressure", "There the control group is at its memory limit."),
    ];

    public override string Remedy =>
        "Let the application read sooner (its CPU quota, its threads), and take SO_RCVBUF out of it. Compare congestion control with machines that work: it shapes the bursts. Raise net.ipv4.tcp_rmem (third value) of the pod "
        + "only where it is below rate times round trip: a larger buffer fills later, and is not the cure by itself.";

    public override string Verify => "nstat -az TcpExtPruneCalled TcpExtRcvPruned TcpExtTCPRcvQDrop stays as it is under the same load, and nothing is retransmitted.";

    public override IReadOnlyList<string> References => ["net/ipv4/tcp_input.c tcp_data_queue, tcp_try_rmem_schedule, tcp_prune_queue", "https://blog.cloudflare.com/the-story-of-one-latency-spike/"];

    protected override IEnumerable<QuestionOf<Queue>> Ask() =>
    [
        new("Did receive queues there overrun at all?", Quantifier.Any, QuestionRole.Signature, Ever),
        new("Did the kernel there refuse segments for want of receive buffer?", Quantifier.Any, QuestionRole.Signature, RefusedSegments),
        new("Were lost segments seen to arrive at the receiver's own device?", Quantifier.Any, QuestionRole.Mechanism, Arrived),
        new("Did it refuse as many as arrived in vain?", Quantifier.All, QuestionRole.Mechanism, AsMany),
        new("Was the machine's memory for TCP sufficient?", Quantifier.All, QuestionRole.Discriminator, NoPressure, "tcp-mem-pressure"),
        new("Was the control group below its memory limit?", Quantifier.All, QuestionRole.Support, q => GroupAtLimit(q).Select(s => s.Opposite)),
        new("Do stacks that do not suffer use another congestion control?", Quantifier.Any, QuestionRole.Support, OtherControl) { Collect = Settings },
        new("Was the receive queue compacted?", Quantifier.Any, QuestionRole.Support, q => Counted.Grew(q.View, q.Stack.At, "TcpExt.PruneCalled")),
    ];

    protected override IEnumerable<Queue> Propose(CaseView view)
    {
        var arrived = ReceiverLosses.Find(view);
        var counted = view.Facts.Of<CounterDelta>().Where(d => d.Delta > 0 && Dropped.Contains(d.Name)).Select(d => d.At.Stack);
        var ever = view.Facts.Of<Counter>().Where(c => c.Value > 0 && Overrun.Contains(c.Name)).Select(c => c.At.Stack).Where(at => Array.TrueForAll(Dropped, n => view.Delta(at, n) is null));
        return arrived.Select(a => a.At).Concat(counted).Concat(ever).Distinct().Select(at => new Queue(view, at, arrived.FirstOrDefault(a => a.At == at)));
    }

    protected override string Summarise(Queue q) => q.Total is > 0 and var total
        ? $"The kernel of {q.Scope} dropped {total} segments that had arrived, because the receive buffer of their socket was full" + (q.Losses.Count > 0 ? $": {q.Losses.Count} lost segments were seen at its own device." : ".")
        : q.Losses.Count > 0 ? $"{q.Losses.Count} segments reached the device of {q.Scope} and were not taken."
        : $"Receive queues of {q.Scope} overran since it was made ({string.Join(", ", q.Ever.Select(c => $"{c.Name} {c.Value}"))}): one reading does not tell whether they still do.";

    protected override string RemedyFor(Queue q) => $"In {q.Scope}: let the application read sooner, and take SO_RCVBUF out of it"
        + (Others(q) is { Length: > 0 } others ? $"; where the other layers do not suffer, try their congestion control (here {q.Stack.Setting(Congestion)!.Value}; {others}) and compare before and after" : "")
        + $". Raise net.ipv4.tcp_rmem{(q.Stack.Setting("net.ipv4.tcp_rmem") is { } now ? $" (now {now.Value})" : "")} only if it is below rate times round trip: a larger buffer is not the cure by itself.";

    /// <summary>"node-a bbr": network stacks whose congestion control differs from the one there; empty when none is known to.</summary>
    private static string Others(Queue q) => q.Stack.Setting(Congestion) is not { } own ? "" : string.Join(", ", q.View.Facts.Of<Sysctl>()
        .Where(s => s.Key == Congestion && s.At.Stack != q.Stack.At && s.Value != own.Value).DistinctBy(s => s.At.Stack).Select(s => $"{s.At.Stack} {s.Value}").Take(3));

    protected override IEnumerable<NextEvidence> Next(Queue q)
    {
        var enter = AttemptEvidence.Enter(q.Stack.At);
        if (q.Total is null)
        {
            yield return new NextEvidence(q.Stack.At, $"{enter}nstat -az TcpExtPruneCalled TcpExtRcvPruned TcpExtTCPRcvQDrop TcpExtOfoPruned TcpExtBeyondWindow; {enter}ss -tmn (before and after)", null, "whether the kernel there drops what arrives for want of receive buffer");
        }

        if (q.Losses.Count > 0)
        {
            yield break;
        }

        // What was captured there counts only when it is known to end there.
        if (q.View.Captures.Any(c => c.At.Stack == q.Stack.At) && !q.View.Addresses(q.Stack.At).Any())
        {
            yield return new NextEvidence(q.Stack.At, $"{enter}ip addr", null, "whether the connections that were captured there end there");
        }
        else
        {
            var devices = q.View.Interfaces(q.Stack.At).Where(d => d.At.Interface is not "lo").ToArray();
            yield return AttemptEvidence.Capture(devices is [var only] ? only.At : q.Stack.At, "tcp", "whether the segments that are sent again arrive there");
        }
    }

    private static IEnumerable<Sighting> OtherControl(Queue q)
    {
        if (q.Stack.Setting(Congestion) is { } own)
        {
            foreach (var other in q.View.Facts.Of<Sysctl>().Where(s => s.Key == Congestion && s.At.Stack != q.Stack.At).DistinctBy(s => s.At.Stack))
            {
                yield return Sighting.Of(other.Value != own.Value, $"{other.At.Stack} {other.Value}, {q.Stack.At} {own.Value}", other.From, own.From);
            }
        }
    }

    private static IEnumerable<NextEvidence> Settings(Queue q)
    {
        var command = "sysctl -a -r 'tcp_(congestion_control|rmem|wmem)'";
        yield return q.Stack.Setting(Congestion) is null
            ? new NextEvidence(q.Stack.At, AttemptEvidence.Enter(q.Stack.At) + command, null, "which congestion control and which receive buffer the pod has")
            : new NextEvidence(VantagePoint.Unknown, $"{command} (Windows: Get-NetTCPSetting)", null, "on the node and on a machine that does not suffer: whether its congestion control is another one");
    }

    /// <summary>Yes: they grew, or are not 0. Of a single reading that says 0 nothing follows: which of them a kernel counts differs.</summary>
    private static IEnumerable<Sighting> Ever(Queue q) => q.Ever.Count == 0 ? RefusedSegments(q)
        : [Sighting.Of(true, $"of {q.Stack.At}: {string.Join(", ", q.Ever.Select(c => $"{c.Name} {c.Value}"))}", [.. q.Ever.Select(c => c.From)])];

    private static IEnumerable<Sighting> RefusedSegments(Queue q) => Counted.Grew(q.View, q.Stack.At, Dropped);

    private static IEnumerable<Sighting> Arrived(Queue q) => q.Arrived.Count == 0 ? []
        : [Sighting.Of(true, $"{q.Arrived.Count} seen at {q.Arrived[0].LastSeen}", [.. q.Arrived.Select(l => l.From).Take(24)])];

    private static IEnumerable<Sighting> AsMany(Queue q)
    {
        if (q.Queues is { Total: > 0 } queues && q.Frames > 0)
        {
            var text = $"{queues.Total} refused, {q.Frames} arrived in vain";
            yield return queues.Account(q.Frames) ? Sighting.Of(true, text) : Sighting.Unknown(text);
        }
    }

    private static IEnumerable<Sighting> NoPressure(Queue q) => q.Stack.Delta("TcpExt.TCPMemoryPressures") is { } pressed
        ? [Sighting.Of(pressed.Delta == 0, $"TcpExt.TCPMemoryPressures of {q.Stack.At} +{pressed.Delta}", pressed.From)] : [];

    private static IEnumerable<Sighting> GroupAtLimit(Queue q) => Counted.Grew(q.View, q.Stack.At, "Cgroup.memory.events.max", "Cgroup.memory.events.high");

    /// <summary>The receive queues of one network namespace.</summary>
    internal sealed class Queue(CaseView view, VantagePoint at, ReceiverLosses? arrived) : Hypothesis(view, Scope.Of(at))
    {
        internal NetworkStack Stack { get; } = view.Stacks.At(at);

        internal override bool Placed => true;

        internal IReadOnlyList<Loss> Arrived { get; } = arrived?.Arrived ?? [];

        internal override IReadOnlyList<Loss> Losses { get; } = arrived?.Losses ?? [];

        /// <summary>Counters of overrun queues that are above 0, in whatever reading.</summary>
        internal IReadOnlyList<Counter> Ever { get; } = [.. view.Facts.Of<Counter>().Where(c => c.At.Stack == at && c.Value > 0 && Overrun.Contains(c.Name)).GroupBy(c => c.Name).Select(g => g.Last())];

        internal long Frames { get; } = arrived?.Frames ?? 0;

        /// <summary>What the receive queues did not take; null when that was not counted.</summary>
        internal ReceiveQueues? Queues { get; } = ReceiveQueues.Of(view.Stacks.At(at));

        internal long? Total => Queues?.Total;
    }
}

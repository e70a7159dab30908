using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>Segments that arrived are dropped because the receive buffer of their socket is full.</summary>
internal sealed class RcvbufOverrun : FaultOf<RcvbufOverrun.Queue>
{
    // net/ipv4/tcp_input.c: tcp_try_rmem_schedule that fails counts RcvPruned, then TCPRcvQDrop or TCPOFODrop for the segment.
    private static readonly string[] Refused = ["TcpExt.TCPRcvQDrop", "TcpExt.TCPOFODrop"];
    private static readonly string[] Beyond = ["TcpExt.BeyondWindow", "TcpExt.TCPZeroWindowDrop", "TcpExt.OfoPruned"];
    private const string Pruned = "TcpExt.RcvPruned";

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

    public override string Remedy => "Raise net.ipv4.tcp_rmem (third value) of the pod, or take SO_RCVBUF out of the application; read sooner, write larger pieces.";

    public override string Verify => "nstat -az TcpExtPruneCalled TcpExtRcvPruned TcpExtTCPRcvQDrop stays as it is under the same load, and nothing is retransmitted.";

    public override IReadOnlyList<string> References => ["net/ipv4/tcp_input.c tcp_data_queue, tcp_try_rmem_schedule, tcp_prune_queue", "https://blog.cloudflare.com/the-story-of-one-latency-spike/"];

    protected override IEnumerable<QuestionOf<Queue>> Ask() =>
    [
        new("Did the kernel there refuse segments for want of receive buffer?", Quantifier.Any, QuestionRole.Signature, RefusedSegments),
        new("Were lost segments seen to arrive at the receiver's own device?", Quantifier.Any, QuestionRole.Mechanism, Arrived),
        new("Did it refuse as many as arrived in vain?", Quantifier.All, QuestionRole.Mechanism, AsMany),
        new("Was the machine's memory for TCP sufficient?", Quantifier.All, QuestionRole.Discriminator, NoPressure, "tcp-mem-pressure"),
        new("Was the control group below its memory limit?", Quantifier.All, QuestionRole.Support, q => GroupAtLimit(q).Select(s => s.Opposite)),
        new("Was the receive queue compacted?", Quantifier.Any, QuestionRole.Support, q => Counted.Grew(q.View, q.Stack.At, "TcpExt.PruneCalled")),
    ];

    protected override IEnumerable<Queue> Propose(CaseView view)
    {
        var arrived = ReceiverLosses.Find(view);
        var counted = view.Facts.Of<CounterDelta>().Where(d => d.Delta > 0 && (d.Name == Pruned || Refused.Contains(d.Name))).Select(d => d.At.Stack);
        return arrived.Select(a => a.At).Concat(counted).Distinct().Select(at => new Queue(view, at, arrived.FirstOrDefault(a => a.At == at)));
    }

    protected override string Summarise(Queue q) => q.Total is > 0 and var total
        ? $"The kernel of {q.Scope} dropped {total} segments that had arrived, because the receive buffer of their socket was full" + (q.Losses.Count > 0 ? $": {q.Losses.Count} lost segments were seen at its own device." : ".")
        : $"{q.Losses.Count} segments reached the device of {q.Scope} and were not taken.";

    protected override string RemedyFor(Queue q) => $"In {q.Scope}: raise net.ipv4.tcp_rmem"
        + (q.Stack.Setting("net.ipv4.tcp_rmem") is { } now ? $" (now {now.Value})" : "") + " or take SO_RCVBUF out of the application, and let it read sooner.";

    protected override IEnumerable<NextEvidence> Next(Queue q)
    {
        var enter = AttemptEvidence.Enter(q.Stack.At);
        if (q.Total is null)
        {
            yield return new NextEvidence(q.Stack.At, $"{enter}nstat -az TcpExtPruneCalled TcpExtRcvPruned TcpExtTCPRcvQDrop TcpExtOfoPruned TcpExtBeyondWindow; {enter}ss -tmn (before and after)", null, "whether the kernel there drops what arrives for want of receive buffer");
        }

        if (q.Losses.Count == 0)
        {
            yield return AttemptEvidence.Capture(q.Stack.At, "tcp", "whether the segments that are sent again arrive there");
        }
    }

    private static IEnumerable<Sighting> RefusedSegments(Queue q)
    {
        return Counted.Grew(q.View, q.Stack.At, [.. Refused, Pruned]);
    }

    private static IEnumerable<Sighting> Arrived(Queue q) => q.Arrived.Count == 0 ? []
        : [Sighting.Of(true, $"{q.Arrived.Count} seen at {q.Arrived[0].LastSeen}", [.. q.Arrived.Select(l => l.From).Take(24)])];

    private static IEnumerable<Sighting> AsMany(Queue q)
    {
        if (q.Total is > 0 and var total && q.Frames > 0)
        {
            // Counters of what lies beyond the window count probes of it too. What the queue itself refused must all be among what was seen:
            // else it may belong to other connections, and what was seen died otherwise.
            var text = $"{total} refused, {q.Frames} arrived in vain";
            var covers = total >= q.Frames || Counted.Agree(total, q.Frames);
            var seen = q.Core <= q.Frames || Counted.Agree(q.Core, q.Frames);
            yield return covers && seen ? Sighting.Of(true, text) : Sighting.Unknown(text);
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

        internal long Frames { get; } = arrived?.Frames ?? 0;

        /// <summary>Packets that the receive queues did not take; null when not counted. Older kernels count RcvPruned only.</summary>
        internal long? Total => Refused.Append(Pruned).All(n => Stack.Delta(n) is null) ? null
            : Core + Beyond.Sum(Grown);

        /// <summary>Those for which there was no room in the queue.</summary>
        internal long Core => Math.Max(Refused.Sum(Grown), Grown(Pruned));

        private long Grown(string name) => Stack.Delta(name)?.Delta ?? 0;
    }
}

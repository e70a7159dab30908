using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>The accept queue of a listening socket is full: its kernel drops SYNs and last acknowledgments in silence.</summary>
internal sealed class ListenOverflow : FaultOf<ListenOverflow.Queue>
{
    private const string Overflows = "TcpExt.ListenOverflows";
    private const string Drops = "TcpExt.ListenDrops";

    public override string Id => "listen-overflow";

    public override string Name => "Accept queue full";

    public override FaultLayer Layer => FaultLayer.Socket;

    public override string UserSees => "Connecting takes 1, 3 or 7 seconds, or times out, at peaks; the server looks idle.";

    public override string Mechanism =>
        "The application accepts more slowly than clients connect. The queue holds min(backlog, net.core.somaxconn) connections; beyond it the kernel drops the SYN, or the acknowledgment that "
        + "completes the opening, without an answer. Clients try again on their timers.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("syn-queue-cookies", "There ListenDrops grows more than ListenOverflows, or cookies are sent: it is the queue of half-open connections."),
        new("networkpolicy-drop", "There the SYN is dropped before the socket: ListenOverflows does not grow."),
        new("connection-refused-closed-port", "There a RST answers."),
    ];

    public override string Remedy => "Raise the backlog of listen() and net.core.somaxconn of the pod together (the socket must be opened anew), accept faster: more accepting threads, no lack of file descriptors or CPU.";

    public override string Verify => "nstat -az TcpExtListenOverflows stays as it is under the same load; ss -ltn shows Recv-Q below Send-Q; no SYN is sent twice.";

    public override IReadOnlyList<string> References => ["net/ipv4/tcp_input.c tcp_conn_request, net/ipv4/tcp_ipv4.c tcp_v4_syn_recv_sock", "listen(2)", "https://github.com/kubernetes/kubernetes/issues/54132"];

    protected override IEnumerable<QuestionOf<Queue>> Ask() =>
    [
        new("Did the kernel there find the accept queue full?", Quantifier.Any, QuestionRole.Signature, Full),
        new("Did SYNs arrive there and stay without an answer, or SYN-ACKs go out again and again?", Quantifier.Any, QuestionRole.Mechanism, ArrivedInVain),
        new("Are all the SYNs the listener dropped dropped for that reason?", Quantifier.All, QuestionRole.Discriminator, ForThatReason, "syn-queue-cookies"),
        new("Did the counter grow by at least as many as stayed without an answer?", Quantifier.All, QuestionRole.Discriminator, AsMany, "networkpolicy-drop"),
        new("Do more connections wait than the listener lets wait?", Quantifier.Any, QuestionRole.Support, Waiting),
    ];

    protected override IEnumerable<Queue> Propose(CaseView view)
    {
        var counted = view.Facts.Of<CounterDelta>().Where(d => d.Name == Overflows && d.Delta > 0).Select(d => d.At.Stack);
        var late = view.Attempts.Where(a => a.LeftToServer).ToArray();
        var ends = late.Select(a => view.Stacks.End(a.Connection, false)).Where(e => e is { Proven: true }).Select(e => e!.At);
        return counted.Concat(ends).Distinct().Select(at => new Queue(
            view, at, [.. late.Where(a => view.Stacks.End(a.Connection, false) is not { Proven: true } end || end.At == at)]));
    }

    protected override string Summarise(Queue q)
    {
        var grown = q.Stack.Delta(Overflows);
        return $"The accept queue of {q.Scope} was full" + (grown is { Delta: > 0 } g ? $" {g.Delta} times" : "")
            + (q.Attempts.Count > 0 ? $": {q.Attempts.Count} connection{(q.Attempts.Count == 1 ? "" : "s")} opened late or never, the slowest after {q.Attempts.MaxBy(a => a.SynTimes.Count)!.Ladder}." : ".");
    }

    protected override string RemedyFor(Queue q) =>
        $"In {q.Scope}: raise the backlog of listen() and net.core.somaxconn{(q.Stack.Setting("net.core.somaxconn") is { } max ? $" (now {max.Value})" : "")}, open the socket anew, and accept faster (threads, CPU limit, open files).";

    protected override IEnumerable<NextEvidence> Next(Queue q)
    {
        var enter = AttemptEvidence.Enter(q.Stack.At);
        if (q.Stack.Delta(Overflows) is null)
        {
            yield return new NextEvidence(q.Stack.At, $"{enter}nstat -az TcpExtListenOverflows TcpExtListenDrops; {enter}ss -ltn (before and after)", null, "whether the accept queue overflows, and of which listener");
        }

        if (q.Attempts.All(a => a.SynArrived != Answer.Yes))
        {
            yield return AttemptEvidence.Capture(q.Stack.At, "tcp[tcpflags] & (tcp-syn|tcp-rst) != 0", "whether SYNs arrive there and stay without an answer");
        }
    }

    private static IEnumerable<Sighting> Full(Queue q)
    {
        if (q.Stack.Delta(Overflows) is { } grown)
        {
            yield return Sighting.Of(grown.Delta > 0, $"{Overflows} of {q.Stack.At} +{grown.Delta}", grown.From);
        }
        else
        {
            foreach (var sighting in Waiting(q).Where(s => s.Answer == Answer.Yes))
            {
                yield return sighting;
            }
        }
    }

    private static IEnumerable<Sighting> ArrivedInVain(Queue q)
    {
        var vain = q.Attempts.Where(a => a.SynArrived == Answer.Yes && (a.SynsThere.Count > a.SynAcks.Count || a.SynAcks.Count > 1)).ToArray();
        return vain.Length == 0 ? []
            : [Sighting.Of(true, $"{Queue.Dropped(vain)} of {vain.Length} connection{(vain.Length == 1 ? "" : "s")} seen at {vain[0].SynLastSeen}", [.. vain.SelectMany(a => a.SynsThere).Select(s => s.From).Take(24)])];
    }

    private static IEnumerable<Sighting> ForThatReason(Queue q) => q.Stack.Delta(Overflows) is { } full && q.Stack.Delta(Drops) is { } all
        ? [Sighting.Of(all.Delta <= full.Delta, $"ListenOverflows +{full.Delta}, ListenDrops +{all.Delta}", full.From, all.From)] : [];

    private static IEnumerable<Sighting> AsMany(Queue q)
    {
        if (q.Stack.Delta(Overflows) is { } grown && q.Attempts.Count > 0)
        {
            var dropped = Queue.Dropped(q.Attempts);
            var text = $"+{grown.Delta}, {dropped} without an answer";
            yield return grown.Delta >= dropped || Counted.Agree(grown.Delta, dropped) ? Sighting.Of(true, text, grown.From) : Sighting.Unknown(text, grown.From);
        }
    }

    private static IEnumerable<Sighting> Waiting(Queue q) => q.Stack.Listeners.Where(l => l.AcceptLimit is not null)
        .Select(l => Sighting.Of(l.ReceiveQueue > l.AcceptLimit, $"{l.Local}: {l.ReceiveQueue} wait, {l.AcceptLimit} may", l.From));

    /// <summary>The listeners of one network namespace.</summary>
    internal sealed class Queue(CaseView view, VantagePoint at, IReadOnlyList<Attempt> attempts) : Hypothesis(view, Scope.Of(at))
    {
        internal NetworkStack Stack { get; } = view.Stacks.At(at);

        internal override bool Placed => true;

        internal override IReadOnlyList<Attempt> Attempts { get; } = attempts;

        /// <summary>SYNs that got no answer, and last acknowledgments that were not taken: each SYN-ACK but the first says so once.</summary>
        internal static long Dropped(IEnumerable<Attempt> attempts) =>
            attempts.Sum(a => Math.Max(0L, Math.Max(a.SynsThere.Count, a.SynTimes.Count) - a.SynAcks.Count - (a is { Outcome: AttemptOutcome.Established, SynAcks.Count: 0 } ? 1 : 0)) + Math.Max(0, a.SynAcks.Count - 1));
    }
}

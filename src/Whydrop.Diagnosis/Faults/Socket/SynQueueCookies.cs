using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>The queue of half-open connections of a listener is full: its kernel drops SYNs, or answers with cookies.</summary>
internal sealed class SynQueueCookies : FaultOf<SynQueueCookies.Queue>
{
    private const string Dropped = "TcpExt.TCPReqQFullDrop";
    private const string Cookies = "TcpExt.TCPReqQFullDoCookies";
    private const string Flooding = "syn-flooding";

    public override string Id => "syn-queue-cookies";

    public override string Name => "Queue of half-open connections full";

    public override FaultLayer Layer => FaultLayer.Socket;

    public override string UserSees => "Connecting takes seconds in bursts, or fails; some connections come without window scaling and selective acknowledgment and are slow.";

    public override string Mechanism =>
        "More openings wait for their last acknowledgment than the listener's backlog allows: a flood, or clients that the SYN-ACK does not reach. With net.ipv4.tcp_syncookies=0 the kernel drops further SYNs; "
        + "else it answers with a cookie and keeps nothing: without timestamps such a connection has neither window scale nor SACK, and if the last acknowledgment is lost only the client believes in it.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("listen-overflow", "There ListenOverflows grows: the queue of opened connections is full, because the application does not accept."),
        new("option-stripping", "There the server's own device sends the options, and they are missing further on."),
        new("networkpolicy-drop", "There the SYN is dropped before the socket and no counter of TCP grows."),
    ];

    public override string Remedy => "Stop the flood or find why clients do not complete their openings; raise the backlog of listen() with net.core.somaxconn and net.ipv4.tcp_max_syn_backlog; leave net.ipv4.tcp_syncookies at 1.";

    public override string Verify => "nstat -az TcpExtTCPReqQFullDrop TcpExtTCPReqQFullDoCookies stays as it is under the same load.";

    public override IReadOnlyList<string> References => ["RFC 4987 §3 (SYN flooding)", "net/ipv4/tcp_input.c tcp_conn_request, tcp_syn_flood_action", "net/ipv4/syncookies.c"];

    protected override IEnumerable<QuestionOf<Queue>> Ask() =>
    [
        new("Did the kernel there find the queue of half-open connections full?", Quantifier.Any, QuestionRole.Signature, Full),
        new("Did openings stay half-open there, or SYNs without an answer?", Quantifier.Any, QuestionRole.Mechanism, InVain),
        new("Did it count as many as were seen?", Quantifier.All, QuestionRole.Mechanism, AsMany),
        new("Does it use cookies only when the queue is full?", Quantifier.All, QuestionRole.Discriminator, OnlyWhenFull, "option-stripping"),
        new("Was the accept queue not full besides?", Quantifier.All, QuestionRole.Support, NotAcceptQueue),
    ];

    protected override IEnumerable<Queue> Propose(CaseView view)
    {
        var counted = view.Facts.Of<CounterDelta>().Where(d => d.Name is Dropped or Cookies && d.Delta > 0).Select(d => d.At.Stack);
        var late = view.Attempts.Where(a => a.LeftToServer)
            .ToLookup(a => view.Stacks.End(a.Connection, false) is { Proven: true } end ? end.At : a.SynLastSeen?.Stack);
        var logged = view.Facts.Of<LogEvent>().Where(e => e.Kind == Flooding).Select(e => e.At.Stack);
        var known = counted.Concat(late.Where(g => g.Key is not null && view.Delta(g.Key, Dropped) is not null).Select(g => g.Key!)).Distinct().ToArray();

        // The kernel's log is the node's: it tells of all pods there, so it speaks only where no pod's own counters do.
        return known.Concat(known.Length == 0 ? logged.Distinct() : []).Select(at => new Queue(view, at, [.. late[at]]));
    }

    protected override string Summarise(Queue q)
    {
        var (drops, cookies) = (q.Stack.Delta(Dropped)?.Delta ?? 0, q.Stack.Delta(Cookies)?.Delta ?? 0);
        return $"The queue of half-open connections of {q.Scope} was full: {drops} SYNs dropped, {cookies} answered by a cookie"
            + (q.Attempts.Count > 0 ? $"; {q.Attempts.Count(a => a.Outcome == AttemptOutcome.HalfOpen)} openings never completed, {q.Attempts.Count(a => a.Outcome == AttemptOutcome.Unanswered)} not answered." : ".");
    }

    protected override IEnumerable<NextEvidence> Next(Queue q)
    {
        var enter = AttemptEvidence.Enter(q.Stack.At);
        yield return new NextEvidence(
            q.Stack.At, $"{enter}nstat -az TcpExtTCPReqQFullDrop TcpExtTCPReqQFullDoCookies TcpExtSyncookiesSent TcpExtListenOverflows; {enter}ss -tan state syn-recv; {enter}sysctl net.ipv4.tcp_syncookies (before and after)", null,
            "whether openings that nobody completes fill the queue, and whose");
        if (q.Attempts.Count == 0)
        {
            yield return AttemptEvidence.Capture(q.Stack.At, "tcp[tcpflags] & (tcp-syn|tcp-rst) != 0", "whose SYNs arrive there and which are never completed");
        }
    }

    private static IEnumerable<Sighting> Full(Queue q)
    {
        var counted = Counted.Grew(q.View, q.Stack.At, Dropped, Cookies).ToArray();
        return counted.Length > 0 ? counted : q.Stack.Logs(Flooding).Take(4).Select(e => Sighting.Of(true, e.Text, e.From));
    }

    private static IEnumerable<Sighting> InVain(Queue q)
    {
        var seen = q.Attempts.Where(a => a.SynArrived == Answer.Yes).ToArray();
        return seen.Length == 0 ? [] : [Sighting.Of(true, $"{seen.Length} at {seen[0].SynLastSeen}", [.. seen.SelectMany(a => a.SynsThere).Select(s => s.From).Take(24)])];
    }

    /// <summary>SYNs that nothing answered against those counted as dropped; with cookies each answer of the full queue is counted, the first ones filled it.</summary>
    private static IEnumerable<Sighting> AsMany(Queue q)
    {
        if (q.Stack.Delta(Dropped) is { } drops && q.Stack.Delta(Cookies) is { } cookies && drops.Delta + cookies.Delta > 0 && q.Attempts.Count > 0)
        {
            var unanswered = q.Attempts.Sum(a => (long)Math.Max(0, a.SynsThere.Count - a.SynAcks.Count));
            var text = $"{drops.Delta} dropped, {cookies.Delta} cookies; {unanswered} SYNs without an answer";
            var (counted, beyond) = (drops.Delta + cookies.Delta, unanswered - drops.Delta);
            yield return beyond <= 0 || Counted.Agree(counted, counted + beyond) ? Sighting.Of(true, text, drops.From) : Sighting.Unknown(text, drops.From);
        }
    }

    private static IEnumerable<Sighting> OnlyWhenFull(Queue q)
    {
        // net.ipv4.tcp_syncookies=2 sends cookies always, and counts them the same way.
        if (q.Stack.Delta(Dropped) is { Delta: > 0 } drops)
        {
            yield return Sighting.Of(true, $"{Dropped} +{drops.Delta}: it drops", drops.From);
        }
        else if (q.Stack.Setting("net.ipv4.tcp_syncookies") is { } setting)
        {
            yield return Sighting.Of(setting.Value != "2", $"net.ipv4.tcp_syncookies = {setting.Value}", setting.From);
        }
    }

    private static IEnumerable<Sighting> NotAcceptQueue(Queue q) => q.Stack.Delta("TcpExt.ListenOverflows") is { } full
        ? [Sighting.Of(full.Delta == 0, $"TcpExt.ListenOverflows +{full.Delta}", full.From)] : [];

    /// <summary>The half-open connections of one network namespace.</summary>
    internal sealed class Queue(CaseView view, VantagePoint at, IReadOnlyList<Attempt> attempts) : Hypothesis(view, Scope.Of(at))
    {
        internal NetworkStack Stack { get; } = view.Stacks.At(at);

        internal override bool Placed => true;

        internal override IReadOnlyList<Attempt> Attempts { get; } = attempts;
    }
}

using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>The TIME-WAIT table is full: connections are forgotten when they close, and late segments of them are reset.</summary>
internal sealed class TwBucketOverflow : FaultOf<TwBucketOverflow.Table>
{
    private const string Overflow = "TcpExt.TCPTimeWaitOverflow";
    private const string Logged = "time-wait-overflow";

    public override string Id => "tw-bucket-overflow";

    public override string Name => "TIME-WAIT table full";

    public override FaultLayer Layer => FaultLayer.Socket;

    public override string UserSees => "Now and then a reset at the end of a connection; a line of the kernel log. Mostly nothing.";

    public override string Mechanism =>
        "Whoever closes first keeps the connection in TIME-WAIT for 60 s, to answer what comes late. Beyond net.ipv4.tcp_max_tw_buckets the kernel forgets it at once: a late FIN or acknowledgment then meets a closed port and gets a RST.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("app-rst", "There the application aborts a connection that had not ended."),
        new("connection-refused-closed-port", "There the RST answers a SYN."),
    ];

    public override string Remedy => "Let the client close first, keep connections alive, or raise net.ipv4.tcp_max_tw_buckets of that network namespace.";

    public override string Verify => "nstat -az TcpExtTCPTimeWaitOverflow stays as it is; no RST follows an orderly close.";

    public override IReadOnlyList<string> References => ["net/ipv4/tcp_minisocks.c tcp_time_wait", "net/ipv4/inet_timewait_sock.c inet_twsk_alloc"];

    /// <inheritdoc />
    public override bool Contributing => true;

    protected override IEnumerable<QuestionOf<Table>> Ask() =>
    [
        new("Did the kernel there find its TIME-WAIT table full?", Quantifier.Any, QuestionRole.Signature, Full),
        new("Were late segments of closed connections reset from there?", Quantifier.Any, QuestionRole.Signature, LateResets),
        new("Did it forget at least as many as were reset?", Quantifier.All, QuestionRole.Mechanism, AsMany),
    ];

    protected override IEnumerable<Table> Propose(CaseView view)
    {
        var counted = view.Facts.Of<CounterDelta>().Where(d => d.Name == Overflow && d.Delta > 0).Select(d => d.At.Stack).Distinct().ToArray();

        // The kernel's log is the node's: it does not say which pod.
        var logged = view.Facts.Of<LogEvent>().Where(e => e.Kind == Logged).Select(e => e.At.Stack).Distinct();
        return (counted.Length > 0 ? counted : logged).Select(at => new Table(
            view, at,
            [.. view.Resets.Where(r => r.Phase is ResetPhase.AfterOwnFin or ResetPhase.AfterBothFins && view.Stacks.End(r.Direction.Connection, r.FromClient) is { Proven: true } end && end.At == at)]));
    }

    protected override string Summarise(Table t) => (t.Stack.Delta(Overflow) is { Delta: > 0 } grown ? $"{t.Scope} forgot {grown.Delta} connections when they closed: its TIME-WAIT table is full" : $"The TIME-WAIT table of {t.Scope} was full")
        + (t.Resets.Count > 0 ? $"; {t.Resets.Count} late segments were answered by a RST." : ".");

    protected override string RemedyFor(Table t) =>
        $"Let the client close first, keep connections alive, or raise net.ipv4.tcp_max_tw_buckets of {t.Scope}{(t.Stack.Setting("net.ipv4.tcp_max_tw_buckets") is { } now ? $" (now {now.Value})" : "")}.";

    protected override IEnumerable<NextEvidence> Next(Table t)
    {
        var enter = AttemptEvidence.Enter(t.Stack.At);
        yield return new NextEvidence(t.Stack.At, $"{enter}nstat -az TcpExtTCPTimeWaitOverflow; {enter}ss -s; {enter}sysctl net.ipv4.tcp_max_tw_buckets (before and after)", null, "how many connections are forgotten");
        yield return AttemptEvidence.Capture(t.Stack.At, "tcp[tcpflags] & (tcp-fin|tcp-rst) != 0", "whether late segments are answered by a RST: without that the full table harms nobody");
    }

    private static IEnumerable<Sighting> Full(Table t)
    {
        var counted = Counted.Grew(t.View, t.Stack.At, Overflow).ToArray();
        return counted.Length > 0 ? counted : t.Stack.Logs(Logged).Take(4).Select(e => Sighting.Of(true, e.Text, e.From));
    }

    // Without them the full table harms nobody, and a capture that shows none may have begun too late.
    private static IEnumerable<Sighting> LateResets(Table t) => t.Resets.Count == 0 ? []
        : [Sighting.Of(true, $"{t.Resets.Count} RSTs after an orderly end", [.. t.Resets.Select(r => r.From).Take(24)])];

    private static IEnumerable<Sighting> AsMany(Table t)
    {
        if (t.Stack.Delta(Overflow) is { Delta: > 0 } grown && t.Resets.Count > 0)
        {
            var text = $"+{grown.Delta}, {t.Resets.Count} RSTs";
            yield return grown.Delta >= t.Resets.Count ? Sighting.Of(true, text, grown.From) : Sighting.Unknown(text, grown.From);
        }
    }

    /// <summary>The TIME-WAIT table of one network namespace.</summary>
    internal sealed class Table(CaseView view, VantagePoint at, IReadOnlyList<ConnectionReset> resets) : Hypothesis(view, Scope.Of(at))
    {
        internal NetworkStack Stack { get; } = view.Stacks.At(at);

        internal override bool Placed => true;

        internal override IReadOnlyList<ConnectionReset> Resets { get; } = resets;
    }
}

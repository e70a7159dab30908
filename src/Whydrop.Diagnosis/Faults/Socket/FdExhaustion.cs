using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>A server may open no more files: accept fails, its queue fills, SYNs are dropped.</summary>
internal sealed class FdExhaustion : FaultOf<FdExhaustion.Program>
{
    private const string TooMany = "too-many-files";
    private const string Overflows = "TcpExt.ListenOverflows";

    // A SYN dropped now was dropped because of connections that accept left in the queue before; the program tries again at once or a little later.
    private static readonly TimeSpan Around = TimeSpan.FromSeconds(5);

    public override string Id => "fd-exhaustion";

    public override string Name => "No file descriptor left";

    public override FaultLayer Layer => FaultLayer.Socket;

    public override string UserSees => "The server takes no new connections beyond a certain number of them; its log says \"too many open files\".";

    public override string Mechanism =>
        "Each connection is a file descriptor. At RLIMIT_NOFILE accept fails with EMFILE (ENFILE when the machine's table is full); connections stay in the accept queue until it is full, then the kernel drops SYNs in silence.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("listen-overflow", "There accept does not fail: the program is slow or stands still, and its log does not speak of files."),
        new("ephemeral-port-exhaustion", "There connect fails at the client with errno 99."),
    ];

    public override string Remedy => "Close what leaks (ls /proc/PID/fd), raise the limit (LimitNOFILE, ulimit -n), limit connections before that number.";

    public override string Verify => "Open descriptors (ls /proc/PID/fd | wc -l) stay below the limit under the same load; nstat -az TcpExtListenOverflows stays as it is.";

    public override IReadOnlyList<string> References => ["accept(2) EMFILE, ENFILE", "getrlimit(2) RLIMIT_NOFILE"];

    protected override IEnumerable<QuestionOf<Program>> Ask() =>
    [
        new("Does a program there say that it may open no more files?", Quantifier.Any, QuestionRole.Signature, Says),
        new("Did it say so while connections were not taken?", Quantifier.Any, QuestionRole.Mechanism, SaidThen),
        new("Did SYNs arrive there and stay without an answer, or SYN-ACKs go out again and again?", Quantifier.Any, QuestionRole.Mechanism, ArrivedInVain),
        new("Did the accept queue there overflow?", Quantifier.Any, QuestionRole.Mechanism, p => Counted.Grew(p.View, p.Stack.At, Overflows)),
        new("Was it accept that failed?", Quantifier.Any, QuestionRole.Support, OfAccept),
    ];

    protected override IEnumerable<Program> Propose(CaseView view)
    {
        var late = view.Attempts.Where(a => a.LeftToServer)
            .ToLookup(a => view.Stacks.End(a.Connection, false) is { Proven: true } end ? end.At : a.SynLastSeen?.Stack);
        return view.Facts.Of<LogEvent>().Where(e => e.Kind == TooMany).GroupBy(e => e.At.Stack)
            .Select(g => new Program(view, g.Key, [.. g], [.. late[g.Key]]));
    }

    protected override string Summarise(Program p) =>
        $"A program at {p.Scope} may open no more files ({p.Lines.Count} times in its log)"
        + (p.Attempts.Count > 0 ? $": accept fails, {p.Attempts.Count} connection{(p.Attempts.Count == 1 ? "" : "s")} opened late or never." : ".");

    protected override IEnumerable<NextEvidence> Next(Program p)
    {
        var enter = AttemptEvidence.Enter(p.Stack.At);
        yield return new NextEvidence(
            p.Stack.At, $"grep 'open files' /proc/PID/limits; ls /proc/PID/fd | wc -l; {enter}nstat -az TcpExtListenOverflows; {enter}ss -ltn (before and after)", null,
            "whether the program that listens is at its limit, and whether its accept queue overflows");
        if (p.Attempts.All(a => a.SynArrived != Answer.Yes))
        {
            yield return AttemptEvidence.Capture(p.Stack.At, "tcp[tcpflags] & (tcp-syn|tcp-rst) != 0", "whether SYNs arrive there and stay without an answer");
        }
    }

    private static IEnumerable<Sighting> Says(Program p) => [Sighting.Of(true, $"{p.Lines.Count} times: {p.Lines[0].Text}", [.. p.Lines.Select(l => l.From).Take(8)])];

    private static IEnumerable<Sighting> SaidThen(Program p)
    {
        if (p.Attempts.Count == 0)
        {
            yield break;
        }

        var (first, last) = (p.Attempts.Min(a => a.SynTimes[0]), p.Attempts.Max(a => a.SynTimes[^1]));
        foreach (var line in p.Lines)
        {
            yield return line.Time is not { } time ? Sighting.Unknown("its lines have no time", line.From)
                : time - first >= -Around && time - last <= Around ? Sighting.Of(true, $"between {first} and {last}", line.From)
                : Sighting.Unknown($"at {time}, not between {first} and {last}", line.From);
        }
    }

    private static IEnumerable<Sighting> ArrivedInVain(Program p)
    {
        var vain = p.Attempts.Where(a => a.SynArrived == Answer.Yes).ToArray();
        return vain.Length == 0 ? [] : [Sighting.Of(true, $"{vain.Length} connection{(vain.Length == 1 ? "" : "s")} seen at {vain[0].SynLastSeen}", [.. vain.SelectMany(a => a.SynsThere).Select(s => s.From).Take(24)])];
    }

    private static IEnumerable<Sighting> OfAccept(Program p) =>
        p.Lines.Where(l => l.Text.Contains("accept", StringComparison.OrdinalIgnoreCase)).Take(1).Select(l => Sighting.Of(true, l.Text, l.From));

    /// <summary>A program whose log says so, and the connections that its host did not take.</summary>
    internal sealed class Program(CaseView view, VantagePoint at, IReadOnlyList<LogEvent> lines, IReadOnlyList<Attempt> attempts) : Hypothesis(view, Scope.Of(at))
    {
        internal NetworkStack Stack { get; } = view.Stacks.At(at);

        internal IReadOnlyList<LogEvent> Lines { get; } = lines;

        internal override bool Placed => true;

        internal override IReadOnlyList<Attempt> Attempts { get; } = attempts;
    }
}

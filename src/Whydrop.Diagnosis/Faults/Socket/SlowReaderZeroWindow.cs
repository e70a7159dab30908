using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>The application does not read: its window closes and stays closed, and the sender has to wait.</summary>
internal sealed class SlowReaderZeroWindow : FaultOf<SlowReaderZeroWindow.Reader>
{
    // Three probes, 200, 400 and 800 ms after each other (TCP_RTO_MIN and backoff, net/ipv4/tcp_timer.c tcp_probe_timer): a reader that is merely late has read by then.
    private const int ProbesInVain = 3;
    private static readonly TimeSpan ThreeProbes = TimeSpan.FromMilliseconds(1400);

    public override string Id => "slow-reader-zero-window";

    public override string Name => "Receiver application does not read";

    public override FaultLayer Layer => FaultLayer.Socket;

    public override string UserSees => "A transfer stands still and nothing is lost; the sender's writes block or time out.";

    public override string Mechanism =>
        "The application stops reading, its receive buffer fills, its kernel closes the window. The sender probes on a growing timer; each probe is answered with a closed window, for as long as the application does not read.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("small-tcp-rmem", "There the window is small and never closes: the application reads at once."),
        new("rcvbuf-overrun", "There segments that arrive are dropped."),
        new("random-loss", "Probes of a closed window look like retransmissions; they are answered, and nothing is lost."),
        new("peer-vanished", "There probes are not answered at all."),
    ];

    public override string Remedy => "Look at the program that should read (its threads, locks, garbage collection, disk, what it waits for itself), not at the network.";

    public override string Verify => "nstat -az TcpExtTCPToZeroWindowAdv stays as it is, ss -tn shows Recv-Q near 0 there.";

    public override IReadOnlyList<string> References => ["RFC 9293 §3.8.6.1 (zero-window probing)", "net/ipv4/tcp_output.c tcp_select_window", "net/ipv4/tcp_timer.c tcp_probe_timer"];

    protected override IEnumerable<QuestionOf<Reader>> Ask() =>
    [
        new("Did the window stay closed through probe after probe?", Quantifier.Any, QuestionRole.Signature, StaysClosed),
        new("Were the probes answered, with a closed window?", Quantifier.Any, QuestionRole.Mechanism, Answered),
        new("Do bytes wait in the receiver's socket?", Quantifier.Any, QuestionRole.Support, Waiting),
        new("Did its kernel count closed windows?", Quantifier.Any, QuestionRole.Support, r => r.Stack is { } s ? Counted.Grew(r.View, s.At, "TcpExt.TCPToZeroWindowAdv") : []),
    ];

    protected override IEnumerable<Reader> Propose(CaseView view)
    {
        var periods = view.Facts.Of<ZeroWindowPeriod>()
            .Select(p => (Period: p, view.Connections.Direction(new FlowKey(p.Capture, p.Flow), !p.ReceiverIsClient).Connection, Client: view.Connections.Direction(new FlowKey(p.Capture, p.Flow), p.ReceiverIsClient)))
            .Where(p => p.Connection >= 0 && view.Trails[p.Connection].Flows.Count > 0)
            .Select(p => (p.Period, p.Connection, IsClient: p.Client == view.Trails[p.Connection].ToServer)).ToArray();
        foreach (var group in periods.GroupBy(p => StackEnd.ScopeOf(view.Stacks.End(p.Connection, p.IsClient))))
        {
            var end = view.Stacks.End(group.First().Connection, group.First().IsClient);
            yield return new Reader(view, end is { Proven: true } ? end.At : null, [.. group.Select(p => p.Period)], group.Select(p => p.Connection).ToHashSet());
        }

        var seen = periods.Select(p => view.Stacks.End(p.Connection, p.IsClient)).Where(e => e is { Proven: true }).Select(e => e!.At).ToHashSet();
        foreach (var at in view.Facts.Of<SocketState>().Where(Unread).Select(s => s.At.Stack).Distinct().Where(at => !seen.Contains(at)))
        {
            yield return new Reader(view, at, [], new HashSet<int>());
        }

        if (periods.Length == 0 && view.Facts.Of<SocketState>().Any(Persists) && !view.Facts.Of<SocketState>().Any(Unread))
        {
            yield return new Reader(view, null, [], new HashSet<int>());
        }
    }

    protected override string Summarise(Reader r)
    {
        var longest = r.Periods.Where(p => !p.Reopened || InVain(p)).MaxBy(p => p.Duration);
        return longest is not null
            ? string.Create(null, $"The application at {r.Scope} stopped reading {r.Connections.Count} connection{(r.Connections.Count == 1 ? "" : "s")}: no window for {longest.Duration.TotalSeconds:0.#} s{(longest.Reopened ? "" : ", to the end")}.")
            : $"The application at {r.Scope} does not read what lies in its sockets.";
    }

    protected override IEnumerable<NextEvidence> Next(Reader r)
    {
        var at = r.Stack?.At;
        yield return new NextEvidence(at ?? VantagePoint.Unknown, $"{AttemptEvidence.Enter(at)}ss -tinm; {AttemptEvidence.Enter(at)}ip addr (where the receiver runs)", null, "whose Recv-Q is full: that program does not read");
        if (r.Periods.Count == 0)
        {
            yield return AttemptEvidence.Capture(at, "tcp", "whether probes are answered with a closed window");
        }
    }

    /// <summary>Closed for longer than a reader is merely late, whether or not it read again in the end. The time counts too: where the shortest time-out is set lower, probes follow each other sooner.</summary>
    private static bool InVain(ZeroWindowPeriod p) => p.Probes >= ProbesInVain && (!p.Reopened || p.Duration >= ThreeProbes);

    private static bool Persists(SocketState s) => s is { Timer: "persist", SendQueue: > 0 } && s.LastSent >= ThreeProbes;

    /// <summary>Its buffer is nearly full (rather than one message waiting) and nothing came for the time of three probes.</summary>
    private static bool Unread(SocketState s) => s is { State: "ESTAB", ReceiveQueue: > 0, ReceiveMemory: { } used, ReceiveBuffer: > 0 and var size } && used >= size * 0.9 && s.LastReceived >= ThreeProbes;

    private static IEnumerable<Sighting> StaysClosed(Reader r)
    {
        foreach (var p in r.Periods)
        {
            var text = string.Create(null, $"no window for {p.Duration.TotalSeconds:0.#} s, {p.Probes} probes{(p.Reopened ? ", then open again" : "")}");
            yield return InVain(p) ? Sighting.Of(true, text, p.From)
                : p.Reopened ? Sighting.Of(false, text, p.From) : Sighting.Unknown(text, p.From);
        }

        if (r.Periods.Count == 0)
        {
            foreach (var s in r.View.Facts.Of<SocketState>().Where(s => (r.Stack is null || s.At.Stack == r.Stack.At) && (r.Stack is null ? Persists(s) : Unread(s))).Take(4))
            {
                yield return Sighting.Of(
                    true, Persists(s) ? $"{s.Local} > {s.Peer}: {s.SendQueue} bytes wait for a window" : string.Create(null, $"{s.Local} < {s.Peer}: {s.ReceiveQueue} bytes not read, nothing taken for {s.LastReceived!.Value.TotalSeconds:0.#} s"), s.From);
            }
        }
    }

    private static IEnumerable<Sighting> Answered(Reader r) => r.Periods.Where(InVain)
        .Select(p => Sighting.Of(p.ProbesAnswered > 0, $"{p.ProbesAnswered} of {p.Probes} answered", p.From));

    private static IEnumerable<Sighting> Waiting(Reader r) => r.Stack is null ? []
        : r.Stack.Sockets.Where(s => s is { State: "ESTAB", ReceiveQueue: > 0 }).Take(4).Select(s => Sighting.Of(true, $"{s.Local} < {s.Peer}: {s.ReceiveQueue} bytes", s.From));

    /// <summary>Who should read.</summary>
    internal sealed class Reader(CaseView view, VantagePoint? at, IReadOnlyList<ZeroWindowPeriod> periods, IReadOnlySet<int> connections)
        : Hypothesis(view, at is null ? Scope.Unplaced : Scope.Of(at))
    {
        internal NetworkStack? Stack { get; } = at is null ? null : view.Stacks.At(at);

        internal IReadOnlyList<ZeroWindowPeriod> Periods { get; } = periods;

        internal override bool Placed => Stack is not null;

        /// <summary>Those whose window did not open again, or too late.</summary>
        internal override IReadOnlySet<int> Connections { get; } =
            periods.Where(p => !p.Reopened || InVain(p)).Select(p => view.Connections.Direction(new FlowKey(p.Capture, p.Flow), true).Connection).Where(connections.Contains).ToHashSet();
    }
}

using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>Segments that arrive while the program is inside a call on their socket overflow its backlog.</summary>
internal sealed class BacklogDrop : FaultOf<BacklogDrop.Backlog>
{
    private const string Dropped = "TcpExt.TCPBacklogDrop";

    public override string Id => "backlog-drop";

    public override string Name => "Socket backlog overflow";

    public override FaultLayer Layer => FaultLayer.Socket;

    public override string UserSees => "Retransmissions to one very busy socket, whose thread uses a processor to the full or waits for one.";

    public override string Mechanism =>
        "While a program is inside a call on its socket, segments that arrive wait in a backlog. Beyond receive buffer, send buffer and 64 KiB the kernel drops them, although the queue itself has room: the call takes too long (a large copy, no processor).";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("rcvbuf-overrun", "There the receive queue itself is full: RcvPruned or TCPRcvQDrop grows."),
        new("random-loss", "There the lost segments never come to the receiver's own device."),
    ];

    public override string Remedy => "Give the thread that owns the socket processor time, read in smaller pieces, raise net.ipv4.tcp_rmem, spread the load over several connections.";

    public override string Verify => "nstat -az TcpExtTCPBacklogDrop stays as it is under the same load.";

    public override IReadOnlyList<string> References => ["net/ipv4/tcp_ipv4.c tcp_add_backlog", "include/net/sock.h sk_rcvqueues_full"];

    protected override IEnumerable<QuestionOf<Backlog>> Ask() =>
    [
        new("Did the kernel there drop segments from a socket's backlog?", Quantifier.Any, QuestionRole.Signature, b => Counted.Grew(b.View, b.Stack.At, Dropped)),
        new("Were lost segments seen to arrive at the receiver's own device?", Quantifier.Any, QuestionRole.Mechanism, Arrived),
        new("Did it drop as many as arrived in vain?", Quantifier.All, QuestionRole.Mechanism, AsMany),
    ];

    protected override IEnumerable<Backlog> Propose(CaseView view)
    {
        var arrived = ReceiverLosses.Find(view);
        return view.Facts.Of<CounterDelta>().Where(d => d.Name == Dropped && d.Delta > 0).Select(d => d.At.Stack).Distinct()
            .Select(at => new Backlog(view, at, arrived.FirstOrDefault(a => a.At == at)));
    }

    protected override string Summarise(Backlog b) =>
        $"The kernel of {b.Scope} dropped {b.Stack.Delta(Dropped)?.Delta} packets while programs were inside calls on their sockets" + (b.Losses.Count > 0 ? $": {b.Losses.Count} lost segments were seen at its own device." : ".");

    protected override IEnumerable<NextEvidence> Next(Backlog b)
    {
        var enter = AttemptEvidence.Enter(b.Stack.At);
        yield return new NextEvidence(b.Stack.At, $"{enter}nstat -az TcpExtTCPBacklogDrop; {enter}ss -tmn; top -H -b -n 1 (before and after)", null, "which socket has a backlog (skmem bl), and whether its thread is short of processor time");
        if (b.Losses.Count == 0)
        {
            yield return AttemptEvidence.Capture(b.Stack.At, "tcp", "whether the segments that are sent again arrive there");
        }
    }

    private static IEnumerable<Sighting> Arrived(Backlog b) => b.Arrived.Count == 0 ? []
        : [Sighting.Of(true, $"{b.Arrived.Count} seen at {b.Arrived[0].LastSeen}", [.. b.Arrived.Select(l => l.From).Take(24)])];

    private static IEnumerable<Sighting> AsMany(Backlog b)
    {
        if (b.Stack.Delta(Dropped) is { } grown && b.Frames > 0)
        {
            var text = $"{grown.Delta} dropped, {b.Frames} arrived in vain";
            yield return Counted.Agree(grown.Delta, b.Frames) ? Sighting.Of(true, text, grown.From) : Sighting.Unknown(text, grown.From);
        }
    }

    /// <summary>The sockets of one network namespace.</summary>
    internal sealed class Backlog(CaseView view, VantagePoint at, ReceiverLosses? arrived) : Hypothesis(view, Scope.Of(at))
    {
        internal NetworkStack Stack { get; } = view.Stacks.At(at);

        internal override bool Placed => true;

        internal IReadOnlyList<Loss> Arrived { get; } = arrived?.Arrived ?? [];

        internal override IReadOnlyList<Loss> Losses { get; } = arrived?.Losses ?? [];

        internal long Frames { get; } = arrived?.Frames ?? 0;
    }
}

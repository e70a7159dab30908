using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Application;

/// <summary>A sender holds a small segment back until the one before is acknowledged, and the other end delays that acknowledgment.</summary>
internal sealed class NagleDelayedAck : FaultOf<NagleDelayedAck.Writer>
{
    // A coincidence of a late acknowledgment and a write is no rule: three within one connection are not chance.
    private const int Fewest = 3;

    // TCP_DELACK_MIN is 40 ms, less a tick of the slowest clock (HZ=100); RFC 1122, 4.2.3.2 allows less than half a second.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    public override string Id => "nagle-delayed-ack";

    public override string Name => "Nagle and delayed acknowledgment wait for each other";

    public override FaultLayer Layer => FaultLayer.Application;

    public override string UserSees => "Every small request costs 40 ms (up to 200 ms) more than it should; large ones do not.";

    public override string Mechanism =>
        "An application writes one message in several small pieces without TCP_NODELAY. The first goes out, the next waits until it is acknowledged (Nagle); the other end, which has nothing to answer yet, "
        + "delays that acknowledgment by 40 ms or more.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("cfs-throttling", "There the silence ends without a bare acknowledgment first, and lasts to the next period."),
        new("app-slow-response", "There the silence lies between the acknowledged request and its answer."),
    ];

    public override string Remedy => "Write a message at once (one buffer, writev, TCP_CORK), or set TCP_NODELAY. TCP_QUICKACK at the other end, or quickack 1 on its route, is only a test.";

    public override string Verify => "In a capture, the segments of a message follow each other without a bare acknowledgment between them; TcpExt.DelayedACKs of the other end grows less.";

    public override IReadOnlyList<string> References => ["RFC 896", "RFC 1122 §4.2.3.4, §4.2.3.2", "net/ipv4/tcp_output.c tcp_nagle_test", "include/net/tcp.h TCP_DELACK_MIN"];

    protected override IEnumerable<QuestionOf<Writer>> Ask() =>
    [
        new("Did segments wait for the acknowledgment of a small one before them?", Quantifier.Any, QuestionRole.Signature, Waited),
        new("Did a bare acknowledgment, later than the round trip by the time of a delayed one, let the next segment go at once?", Quantifier.Any, QuestionRole.Mechanism, Delayed),
        new("Did the other end count delayed acknowledgments?", Quantifier.Any, QuestionRole.Support, CountedThere),
    ];

    protected override IEnumerable<Writer> Propose(CaseView view)
    {
        var pauses = view.Facts.Of<Pause>().Where(HoldsBack).ToLookup(p => new FlowKey(p.Capture, p.Flow));
        return view.Facts.Of<ExchangeTiming>().Where(t => t.SmallWaits >= Fewest && t.SmallWaitMedian is not null)
            .Select(t => Held.Of(view, t, pauses[new FlowKey(t.Capture, t.Flow)])).OfType<Held>()
            .GroupBy(h => h.Direction.Connection).Select(g => g.MaxBy(h => h.Delay)!)
            .Where(h => h.Delay >= Shortest && h.Delay <= Longest)
            .GroupBy(h => (StackEnd.ScopeOf(view.Stacks.End(h.Direction.Connection, h.FromClient)), h.Writer))
            .Select(g => new Writer(view, view.Stacks.End(g.First().Direction.Connection, g.First().FromClient), g.Key.Writer, [.. g]));
    }

    protected override string Summarise(Writer w) => string.Create(
        null,
        $"{w.Who} writes messages in small pieces: {w.Held.Sum(h => h.Timing.SmallWaits)} times the next waited {w.Held.Max(h => h.Timing.SmallWaitMedian!.Value).TotalMilliseconds:0} ms for the delayed acknowledgment of the one before.");

    protected override string RemedyFor(Writer w) => $"Let the application at {w.Who} write a message at once, or set TCP_NODELAY on its socket.";

    protected override IEnumerable<NextEvidence> Next(Writer w)
    {
        var at = w.Owner?.At;
        yield return new NextEvidence(at ?? VantagePoint.Unknown, $"{AttemptEvidence.Enter(at)}ip addr; {AttemptEvidence.Enter(at)}ss -tinp", null, $"which host or pod {w.Who} is, and which program writes there");
    }

    // One small segment is out, nothing else happens, and a bare acknowledgment of it ends the silence.
    private static bool HoldsBack(Pause p) => p.EndedBy == PauseEnd.Acknowledgment && p.LastLength > 0 && p.LastFromClient == p.DataFromClient && p.EndedFromClient != p.LastFromClient
        && (p.LastFromClient ? p.ClientOutstanding : p.ServerOutstanding) == p.LastLength;

    private static IEnumerable<Sighting> Waited(Writer w) =>
        w.Held.Select(h => Sighting.Of(true, $"{h.Timing.SmallWaits} times at {h.Timing.At}", h.Timing.From));

    private static IEnumerable<Sighting> Delayed(Writer w) => w.Held.Select(h => Sighting.Of(
        true, string.Create(null, $"{h.Timing.SmallWaitMedian!.Value.TotalMilliseconds:0.#} ms, round trip {h.RoundTrip.TotalMilliseconds:0.##} ms"), [h.Timing.From, .. h.Pauses.Select(p => p.From).Take(4)]));

    private static IEnumerable<Sighting> CountedThere(Writer w) => w.Held
        .Select(h => w.View.Stacks.End(h.Direction.Connection, !h.FromClient)).OfType<StackEnd>().Where(e => e.Proven).Select(e => e.At).Distinct()
        .SelectMany(at => Counted.Grew(w.View, at, "TcpExt.DelayedACKs"));

    /// <summary>A connection whose writer waits.</summary>
    internal sealed record Held(DirectionKey Direction, bool FromClient, string Writer, ExchangeTiming Timing, TimeSpan RoundTrip, IReadOnlyList<Pause> Pauses)
    {
        internal TimeSpan Delay => Timing.SmallWaitMedian!.Value - RoundTrip;

        internal static Held? Of(CaseView view, ExchangeTiming timing, IEnumerable<Pause> pauses)
        {
            var key = new FlowKey(timing.Capture, timing.Flow);
            var byEnd = pauses.ToLookup(p => p.LastFromClient);
            var asNamed = byEnd[true].Count() >= byEnd[false].Count();
            Pause[] own = [.. byEnd[asNamed]];
            if (own.Length == 0 || view.Flow(key) is not { } flow || view.Connections.Direction(key, asNamed) is not { Connection: >= 0 } direction)
            {
                return null;
            }

            var trail = view.Trails[direction.Connection];
            var fromClient = direction == trail.ToServer;
            return new Held(
                direction, fromClient, fromClient ? $"{trail.Client.Address}" : $"{trail.ServerThere}", timing,
                (asNamed ? flow.FromClient : flow.FromServer).MinRtt ?? flow.HandshakeRtt ?? TimeSpan.Zero, own);
        }
    }

    /// <summary>An end that writes in pieces.</summary>
    internal sealed class Writer(CaseView view, StackEnd? owner, string who, IReadOnlyList<Held> held) : Hypothesis(view, StackEnd.ScopeOf(owner))
    {
        internal StackEnd? Owner { get; } = owner;

        internal string Who { get; } = who;

        internal IReadOnlyList<Held> Held { get; } = held;

        internal override bool Placed => Owner is { Proven: true };

        internal override IReadOnlySet<int> Connections => Held.Select(h => h.Direction.Connection).ToHashSet();
    }
}

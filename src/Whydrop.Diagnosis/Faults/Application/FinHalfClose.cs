using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Application;

/// <summary>An application never closes connections that the other end has closed: they stay in CLOSE-WAIT.</summary>
internal sealed class FinHalfClose : FaultOf<FinHalfClose.Leak>
{
    // One or two may be in the middle of their last answer; an application that closes has no heap of them.
    private const int Fewest = 3;

    // Longer than any delay of an acknowledgment or a thread: a program that reads its end of file closes at once.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    public override string Id => "fin-half-close";

    public override string Name => "Connections closed by one end only";

    public override FaultLayer Layer => FaultLayer.Application;

    public override string UserSees => "Sockets in CLOSE-WAIT pile up until descriptors run out; or an end hangs until a timer of the kernel or of connection tracking ends, and is reset then.";

    public override string Mechanism =>
        "The other end has sent its FIN, and the kernel acknowledged it. The application does not read the end of file, or does not close: the socket stays in CLOSE-WAIT for as long as the process lives, "
        + "its other end in FIN-WAIT-2.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("conntrack-timeout-unnat", "There a packet later than the time-out of its state leaves untranslated; here nothing is sent at all."),
        new("app-slow-response", "There an answer is still owed when the other end closes."),
        new("fd-exhaustion", "That follows, when descriptors run out."),
    ];

    public override string Remedy => "Close the socket when read() returns 0 or an error (finally, using, defer); look for the path of the program that forgets it.";

    public override string Verify => "ss -tan state close-wait stays short in that pod.";

    public override IReadOnlyList<string> References => ["RFC 9293 §3.6, §3.3.2 (CLOSE-WAIT)", "net/ipv4/tcp_input.c tcp_fin"];

    protected override IEnumerable<QuestionOf<Leak>> Ask() =>
    [
        new("Did one end leave connections open that the other had closed?", Quantifier.Any, QuestionRole.Signature, LeftOpen),
        new("Are these sockets in CLOSE-WAIT, with nothing left to say?", Quantifier.Any, QuestionRole.Mechanism, Stays),
    ];

    protected override IEnumerable<Leak> Propose(CaseView view)
    {
        var silent = view.Facts.Of<Pause>().Where(p => p is { EndedBy: PauseEnd.EndOfCapture, ClientOutstanding: 0, ServerOutstanding: 0 } && p.Duration >= Long)
            .ToLookup(p => new FlowKey(p.Capture, p.Flow));
        var open = view.Trails.Where(t => t.Flows.Count > 0).SelectMany(t => t.Flows.Select(f => HalfClosed.Of(t, f, silent[new FlowKey(f.Capture, f.Flow)], view))).OfType<HalfClosed>()
            .GroupBy(h => h.Direction.Connection).Select(g => g.First());
        var leaks = open.GroupBy(h => (Scope: StackEnd.ScopeOf(view.Stacks.End(h.Direction.Connection, h.ByClient)), h.Stays))
            .Select(g => new Leak(view, view.Stacks.End(g.First().Direction.Connection, g.First().ByClient) is { Proven: true } end ? end.At : null, g.Key.Stays, [.. g])).ToList();

        // Sockets tell by themselves where no capture does.
        foreach (var waiting in view.Facts.Of<SocketState>().Where(s => s.State == "CLOSE-WAIT").GroupBy(s => (s.At.Stack, s.Local)))
        {
            if (!leaks.Exists(l => l.At == waiting.Key.Stack && Ends.Same(l.End, waiting.Key.Local)))
            {
                leaks.Add(new Leak(view, waiting.Key.Stack, waiting.Key.Local, []));
            }
        }

        return leaks.Where(l => Math.Max(l.Open.Count, l.Sockets.Count) >= Fewest);
    }

    protected override string Summarise(Leak l) =>
        $"{l.End} leaves connections open that the other end has closed: {Math.Max(l.Open.Count, l.Sockets.Count)}{(l.Sockets.Count > 0 ? $", {l.Sockets.Count} sockets in CLOSE-WAIT" : "")}.";

    protected override string RemedyFor(Leak l) => $"Find where the application at {l.End} forgets to close after the end of file{(l.Sockets.Select(s => s.Process).FirstOrDefault(p => p is not null) is { } process ? $" ({process})" : "")}.";

    protected override IEnumerable<NextEvidence> Next(Leak l)
    {
        yield return new NextEvidence(l.At ?? VantagePoint.Unknown, $"{AttemptEvidence.Enter(l.At)}ss -tanp state close-wait (twice, a minute apart)", null, $"whether the same sockets of {l.End} stay in CLOSE-WAIT, and whose they are");
    }

    private static IEnumerable<Sighting> LeftOpen(Leak l)
    {
        if (l.Open.Count > 0)
        {
            yield return new Sighting(l.Open.Count >= Fewest ? Answer.Yes : Answer.Unknown, $"{l.Open.Count} closed by the other end, silent since", [.. l.Open.Select(o => o.Pause.From).Take(24)]);
        }

        if (l.Sockets.Count > 0)
        {
            yield return new Sighting(l.Sockets.Count >= Fewest ? Answer.Yes : Answer.Unknown, $"{l.Sockets.Count} sockets in CLOSE-WAIT", [.. l.Sockets.Select(s => s.From).Take(4)]);
        }
    }

    private static IEnumerable<Sighting> Stays(Leak l)
    {
        // The same connection in both kinds of evidence, or at two moments.
        var waiting = l.Sockets.Select(s => Plain(s.Peer)).ToHashSet();
        var both = l.Open.Where(o => waiting.Contains(Plain(o.Closed))).ToArray();
        if (both.Length >= Fewest)
        {
            yield return Sighting.Of(true, string.Create(null, $"{both.Length} of them, {both.Max(o => o.Pause.Duration).TotalSeconds:0.#} s after the FIN"), [.. both.Select(o => o.Pause.From).Take(8)]);
        }

        var earlier = l.Earlier;
        var stays = l.Sockets.Where(s => earlier.Contains(Plain(s.Peer))).ToArray();
        if (stays.Length >= Fewest)
        {
            yield return Sighting.Of(true, $"{stays.Length} of them at both readings", [.. stays.Select(s => s.From).Take(8)]);
        }
    }

    private static IPEndPoint Plain(IPEndPoint end) => end.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(end.Address.MapToIPv4(), end.Port) : end;

    /// <summary>A connection that one end has closed, the other not, as one capture saw it.</summary>
    /// <param name="ByClient">The client is the one that leaves it open.</param>
    /// <param name="Stays">The end that leaves it open.</param>
    /// <param name="Closed">The end that closed.</param>
    internal sealed record HalfClosed(DirectionKey Direction, bool ByClient, IPEndPoint Stays, IPEndPoint Closed, Pause Pause)
    {
        internal static HalfClosed? Of(ConnectionTrail trail, TcpFlow flow, IEnumerable<Pause> silent, CaseView view)
        {
            if (flow.FromClient.Fin == flow.FromServer.Fin || flow.FromClient.ResetFrame is not null || flow.FromServer.ResetFrame is not null || silent.FirstOrDefault() is not { } pause)
            {
                return null;
            }

            // An end that was asked last may still work on its answer.
            var key = new FlowKey(flow.Capture, flow.Flow);
            var byClient = flow.FromServer.Fin;
            var askedLast = (pause.DataFromClient == view.Connections.FromClient(key, trail.ToServer)) != byClient;
            return askedLast && flow.FromClient.Bytes + flow.FromServer.Bytes > 0 ? null : new HalfClosed(
                trail.ToServer, byClient, byClient ? trail.Client : trail.ServerThere, byClient ? trail.Server : trail.ClientThere, pause);
        }
    }

    /// <summary>An end that does not close.</summary>
    internal sealed class Leak(CaseView view, VantagePoint? at, IPEndPoint end, IReadOnlyList<HalfClosed> open) : Hypothesis(view, at is null ? Scope.Unplaced : Scope.Of(at))
    {
        internal VantagePoint? At { get; } = at;

        internal IPEndPoint End { get; } = end;

        internal IReadOnlyList<HalfClosed> Open { get; } = open;

        /// <summary>As last listed, each once whatever commands listed it.</summary>
        internal IReadOnlyList<SocketState> Sockets { get; } = at is null ? [] :
            [.. view.Stacks.At(at).Latest(ListingKind.Connections, view.Stacks.At(at).Sockets.Where(s => s.State == "CLOSE-WAIT" && Ends.Same(s.Local, end))).DistinctBy(s => s.Peer)];

        internal override bool Placed => At is not null;

        internal override IReadOnlySet<int> Connections => Open.Select(o => o.Direction.Connection).ToHashSet();

        /// <summary>Peers of its sockets in CLOSE-WAIT at earlier listings than the last.</summary>
        internal HashSet<IPEndPoint> Earlier
        {
            get
            {
                var last = At is null ? [] : View.Stacks.At(At).LastListings(ListingKind.Connections).Select(l => l.From.Source).ToHashSet(StringComparer.Ordinal);
                var before = View.Facts.Of<Listing>().Where(l => l.At == At && l.Kind == ListingKind.Connections && !last.Contains(l.From.Source)).Select(l => l.From.Source).ToHashSet(StringComparer.Ordinal);
                return [.. View.Facts.Of<SocketState>().Where(s => s.At.Stack == At && s.State == "CLOSE-WAIT" && before.Contains(s.From.Source) && Ends.Same(s.Local, End)).Select(s => Plain(s.Peer))];
            }
        }
    }
}

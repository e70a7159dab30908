using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>The receiver's buffer is smaller than what the path holds: throughput is one window in each round trip.</summary>
internal sealed class SmallTcpRmem : FaultOf<SmallTcpRmem.Receiver>
{
    private const string Limits = "net.ipv4.tcp_rmem";

    // 64 KiB, the most without window scaling, in each millisecond are half a gigabit per second: below that no window is small.
    private static readonly TimeSpan ShortPath = TimeSpan.FromMilliseconds(1);

    // A connection that sent for less is over before its window has grown (net/ipv4/tcp_input.c tcp_rcv_space_adjust: once a round trip).
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(1);

    public override string Id => "small-tcp-rmem";

    public override string Name => "Receive buffer too small for the path";

    public override FaultLayer Layer => FaultLayer.Socket;

    public override string UserSees => "Transfers are steady and slow, the slower the longer the path; nothing is lost.";

    public override string Mechanism =>
        "A sender may have one receive window on its way, so throughput is window divided by round trip. tcp_rmem of the receiving pod, or an SO_RCVBUF that the application sets (which also ends the kernel's own tuning), keeps the window below what the path holds.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("slow-reader-zero-window", "There the window closes: the application does not read."),
        new("option-stripping", "There the window scale option is missing on one side of a middlebox."),
        new("random-loss", "There segments are lost and the congestion window is what limits."),
    ];

    public override string Remedy => "Raise the third value of net.ipv4.tcp_rmem in the receiving pod to twice bandwidth times round trip, or take SO_RCVBUF out of the application and let the kernel tune.";

    public override string Verify => "ss -ti at the sender shows another limit than rwnd_limited, and the rate rises.";

    public override IReadOnlyList<string> References => ["RFC 7323 §1.1 (window and throughput)", "net/ipv4/tcp_input.c tcp_rcv_space_adjust", "tcp(7) tcp_rmem"];

    protected override IEnumerable<QuestionOf<Receiver>> Ask() =>
    [
        new("Did the sender fill the window in most round trips?", Quantifier.Any, QuestionRole.Signature, r => r.Held.Select(h => Sighting.Of(true, h.Text, h.From))),
        new("Did the application read at once?", Quantifier.All, QuestionRole.Mechanism, ReadAtOnce),
        new("Is the receive buffer at its limit, or fixed?", Quantifier.Any, QuestionRole.Mechanism, AtLimit),
    ];

    protected override IEnumerable<Receiver> Propose(CaseView view) => Seen(view).Concat(Listed(view)).GroupBy(h => h.At)
        .Select(g => new Receiver(view, g.Key, [.. g]));

    protected override string Summarise(Receiver r)
    {
        var buffer = r.Sockets.Select(s => s.ReceiveBuffer).OfType<long>().DefaultIfEmpty().Max();
        return $"What {r.Held.Select(h => h.Sender).Distinct().Count()} connection{(r.Held.Select(h => h.Sender).Distinct().Count() == 1 ? "" : "s")} carry to {r.Scope} is limited by the receive window"
            + (buffer > 0 ? string.Create(null, $": {buffer} bytes of buffer, {r.Held.Max(h => h.RoundTrip).TotalMilliseconds:0.#} ms there and back.") : ".");
    }

    protected override string RemedyFor(Receiver r) => r.Stack?.Setting(Limits) is { } now
        ? $"In {r.Scope}: raise the third value of {Limits} (now {now.Value}) to twice bandwidth times round trip, and set no SO_RCVBUF in the application." : Remedy;

    protected override IEnumerable<NextEvidence> Next(Receiver r)
    {
        var at = r.Stack?.At;
        yield return new NextEvidence(at ?? VantagePoint.Unknown, $"{AttemptEvidence.Enter(at)}ss -tinm; {AttemptEvidence.Enter(at)}sysctl {Limits}; {AttemptEvidence.Enter(at)}ip addr (at the receiver, while it is slow)", null, "how large its buffer is, and whether its application reads at once");
    }

    /// <summary>Captures: as many full windows as half the round trips.</summary>
    private static IEnumerable<Limited> Seen(CaseView view)
    {
        foreach (var trail in view.Trails.Where(t => t.Flows.Count > 0))
        {
            foreach (var direction in new[] { trail.ToServer, trail.ToClient })
            {
                var key = view.Connections.NearestToSender(direction);
                if (view.Flow(key) is { } flow && view.Sender(key, view.Connections.FromClient(key, direction)) is { MinRtt: { } rtt } sender && rtt >= ShortPath
                    && flow.Last - flow.First >= LongEnough && sender.Observations.GetValueOrDefault("WindowFull") + sender.Observations.GetValueOrDefault("WindowLimited") is var full && full * 2 >= (flow.Last - flow.First) / rtt)
                {
                    var toServer = direction == trail.ToServer;
                    var end = view.Stacks.End(trail.Connection, !toServer);
                    yield return new Limited(
                        end is { Proven: true } ? end.At : null, toServer ? trail.Client : trail.Server, rtt,
                        string.Create(null, $"{full} times full in {(flow.Last - flow.First).TotalSeconds:0.#} s of round trips of {rtt.TotalMilliseconds:0.#} ms"), flow.From);
                }
            }
        }
    }

    /// <summary>Sockets of senders that say what held them back.</summary>
    private static IEnumerable<Limited> Listed(CaseView view)
    {
        foreach (var s in view.Facts.Of<SocketState>().Where(s => s.Busy >= LongEnough && s.ReceiverLimited * 2 >= s.Busy && (s.MinRtt ?? s.Rtt) >= ShortPath && s.Timer != "persist"))
        {
            var receiver = view.Facts.Of<SocketState>().LastOrDefault(r => Ends.Same(r.Peer, s.Local) && r.Local.Port == s.Peer.Port || (Ends.Same(r.Peer, s.Local) && Ends.Same(r.Local, s.Peer)));
            yield return new Limited(
                receiver?.At.Stack ?? view.Stacks.Of(s.Peer.Address), s.Local, s.MinRtt ?? s.Rtt!.Value,
                string.Create(null, $"{s.Local} > {s.Peer}: held back by the window for {s.ReceiverLimited!.Value.TotalSeconds:0.#} of {s.Busy!.Value.TotalSeconds:0.#} s"), s.From);
        }
    }

    private static IEnumerable<Sighting> ReadAtOnce(Receiver r)
    {
        foreach (var s in r.Sockets.Where(s => s.ReceiveBuffer > 0))
        {
            yield return Sighting.Of(s.ReceiveQueue * 2 < s.ReceiveBuffer, $"{s.ReceiveQueue} bytes wait in a buffer of {s.ReceiveBuffer}", s.From);
        }
    }

    private static IEnumerable<Sighting> AtLimit(Receiver r)
    {
        if (r.Stack?.SettingNumbers(Limits) is not [_, var initial, var most])
        {
            yield break;
        }

        foreach (var s in r.Sockets.Where(s => s.ReceiveBuffer > 0))
        {
            var text = $"{s.ReceiveBuffer} bytes; {Limits} = {r.Stack.Setting(Limits)!.Value}";
            var from = r.Stack.Setting(Limits)!.From;

            // The kernel's tuning begins at the second value and only grows: less was set by the application.
            yield return s.ReceiveBuffer >= most || s.ReceiveBuffer < initial ? Sighting.Of(true, text, s.From, from) : Sighting.Unknown(text, s.From, from);
        }
    }

    /// <summary>A connection that the window held back.</summary>
    /// <param name="At">Where the receiver lives; null when nothing tells.</param>
    /// <param name="Sender">Its sending end, as the sender names it.</param>
    internal sealed record Limited(VantagePoint? At, IPEndPoint Sender, TimeSpan RoundTrip, string Text, Provenance From);

    /// <summary>Receivers in one network namespace.</summary>
    internal sealed class Receiver(CaseView view, VantagePoint? at, IReadOnlyList<Limited> held) : Hypothesis(view, at is null ? Scope.Unplaced : Scope.Of(at))
    {
        internal NetworkStack? Stack { get; } = at is null ? null : view.Stacks.At(at);

        internal IReadOnlyList<Limited> Held { get; } = held;

        internal override bool Placed => Stack is not null;

        /// <summary>The receiving ends, each as listed last.</summary>
        internal IReadOnlyList<SocketState> Sockets => Stack is null ? []
            : [.. Stack.Sockets.Where(s => Held.Any(h => Ends.Same(h.Sender, s.Peer))).GroupBy(s => (s.Local, s.Peer)).Select(g => g.Last(s => s.ReceiveBuffer is not null || s == g.Last()))];
    }
}

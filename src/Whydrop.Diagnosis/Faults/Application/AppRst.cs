using Whydrop.Diagnosis.View;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Application;

/// <summary>An application gives up a connection that the other end still uses: its kernel sends a RST instead of a FIN.</summary>
internal sealed class AppRst : FaultOf<AppRst.Aborts>
{
    // close() with unread data, close() with SO_LINGER 0 or data after close(), and data that came in while lingering.
    private static readonly string[] AbortCounters = ["TcpExt.TCPAbortOnClose", "TcpExt.TCPAbortOnData", "TcpExt.TCPAbortOnLinger"];

    public override string Id => "app-rst";

    public override string Name => "Application aborts its connections";

    public override FaultLayer Layer => FaultLayer.Application;

    public override string UserSees => "Connection reset by peer or broken pipe, always at the same point of the protocol.";

    public override string Mechanism =>
        "An application closes a socket with data in it that it has not read, with SO_LINGER 0, or while the other end still sends; or its process dies. The kernel sends a RST at once, and what the "
        + "other end has not read yet is lost to it.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("middlebox-rst", "There the RST is born on the way: another TTL, or the sender's own device never saw it."),
        new("conntrack-invalid-rst", "There the kernel answers a packet of an unknown connection: nothing is counted as aborted."),
        new("peer-vanished", "There data is lost for good first, and whoever sent it gives up."),
        new("http-keepalive-race", "There a FIN ended an idle connection first, and the next request met it."),
        new("proxy-timeout", "There the end that owes an answer closes, always after the same time."),
        new("app-slow-response", "There a client closes so that has waited for its answer too long."),
        new("loadtest-ab-rst", "There a load generator closes so at its end, when it has all it asked for."),
    ];

    public override string Remedy => "Let the application read to the end before it closes, shut down its sending side first (shutdown(SHUT_WR)), and not set SO_LINGER 0; find out why the process ended if it did.";

    public override string Verify => "nstat -az TcpExtTCPAbortOnClose TcpExtTCPAbortOnData stays as it is in that pod, and no connection is reset.";

    public override IReadOnlyList<string> References => ["RFC 2525 §2.16, §2.17 (failure to RST on close with data pending)", "net/ipv4/tcp.c __tcp_close", "net/ipv4/tcp_input.c tcp_rcv_state_process"];

    protected override IEnumerable<QuestionOf<Aborts>> Ask() =>
    [
        new("Were connections reset before they had ended?", Quantifier.Any, QuestionRole.Signature, WereReset),
        new("Did its sender close of its own accord, not because it had waited for an answer?", Quantifier.All, QuestionRole.Signature, OwnAccord),
        new("Did the RSTs come from the network namespace of their sender?", Quantifier.Any, QuestionRole.Mechanism, a => ResetOrigin.CameFromSender(a.Resets)),
        new("Did its kernel count that an application aborted?", Quantifier.Any, QuestionRole.Mechanism, Aborted),
        new("Do the RSTs look like packets of their sender?", Quantifier.All, QuestionRole.Discriminator, a => ResetOrigin.LookGenuine(a.Resets), "middlebox-rst"),
        new("Had all arrived that was sent before?", Quantifier.All, QuestionRole.Discriminator, AllArrived, "peer-vanished"),
        new("Do the ages of the requests at which a server closes differ?", Quantifier.All, QuestionRole.Discriminator, AgesDiffer, "proxy-timeout"),
        new("Was data left unread?", Quantifier.Any, QuestionRole.Support, Unread),
    ];

    protected override IEnumerable<Aborts> Propose(CaseView view)
    {
        // What never opened was not aborted, but given up; a RST that answers for no connection while its end goes on with one is not its application's.
        var failed = view.Attempts.Where(a => a.Failed).Select(a => a.Connection).ToHashSet();
        return BySender(view, view.Resets.Where(r => r is { Abnormal: true, AfterLoss: false, IdleBeforeFin: null } && !failed.Contains(r.Direction.Connection)
            && (r.SentBeyond == 0 || r.Segment.Acknowledgment != 0)));
    }

    private static IEnumerable<Aborts> BySender(CaseView view, IEnumerable<ConnectionReset> resets) => resets
        .GroupBy(r => (StackEnd.ScopeOf(view.Stacks.End(r.Direction.Connection, r.FromClient)), r.Sender.Address, Port: r.FromClient ? 0 : r.Sender.Port))
        .Select(g => new Aborts(view, view.Stacks.End(g.First().Direction.Connection, g.First().FromClient), [.. g]));

    protected override string Summarise(Aborts a)
    {
        var idle = a.Resets.Max(r => r.Idle);
        return $"{a.Who} reset {a.Resets.Count} connection{(a.Resets.Count == 1 ? "" : "s")} before {(a.Resets.Count == 1 ? "its" : "their")} end"
            + (idle > TimeSpan.Zero ? string.Create(null, $", after up to {idle.TotalSeconds:0.#} s of silence") : "")
            + (a.Resets.Sum(r => r.NotTaken ?? 0) is > 0 and var left ? $"; {left} bytes sent to it were not taken" : "") + ".";
    }

    protected override string RemedyFor(Aborts a) => $"See why the application at {a.Who} closes so: does it read to the end, set SO_LINGER 0, run into a time limit of its own, or die? Its log at the times of these frames says.";

    protected override IEnumerable<NextEvidence> Next(Aborts a)
    {
        var at = a.Owner?.At;
        if (OwnAccord(a).Any(s => s.Answer == Answer.Unknown))
        {
            yield return AttemptEvidence.Capture(a.View.Stacks.Of(a.Resets[0].Receiver.Address), $"tcp and host {a.Resets[0].Sender.Address}", $"whether {a.Resets[0].Receiver.Address} answered what the other end waited for");
        }

        if (a.Resets.All(r => r.LeftSender == Answer.Unknown))
        {
            yield return AttemptEvidence.Capture(at, $"tcp and host {a.Resets[0].Sender.Address}", $"whether the RST leaves {a.Resets[0].Sender.Address} itself");
        }

        if (at is null || AbortCounters.All(n => a.View.Delta(at, n) is null))
        {
            yield return new NextEvidence(
                at ?? Evidence.VantagePoint.Unknown, $"{AttemptEvidence.Enter(at)}nstat -az 'TcpExtTCPAbort*' TcpOutRsts (before and after)", null,
                $"whether the application at {a.Resets[0].Sender.Address} aborted, or its kernel knew of no such connection");
        }
    }

    private static IEnumerable<Sighting> WereReset(Aborts a) =>
        [Sighting.Of(true, $"{a.Resets.Count} by {a.Who}", [.. a.Resets.Select(r => r.From).Take(24)])];

    private static Sighting[] Aborted(Aborts a)
    {
        Sighting[] counted = a.Owner is { Proven: true } owner ? [.. Counted.Grew(a.View, owner.At, AbortCounters)] : [];

        // A RST that acknowledges is made by a socket that knew the connection; one that answers for none carries no acknowledgment (RFC 9293, 3.10.7.1). What
        // a closing listener had not accepted is reset so without being counted (net/ipv4/tcp.c tcp_disconnect).
        return Array.Exists(counted, s => s.Answer == Answer.Yes) || a.Resets.All(r => r.Segment.Acknowledgment == 0)
            ? counted
            : [.. counted.Select(s => s with { Answer = Answer.Unknown })];
    }

    private static IEnumerable<Sighting> AllArrived(Aborts a) => a.Resets.Where(r => r.AllArrived != Answer.Unknown)
        .Select(r => Sighting.Of(r.AllArrived == Answer.Yes, r.AllArrived == Answer.Yes ? "nothing of the connection was lost" : "data of the connection was lost for good", r.From));

    // Whoever waits in vain gives up in the end: the silence is what has to be explained, and whether the time was too short only its application knows.
    private static IEnumerable<Sighting> OwnAccord(Aborts a) => a.Resets.Select(r => r.FromClient && r.Silence is { } pause && pause.DataFromClient == r.Segment.FromClient
        ? Sighting.Unknown(string.Create(null, $"it had waited {pause.Duration.TotalSeconds:0.##} s for an answer"), r.From)
        : r is { Phase: ResetPhase.Open, Segment.Acknowledgment: 0 } ? Sighting.Unknown("its kernel answered a segment of a connection that it did not know", r.From)
        : !r.FromClient || Listed(a, r) ? Sighting.Of(true, "nothing was owed to it for long", r.From) : Sighting.Unknown("silences were not listed", r.From));

    private static bool Listed(Aborts a, ConnectionReset r) => r.Sightings.Any(s => a.View.ListsSilences(s.Capture));

    private static IEnumerable<Sighting> AgesDiffer(Aborts a)
    {
        ConnectionReset[] servers = [.. a.Resets.Where(r => !r.FromClient)];
        var same = TimedClose.SameAge([.. servers.Select(r => r.Silence is { } p && p.DataFromClient != r.Segment.FromClient ? p : null).OfType<Pause>()]);
        yield return TimedClose.ByTimer(same, servers.Length)
            ? Sighting.Of(false, string.Create(null, $"{same.Count} of {servers.Length} after {same[^1].Duration.TotalSeconds:0.##} s each"), [.. a.Resets.Select(r => r.From).Take(4)])
            : Array.TrueForAll(servers, r => Listed(a, r)) ? Sighting.Of(true, "no timer shows", a.Resets[0].From) : Sighting.Unknown("silences were not listed", a.Resets[0].From);
    }

    private static IEnumerable<Sighting> Unread(Aborts a) => a.Resets.Where(r => r.NotTaken is not null)
        .Select(r => Sighting.Of(r.NotTaken > 0, $"{r.NotTaken} bytes not acknowledged by the RST", r.From));

    /// <summary>Resets by one end.</summary>
    internal sealed class Aborts(CaseView view, StackEnd? owner, IReadOnlyList<ConnectionReset> resets)
        : Hypothesis(view, StackEnd.ScopeOf(owner))
    {
        internal StackEnd? Owner { get; } = owner;

        internal string Who { get; } = resets[0].FromClient ? $"the client {resets[0].Sender.Address}" : $"the server {resets[0].Sender}";

        internal override bool Placed => Owner is { Proven: true };

        internal override IReadOnlyList<ConnectionReset> Resets { get; } = resets;
    }
}

using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Application;

/// <summary>A server closes an idle connection while its client uses it again: the request meets a closed socket.</summary>
internal sealed class HttpKeepaliveRace : FaultOf<HttpKeepaliveRace.Closer>
{
    public override string Id => "http-keepalive-race";

    public override string Name => "Idle connection closed as it is used again";

    public override FaultLayer Layer => FaultLayer.Application;

    public override string UserSees => "Now and then 502, upstream prematurely closed connection, or connection reset by peer; more often when there is little traffic.";

    public override string Mechanism =>
        "The idle time-out of the server is not longer than that of its client or proxy. Its FIN and the next request cross on the way, or the client does not look before it writes: "
        + "the request arrives at a closed socket, whose kernel answers with a RST.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("app-rst", "There the RST comes in the middle of an exchange, and the kernel counts that an application aborted."),
        new("keepalive-vs-idle-timeout", "There nobody sends a FIN: something on the way forgot the connection."),
        new("middlebox-rst", "There the RST has another TTL, or the server's own device never saw it."),
    ];

    public override string Remedy => "Set the keep-alive time-out of the server a few seconds longer than that of its clients or proxy, and let those repeat idempotent requests.";

    public override string Verify => "In a capture, idle connections are closed by the client side first; the server sends no RST after its FIN.";

    public override IReadOnlyList<string> References => ["RFC 9112 §9.3, §9.5", "RFC 9293 §3.10.7.1", "net/ipv4/tcp_minisocks.c tcp_timewait_state_process"];

    protected override IEnumerable<QuestionOf<Closer>> Ask() =>
    [
        new("Was a request reset that met the FIN of an idle connection?", Quantifier.Any, QuestionRole.Signature, Met),
        new("Did FIN and RST come from the network namespace of the server?", Quantifier.Any, QuestionRole.Mechanism, c => ResetOrigin.CameFromSender(c.Resets)),
        new("Do the RSTs look like packets of the server?", Quantifier.All, QuestionRole.Discriminator, c => ResetOrigin.LookGenuine(c.Resets), "middlebox-rst"),
        new("Had they been idle equally long, as a time-out makes them?", Quantifier.All, QuestionRole.Support, EquallyLong),
    ];

    protected override IEnumerable<Closer> Propose(CaseView view) => view.Resets.Where(r => r is { FromClient: false, IdleBeforeFin: not null })
        .GroupBy(r => (StackEnd.ScopeOf(view.Stacks.End(r.Direction.Connection, false)), r.Sender))
        .Select(g => new Closer(view, view.Stacks.End(g.First().Direction.Connection, false), g.Key.Sender, [.. g]));

    protected override string Summarise(Closer c) => string.Create(
        null,
        $"The server {c.End} closed {c.Resets.Count} connection{(c.Resets.Count == 1 ? "" : "s")} after {c.Resets.Max(r => r.IdleBeforeFin!.Value).TotalSeconds:0.#} s without a request, just as the next came: it was reset, {c.Resets.Sum(r => r.NotTaken ?? 0)} bytes were not taken.");

    protected override string RemedyFor(Closer c) => string.Create(
        null, $"Make the idle time-out of {c.End} longer than that of its clients (it closes after about {c.Resets.Max(r => r.IdleBeforeFin!.Value).TotalSeconds:0.#} s), or theirs shorter.");

    protected override IEnumerable<NextEvidence> Next(Closer c)
    {
        if (c.Resets.All(r => r.LeftSender == Answer.Unknown))
        {
            yield return AttemptEvidence.Capture(c.Owner?.At, $"tcp and host {c.End.Address} and port {c.End.Port}", $"whether FIN and RST leave {c.End.Address} itself, and in which order it saw FIN and request");
        }
    }

    private static IEnumerable<Sighting> Met(Closer c) => c.Resets.Select(r => Sighting.Of(
        true, string.Create(null, $"idle {r.IdleBeforeFin!.Value.TotalSeconds:0.###} s, then FIN, {r.NotTaken} bytes not taken, RST"), r.From));

    private static IEnumerable<Sighting> EquallyLong(Closer c)
    {
        var idle = c.Resets.Select(r => r.IdleBeforeFin!.Value).Order().ToArray();
        if (idle.Length > 1)
        {
            var text = string.Create(null, $"{idle[0].TotalSeconds:0.###} to {idle[^1].TotalSeconds:0.###} s");
            yield return new Sighting(TimedClose.Same(idle[0], idle[^1]) ? Answer.Yes : Answer.Unknown, text, [.. c.Resets.Select(r => r.From).Take(4)]);
        }
    }

    /// <summary>A server that closes idle connections too soon.</summary>
    internal sealed class Closer(CaseView view, StackEnd? owner, IPEndPoint end, IReadOnlyList<ConnectionReset> resets) : Hypothesis(view, StackEnd.ScopeOf(owner))
    {
        internal StackEnd? Owner { get; } = owner;

        internal IPEndPoint End { get; } = end;

        internal override bool Placed => Owner is { Proven: true };

        internal override IReadOnlyList<ConnectionReset> Resets { get; } = resets;
    }
}

using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Fabric;

/// <summary>A stateful hop forgets connections that are idle, and nothing keeps them alive.</summary>
internal sealed class KeepaliveVsIdleTimeout : FaultOf<StateLost>
{
    public override string Id => "keepalive-vs-idle-timeout";

    public override string Name => "Idle connections expire on the way";

    public override FaultLayer Layer => FaultLayer.Fabric;

    public override string UserSees => "The first request after a time of silence hangs until the client gives up, or is reset at once; watches and pooled connections go dead after so many minutes.";

    public override string Mechanism =>
        "A load balancer, firewall or NAT keeps state for each connection and deletes it when nothing passes for a time. Neither end is told. What comes next belongs to no connection there: it is dropped, or "
        + "answered with a RST. TCP keep-alive starts after two hours unless it is set otherwise.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("firewall-state-loss", "There all connections die at one moment, however long they were idle."),
        new("conntrack-timeout-unnat", "There the node's own connection tracking forgets, and what comes next is not translated."),
        new("http-keepalive-race", "There the server itself closes the idle connection."),
        new("peer-vanished", "There the other end is gone; here it waits too."),
    ];

    public override string Remedy => "Let something pass sooner: net.ipv4.tcp_keepalive_time below half of the limit with SO_KEEPALIVE, or the application's own pings; or raise the limit of the hop and let it send resets.";

    public override string Verify => "TcpExt.TCPKeepAlive grows, and connections speak on after a silence longer than before.";

    public override IReadOnlyList<string> References => ["RFC 5382 REQ-5", "RFC 1122 §4.2.3.6", "https://github.com/Azure/AKS/issues/1052", "https://github.com/hashicorp/boundary/issues/3133"];

    internal override IReadOnlyList<string> LeadsTo => ["middlebox-rst", "app-rst"];

    protected override IEnumerable<QuestionOf<StateLost>> Ask() =>
    [
        new("Did connections stop getting through with what came first after a silence?", Quantifier.Any, QuestionRole.Signature, AfterSilence),
        new("Was every silence deadly that was longer than those survived?", Quantifier.All, QuestionRole.Mechanism, Separates),
        new("Is it known from both sides where they stop?", Quantifier.All, QuestionRole.Mechanism, h => h.Between()),
        new("Did they not all die at one moment?", Quantifier.Any, QuestionRole.Discriminator, NotAtOnce, "firewall-state-loss"),
    ];

    protected override IEnumerable<StateLost> Propose(CaseView view) => StateLost.Find(view);

    protected override string Summarise(StateLost h) => $"{h.Deaths.Count} connection{(h.Deaths.Count == 1 ? "" : "s")} dead {h.Place} after {h.Silences} of silence"
        + (h.Survived.Count > 0 ? string.Create(null, $"; {h.Survived[0].Pause.Duration.TotalSeconds:0.0} s were survived.") : ".");

    protected override IEnumerable<NextEvidence> Next(StateLost h)
    {
        foreach (var next in h.OtherSide())
        {
            yield return next;
        }

        if (h.Survived.Count == 0)
        {
            yield return AttemptEvidence.Capture(h.Deaths[0].Seen, $"tcp and port {h.View.Trails[h.Deaths[0].Connection].Server.Port}", "connections with shorter silences: which silence is survived, which is not");
        }
    }

    private static IEnumerable<Sighting> AfterSilence(StateLost h) =>
        h.Deaths.Select(d => d.Idle is { } idle ? Sighting.Of(idle >= StateLost.ShortestIdle && !d.Busy, string.Create(null, $"after {(d.Busy ? "less than " : "")}{idle.TotalSeconds:0.0} s"), d.From)
            : Sighting.Unknown("silences were not listed", d.From));

    private static IEnumerable<Sighting> Separates(StateLost h)
    {
        if (h.Survived.Count == 0 || h.ShortestDeadly is not { } deadly)
        {
            yield return Sighting.Unknown("no survived silence was seen");
            yield break;
        }

        var longest = h.Survived[0].Pause;
        var text = string.Create(null, $"deadly from {deadly.TotalSeconds:0.00} s, survived up to {longest.Duration.TotalSeconds:0.00} s");
        yield return deadly <= longest.Duration ? Sighting.Of(false, text, longest.From)
            : longest.Duration >= StateLost.ShortestIdle ? Sighting.Of(true, text, [longest.From, .. h.Frames]) : Sighting.Unknown(text, longest.From);
    }

    private static IEnumerable<Sighting> NotAtOnce(StateLost h)
    {
        if (h.Moment is not { } moment)
        {
            yield break;
        }

        var (from, to) = moment;
        if (from > to)
        {
            yield return Sighting.Of(true, $"one was dead at {to}, another alive at {from}", h.Frames);
        }

        foreach (var (pause, connection) in h.LivedThrough().Take(2))
        {
            yield return Sighting.Of(true, $"{h.View.Trails[connection].Client} lived through that moment", pause.From);
        }

        yield return Sighting.Unknown($"all may have died between {from} and {to}");
    }
}

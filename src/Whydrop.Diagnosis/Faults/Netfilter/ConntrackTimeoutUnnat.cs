using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>The node forgot a translated connection that both ends still have.</summary>
internal sealed class ConntrackTimeoutUnnat : FaultOf<NotTranslated>
{
    public override string Id => "conntrack-timeout-unnat";

    public override string Name => "Connection tracking forgot a translated connection";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "A connection through a Service hangs or is reset after a long silence: late answers never come.";

    public override string Mechanism =>
        "The entry that translates a connection ends by its timer, or is flushed, while both ends go on. The next packet meets no entry and passes as it is: under an address that its receiver knows "
        + "no connection for. It answers with a RST, or nobody does.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("conntrack-invalid-rst", "There the entry is there, and one packet is out of its window."),
        new("keepalive-vs-idle-timeout", "There packets leave the node translated and die outside."),
        new("app-rst", "There the connection is reset under its own name."),
    ];

    public override string Remedy => "Raise net.netfilter.nf_conntrack_tcp_timeout_established of the node above the longest silence (kube-proxy: conntrack.tcpEstablishedTimeout), or let keep-alives pass sooner; do not flush connection tracking.";

    public override string Verify => "A silence as long as before is survived, and no packet of a Service shows the address of a pod at the client.";

    public override IReadOnlyList<string> References => ["net/netfilter/nf_conntrack_proto_tcp.c tcp_timeouts", "https://github.com/kubernetes/kubernetes/issues/32551", "Documentation/networking/nf_conntrack-sysctl.rst"];

    internal override IReadOnlyList<string> LeadsTo => ["app-rst", "peer-vanished", "middlebox-rst", "app-slow-response"];

    protected override IEnumerable<QuestionOf<NotTranslated>> Ask() =>
    [
        new("Did packets of a translated connection pass under the wrong name?", Quantifier.Any, QuestionRole.Signature, h => h.UnderOtherName()),
        new("Was there a silence before?", Quantifier.All, QuestionRole.Signature, Silence),
        new("Did the node forget the connection in that time?", Quantifier.All, QuestionRole.Mechanism, Forgot),
    ];

    protected override IEnumerable<NotTranslated> Propose(CaseView view) => NotTranslated.Find(view);

    protected override string Summarise(NotTranslated h) => string.Create(null,
        $"{h.Strays.DistinctBy(s => s.Connection).Count()} connections to {h.Strays[0].Usual} were no longer translated after {h.Strays.MinBy(s => s.Silence ?? TimeSpan.MaxValue)!.After} of silence")
        + (h.Timeout is { } timeout ? string.Create(null, $"; {h.Translator} forgets them after {timeout.Time.TotalSeconds:0} s.") : ".");

    protected override IEnumerable<NextEvidence> Next(NotTranslated h)
    {
        yield return new NextEvidence(
            h.Translator ?? VantagePoint.Unknown, "sysctl -a -r nf_conntrack_tcp; conntrack -S; conntrack -L", null, "on the node that translates: after how long it forgets established connections, and whether the entry is there");
    }

    // A timer of connection tracking is in whole seconds.
    private static IEnumerable<Sighting> Silence(NotTranslated h) =>
        h.Strays.Select(s => s.Silence is { } silence ? Sighting.Of(silence >= TimeSpan.FromSeconds(1), s.After, s.Flow.From) : Sighting.Unknown("silences were not listed", s.Flow.From));

    // Flushed entries leave no setting behind: a timer that is longer does not speak against it.
    private static IEnumerable<Sighting> Forgot(NotTranslated h) => h.Timeout is not { } timeout ? []
        : h.Strays.Select(s => s.Silence >= timeout.Time
            ? Sighting.Of(true, string.Create(null, $"{s.After} of silence, forgotten after {timeout.Time.TotalSeconds:0} s"), timeout.From, s.Flow.From)
            : Sighting.Unknown(string.Create(null, $"{s.After} of silence, forgotten after {timeout.Time.TotalSeconds:0} s"), timeout.From));
}

using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>A packet that connection tracking takes for invalid passes untranslated, and its receiver resets what it does not know.</summary>
internal sealed class ConntrackInvalidRst : FaultOf<NotTranslated>
{
    private const string Counter = "Conntrack.Invalid";

    public override string Id => "conntrack-invalid-rst";

    public override string Name => "A packet invalid for connection tracking resets the connection";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "\"Connection reset by peer\" in the middle of transfers through a Service, now and then.";

    public override string Mechanism =>
        "A segment outside the window that connection tracking expects (late, repeated, from elsewhere) is invalid: it belongs to no entry and is not translated, but passes. The client sees the address of a pod that "
        + "it has no connection with and answers with a RST, which goes to the pod as it is and ends the connection there.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("conntrack-timeout-unnat", "There the entry had ended in a silence."),
        new("bridge-nf-call-off", "There answers are untranslated from the first packet on."),
        new("app-rst", "There the server's application closes; no packet shows the pod's address to the client."),
        new("middlebox-rst", "There the RST comes under the right name, and from neither end."),
    ];

    public override string Remedy => "Drop what is invalid before it gets to pods (ct state invalid drop in the forward chain, as kube-proxy's KUBE-FORWARD does), or set net.netfilter.nf_conntrack_tcp_be_liberal=1 on the node.";

    public override string Verify => "No packet of a Service shows the address of a pod at the client, and Tcp.OutRsts of the client stays as it is.";

    public override IReadOnlyList<string> References => ["net/netfilter/nf_conntrack_proto_tcp.c tcp_in_window", "https://github.com/kubernetes/kubernetes/issues/74839", "https://kubernetes.io/blog/2019/03/29/kube-proxy-subtleties-debugging-an-intermittent-connection-reset/"];

    internal override IReadOnlyList<string> LeadsTo => ["app-rst", "peer-vanished", "middlebox-rst", "connection-refused-closed-port", "app-slow-response"];

    protected override IEnumerable<QuestionOf<NotTranslated>> Ask() =>
    [
        new("Did packets of a translated connection pass under the wrong name?", Quantifier.Any, QuestionRole.Signature, h => h.UnderOtherName()),
        new("Did their receiver answer with a RST?", Quantifier.Any, QuestionRole.Signature, h => h.Answered()),
        new("Was the connection not forgotten before?", Quantifier.All, QuestionRole.Signature, StillKnown),
        new("Did connection tracking take packets for invalid?", Quantifier.Any, QuestionRole.Mechanism, Invalid),
    ];

    protected override IEnumerable<NotTranslated> Propose(CaseView view) => NotTranslated.Find(view);

    protected override string Summarise(NotTranslated h) =>
        $"{h.Strays[0].Other} reached {h.Strays[0].Own} under its own name instead of {h.Strays[0].Usual}; the RST that answered ended {h.Strays.DistinctBy(s => s.Connection).Count()} connections"
        + (h.Stack?.Delta(Counter) is { } grown ? $"; {h.Translator} counted {grown.Delta} invalid." : ".");

    protected override IEnumerable<NextEvidence> Next(NotTranslated h)
    {
        yield return new NextEvidence(
            h.Translator ?? VantagePoint.Unknown, "conntrack -S; sysctl -a -r nf_conntrack; nft list ruleset; iptables-save -c", null,
            "on the node that translates, before and after: whether connection tracking finds packets invalid, and whether a rule drops these");
    }

    // Under the smallest listed silence no timer of connection tracking ends.
    private static IEnumerable<Sighting> StillKnown(NotTranslated h) => h.Strays.Select(s =>
    {
        var text = $"{s.After} of silence";
        return s.Silence < TimeSpan.FromSeconds(1) ? Sighting.Of(true, text, s.Flow.From)
            : s.Silence is not null && h.Timeout is { } timeout ? Sighting.Of(s.Silence < timeout.Time, string.Create(null, $"{text}, forgotten after {timeout.Time.TotalSeconds:0} s"), timeout.From)
            : Sighting.Unknown(text, s.Flow.From);
    });

    private static IEnumerable<Sighting> Invalid(NotTranslated h)
    {
        if (h.Stack is not { } stack || stack.Delta(Counter) is not { } grown)
        {
            yield break;
        }

        var text = $"{Counter} of {stack.At} +{grown.Delta}, {h.Strays.Count} seen";
        yield return grown.Delta == 0 ? Sighting.Of(false, text, grown.From)
            : grown.Delta >= h.Strays.DistinctBy(s => s.Connection).Count() ? Sighting.Of(true, text, grown.From) : Sighting.Unknown(text, grown.From);
    }
}

using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>IPVS drops the first SYN of a connection whose ports belong to one that it remembers as closed.</summary>
internal sealed class IpvsConnReuse1s : FaultOf<ReusedPorts>
{
    private const string Mode = "net.ipv4.vs.conn_reuse_mode";
    private const string Tracking = "net.ipv4.vs.conntrack";

    public override string Id => "ipvs-conn-reuse-1s";

    public override string Name => "IPVS drops the SYN of reused ports";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "Now and then connecting to a Service takes one second more, the more often the fewer clients make the load.";

    public override string Mechanism =>
        "A client uses the source port of a connection again that IPVS still remembers as closed. With conn_reuse_mode=1 IPVS forgets the old connection; when connection tracking still holds it too "
        + "(net.ipv4.vs.conntrack=1), it drops the SYN so that the next one starts clean. That next one is the client's retransmission, one second later. Kernels before 5.9 do so at every reuse, later ones only "
        + "where connection tracking keeps its entry on a new SYN, as it does when the server ended the connection before by a reset.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("listen-overflow", "There the first SYN arrives at the server, and new ports are hit as well."),
        new("random-loss", "There it hits new ports as often as reused ones."),
        new("snat-port-race", "There conntrack counts insert_failed, and the ports need not have been used before."),
    ];

    public override string Remedy => "Update the kernel (5.9 or later) and keep net.ipv4.vs.conn_reuse_mode=1; end connections by FIN, not by reset. Until then spread the load over more clients or keep connections open.";

    public override string Verify => "Under the same load no SYN is sent twice: TcpExt.TCPSynRetrans of the clients stays as it is.";

    public override IReadOnlyList<string> References =>
    [
        "net/netfilter/ipvs/ip_vs_core.c ip_vs_in, ip_vs_conn_uses_old_conntrack", "Documentation/networking/ipvs-sysctl.rst conn_reuse_mode",
        "https://github.com/kubernetes/kubernetes/issues/81775", "https://github.com/kubernetes/kubernetes/issues/93297", "RFC 6298 (2.1)",
    ];

    protected override IEnumerable<QuestionOf<ReusedPorts>> Ask() =>
    [
        new("Were connections opened by their second SYN, about a second after the first?", Quantifier.Any, QuestionRole.Signature, h => h.OpenedByTheSecond()),
        new("Had each of them the ports of another shortly before?", Quantifier.All, QuestionRole.Signature, h => h.UsedBefore()),
        new("Did the first SYN come in there and not go on?", Quantifier.All, QuestionRole.Mechanism, h => h.VanishedThere()),
        new("Is what they connect to a service of IPVS there?", Quantifier.All, QuestionRole.Mechanism, h => h.IsService()),
        new("Does IPVS there start reused connections anew, with connection tracking?", Quantifier.All, QuestionRole.Mechanism, Settings),
        new("Were connections from ports not used before opened by their first SYN?", Quantifier.All, QuestionRole.Discriminator, h => h.FreshOpenAtOnce(), "random-loss"),
    ];

    protected override IEnumerable<ReusedPorts> Propose(CaseView view) => ReusedPorts.Find(view).Where(h => h.Late.Count > 0);

    protected override string Summarise(ReusedPorts h) =>
        $"{h.Late.Count} of {h.Again} connections with ports used before were opened by their second SYN only, {h.Late.Average(a => (a.SynTimes[1] - a.SynTimes[0]).TotalSeconds):0.0} s late.";

    protected override IEnumerable<NextEvidence> Next(ReusedPorts h)
    {
        var at = h.Stack?.At ?? VantagePoint.Unknown;
        if (h.Stack?.Setting(Mode) is null)
        {
            yield return new NextEvidence(at, "sysctl -a -r net.ipv4.vs; ipvsadm -Ln; uname -r", null, "whether the node that the SYN goes through balances by IPVS, and how it treats ports used again");
        }

        if (h.Late.All(a => a.LostSyns.Count == 0))
        {
            yield return AttemptEvidence.Capture(h.Stack?.At, $"tcp and port {h.Late[0].Server.Port}", "on both sides of the node: whether the first SYN leaves it");
        }
    }

    private static IEnumerable<Sighting> Settings(ReusedPorts h)
    {
        foreach (var key in (string[])[Mode, Tracking])
        {
            if (h.Stack?.Setting(key) is { } setting)
            {
                yield return Sighting.Of(setting.Value.Trim() is not "0", $"{key}={setting.Value.Trim()}", setting.From);
            }
            else
            {
                yield return Sighting.Unknown($"{key} not collected");
            }
        }
    }
}

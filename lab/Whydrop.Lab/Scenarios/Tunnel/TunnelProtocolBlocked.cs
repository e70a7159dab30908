using Whydrop.Lab.Pods;
using Whydrop.Lab.Scenarios.Fabric;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Tunnel;

/// <summary>The fabric lets plain packets pass and drops the protocol of the tunnel.</summary>
public sealed class TunnelProtocolBlocked : FabricFilter
{
    public override string Name => "tunnel-protocol-blocked";

    public override string Summary => "the fabric drops the tunnel's protocol or UDP port; what the nodes themselves say to each other passes";

    public override string Fault => "tunnel-protocol-blocked";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("overlay", "the kernel's VXLAN, or IP-in-IP on tunl0", "vxlan", "ipip"),
        LabParameter.Choice("direction", "which way is closed", "both", "request", "response"),
        LabParameter.Choice("answer", "silence, or ICMP: administratively prohibited", "none", "icmp").Drawing("none", "none", "icmp"),
    ];

    protected override string Rules(PodRun run)
    {
        // IPv6 in IPv6 may wear a destination option that limits nesting (RFC 2473): the protocol is behind it.
        var tunnel = run.Settings.Word("overlay") == "vxlan" ? "udp dport { 4789, 8472 }" : "meta l4proto { 4, 41 }";
        var verdict = run.Settings.Word("answer") == "icmp" ? "reject with icmpx admin-prohibited" : "drop";
        string Rule(string way, string device) => run.Settings.Word("direction") is var d && (d == way || d == "both") ? $"iifname \"{device}\" {tunnel} counter name dropped {verdict}\n" : "";
        return Rule("request", "to-a") + Rule("response", "to-b");
    }

    protected override void Tell(PodRun run)
    {
        run.Truth.Blame(Fault, at: null, confirmable: BothNodes(run), suspectable: BothSides(run));
        // It is an access list of the fabric, and what it means is the tunnel.
        run.Truth.Accompanying("sg-nacl-drop");
        if (!BothNodes(run))
            run.Truth.LooksLike("sg-nacl-drop");

        // Requests that never come through leave nothing behind the fabric.
        run.Truth.Unseen(run.Settings.Word("direction") != "response" && run.CapturedBehindFabricOnly && !run.HasDumps(HostRole.Client) && !run.HasDumps(HostRole.NodeA));
    }
}

using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Scenarios.Routing;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>A BPF program at tc ingress of the server's node drops what goes to the server's port, before any rule of netfilter sees it.</summary>
public sealed class TcOrXdpFilterDrop : NotForwarded
{
    public override string Name => "tc-or-xdp-filter-drop";

    public override string Summary => "a BPF classifier at tc ingress of the node's uplink drops SYNs to the server's port; netfilter never sees them";

    public override string Fault => "tc-or-xdp-filter-drop";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("overlay", "between the nodes", "none"),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), Need.Tool("tc", "iproute2")];

    // The program does not count, and the kernel's reasons are not in the case.
    protected override bool Confirmable(PodRun run) => false;

    protected override bool Suspectable(PodRun run) => run.HasDumps(Role) && run.HasCaptures(Role);

    protected override Func<long>? Break(PodRun run, NetworkNamespace node)
    {
        var (uplink, port, six) = (run.Network.Names.Uplink, run.Network.Names.ServerPort, run.Network.Options.Ipv6);
        node.Exec("tc", "qdisc", "add", "dev", uplink, "clsact");

        // ldh [12] ethertype; TCP; destination port behind a header without options; 2 is TC_ACT_SHOT, -1 goes on (linux/pkt_cls.h).
        var code = six
            ? $"8,40 0 0 12,21 0 5 34525,48 0 0 20,21 0 3 6,40 0 0 56,21 0 1 {port},6 0 0 2,6 0 0 4294967295"
            : $"8,40 0 0 12,21 0 5 2048,48 0 0 23,21 0 3 6,40 0 0 36,21 0 1 {port},6 0 0 2,6 0 0 4294967295";
        node.Exec("tc", "filter", "add", "dev", uplink, "ingress", "protocol", "all", "pref", "1", "bpf", "da", "bytecode", code);
        if (run.HasDumps(HostRole.NodeB))
            run.Recorder.AlsoSave((folder, moment) => File.WriteAllText(Path.Combine(folder, $"tc-s-filter-ingress-{uplink}.{moment}.txt"), node.Exec("tc", "-s", "filter", "show", "dev", uplink, "ingress")), node);
        return null;
    }
}

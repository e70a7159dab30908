using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Routing;

/// <summary>A route of type blackhole, unreachable or prohibit covers the server's address.</summary>
public sealed class BlackholeRoute : NotForwarded
{
    public override string Name => "blackhole-route";

    public override string Summary => "a route that discards covers the pod's address, and no better one is left";

    public override string Fault => "blackhole-route";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("wiring", "how pods hang on their node", "routed"),
        LabParameter.Choice("type", "type of the route", "blackhole", "unreachable", "prohibit"),
        LabParameter.Choice("covers", "the whole pod block, as a leftover of address management, or the one pod", "block", "pod"),
    ];

    protected override Func<long>? Break(PodRun run, NetworkNamespace node)
    {
        var (type, addresses) = (run.Settings.Word("type"), run.Network.Addresses);
        var six = run.Network.Options.Ipv6 ? "-6 " : "";
        var pod = $"{run.Network.ServerPod.Address}/{addresses.HostBits}";
        node.Ip($"{six}route del {pod}");
        if (run.Settings.Word("covers") == "pod")
            node.Ip($"{six}route add {type} {pod}");
        else
        {
            node.Ip($"{six}route del blackhole {addresses.BlockB}");
            node.Ip($"{six}route add {type} {addresses.BlockB} proto bird");
        }

        return null;
    }

    protected override void AlsoTrue(PodRun run)
    {
        // The ICMP error of a prohibit route is that of a rule that rejects (type 3 code 13, ICMPv6 type 1 code 1): without the node's tables a suspicion of a rule is as good.
        if (run.Settings.Word("type") == "prohibit" && !run.HasDumps(Role))
            run.Truth.LooksLike("networkpolicy-drop");
    }
}

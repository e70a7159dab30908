using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Scenarios.Routing;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Netns;

/// <summary>The host end of the server pod's veth is down, or hangs in no bridge.</summary>
public sealed class VethDownOrMissing : NotForwarded
{
    public override string Name => "veth-down-or-missing";

    public override string Summary => "the host end of the pod's veth is down, or not in the bridge";

    public override string Fault => "veth-down-or-missing";

    protected override IReadOnlyList<LabParameter> Special =>
    [
        LabParameter.Choice("state", "what is wrong with the host end: down, or out of the bridge (bridge wiring only)", "down", "alone"),
        LabParameter.Number("seconds", 5, "how long the clients wait", 4, 60),
    ];

    protected override void AlsoTrue(PodRun run)
    {
        // With the device its route goes: the block's own discards, or nobody answers ARP in the bridge. Both hold, and follow from it.
        run.Truth.Accompanying("blackhole-route", "neigh-unresolved");
        if (!run.HasDumps(HostRole.Server))
            run.Truth.AlsoTrue("blackhole-route", "neigh-unresolved");
    }

    // The device is known for the pod's only by its other end.
    protected override bool Confirmable(PodRun run) => run.HasDumps(HostRole.NodeB) && run.HasDumps(HostRole.Server) && run.HasCaptures(HostRole.NodeB);

    protected override Func<long>? Break(PodRun run, NetworkNamespace node)
    {
        var link = run.Network.ServerPod.HostLink;
        run.Recorder.Plan = (_, device) => device == link ? null : new(device);
        node.Ip(run.Settings.Word("state") switch
        {
            "alone" when run.Network.Options.Wiring == PodWiring.Bridge => $"link set {link} nomaster",
            _ => $"link set {link} down",
        });
        return null;
    }
}

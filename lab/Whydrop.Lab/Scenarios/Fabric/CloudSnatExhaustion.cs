using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Scenarios.Netfilter;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>A translator in the fabric, of which nothing is collected, has no source port left towards one destination.</summary>
public sealed class CloudSnatExhaustion : SnatPortsUsedUp
{
    public override string Name => "cloud-snat-exhaustion";

    public override string Summary => "a translator outside the nodes has no source port left towards one destination; SYNs leave the node and die there";

    public override string Fault => "cloud-snat-exhaustion";

    protected override NetworkNamespace Translator(PodRun run) => run.Network.Fabric;

    protected override string Device(PodRun run) => "to-b";

    protected override void Judge(PodRun run)
    {
        // Nobody outside the translator can see why it drops: what its provider counts is not in the case.
        run.Truth.Blame(Fault, at: null, confirmable: false, suspectable: run.HasCaptures(HostRole.NodeA) && run.HasCaptures(HostRole.NodeB));
        // Their SYNs die before node-b: what is behind the translator sees the connections that were opened, and those are well.
        run.Truth.Unseen(run.Evidence.Captured.Count > 0 && run.Evidence.Captured.All(h => h is HostRole.Server or HostRole.Server2 or HostRole.ServerA or HostRole.NodeB) && !run.HasDumps(HostRole.Client));
        run.Truth.LooksLike("sg-nacl-drop");
        run.Truth.AlsoAt(run.Network.NodeA, run.Network.Names.Uplink);
    }
}

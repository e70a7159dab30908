using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>The client's node has no source port left towards one destination.</summary>
public sealed class SnatPortExhaustionNode : SnatPortsUsedUp
{
    public override string Name => "snat-port-exhaustion-node";

    public override string Summary => "the node that masquerades has no source port left towards one destination; further SYNs die there";

    public override string Fault => "snat-port-exhaustion-node";

    protected override NetworkNamespace Translator(PodRun run) => run.Network.NodeA;

    protected override string Device(PodRun run) => run.Network.Names.Uplink;

    protected override void Judge(PodRun run)
    {
        run.Truth.Blame(Fault, run.Network.NodeA, confirmable: run.HasDumps(HostRole.NodeA) && run.HasCaptures(HostRole.NodeA), suspectable: run.HasDumps(HostRole.NodeA) && run.HasCaptures(HostRole.NodeA));
        // From the ends alone a translator is somewhere between them: at the node, or behind it.
        if (!run.HasDumps(HostRole.NodeA) && !run.HasCaptures(HostRole.NodeA))
            run.Truth.LooksLike("cloud-snat-exhaustion");

        // Their SYNs never leave node-a: what is behind it sees the connections that were opened, and those are well.
        run.Truth.Unseen(run.CapturedBehindFabricOnly && !run.HasDumps(HostRole.Client) && !run.HasDumps(HostRole.NodeA));
    }
}

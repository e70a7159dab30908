using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Routing;

/// <summary>A node takes packets in and does not send them on: what its scenarios have in common.</summary>
public abstract class NotForwarded : PodScenario
{
    /// <summary>Parameters beside the shared ones and the number of connections.</summary>
    protected virtual IReadOnlyList<LabParameter> Special => [];

    protected override IReadOnlyList<LabParameter> Own =>
    [
        .. Special,
        LabParameter.Number("connections", 4, "clients that try", 1, 20).Drawing(2, 8),
        LabParameter.Choice("evidence", "what is collected", EvidenceProfile.Names).Drawing("all", "all", "all", "nodes", Role == HostRole.NodeA ? "node-a" : "node-b", "client", "counters", "captures"),
    ];

    /// <summary>Host that does not forward.</summary>
    protected virtual HostRole Role => HostRole.NodeB;

    /// <summary>Breaks forwarding on the node and says how many packets it has dropped so far, by other means than the case shows; null when the kernel counts nothing.</summary>
    protected abstract Func<long>? Break(PodRun run, NetworkNamespace node);

    /// <summary>What is collected shows the mechanism and its place.</summary>
    protected virtual bool Confirmable(PodRun run) => run.HasDumps(Role) && run.HasCaptures(Role);

    /// <summary>Whether what is collected points to the fault at all.</summary>
    protected virtual bool Suspectable(PodRun run) => run.HasDumps(Role);

    /// <summary>The node asks for its neighbours while captures run; not where they are the fault.</summary>
    protected virtual bool NeighboursAskedAgain => false;

    /// <summary>Other ids that name it truly, and other places.</summary>
    protected virtual void AlsoTrue(PodRun run)
    {
    }

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var node = Role == HostRole.NodeA ? network.NodeA : network.NodeB;
        run.Serve();
        run.WarmUp();
        run.Lab.Report($"{node.Label}: {Summary}");
        var dropped = Break(run, node);
        var before = dropped?.Invoke() ?? 0;
        run.Begin();
        // Neighbours are asked for again every minute or so; a run is shorter. That a capture keeps ARP says that it has no filter.
        if (NeighboursAskedAgain)
            node.Ip("neigh flush all");
        var tried = RequestClient.Run(run, new RequestOptions
        {
            Count = 1, Connections = run.Settings.Number("connections"), Patience = run.Seconds, Reconnects = false, Log = run.Log(network.Client),
        });
        run.End();

        run.Truth.Blame(Fault, node, confirmable: Confirmable(run), suspectable: Suspectable(run));
        AlsoTrue(run);
        run.Truth.Figure("attemptsFailed", tried.Failed);
        run.Truth.Expect(tried.Failed == tried.All.Count, "a connection was opened in spite of the fault");
        if (dropped is not null)
        {
            var lost = dropped() - before;
            run.Truth.Figure("packetsDropped", lost);
            run.Truth.Expect(lost >= tried.All.Count, $"the kernel of {node.Label} counted {lost} drops for {tried.All.Count} attempts");
        }
    }
}

using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>kube-proxy of the client's node missed that a pod is gone: its rules still send new connections there.</summary>
public sealed class StaleKubeproxyRules : PodScenario
{
    public override string Name => "stale-kubeproxy-rules";

    public override string Summary => "the Service's rules on the client's node still choose an endpoint that is gone; each new connection may meet it";

    public override string Fault => "stale-kubeproxy-rules";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("share", "endpoints that are gone: one of two, or all", "half", "all"),
        LabParameter.Number("connections", 12, "clients that try", 8, 30).Drawing(10, 20),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = true;

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var gone = ServiceEndpoints.Gone(network);
        run.Serve();
        run.WarmUp();
        ServiceEndpoints.PublishElsewhere(network);
        run.Lab.Report($"{network.NodeA.Label}: the rules of the Service choose {gone}, where no pod is");
        ServiceEndpoints.Publish(network, run.Settings.Word("share") == "half" ? [network.ServerPod.Address, gone] : [gone]);
        run.Begin();
        var tried = RequestClient.Run(run, new RequestOptions
        {
            Count = 1, Connections = run.Settings.Number("connections"), Patience = run.Seconds, Reconnects = false, Log = run.Log(network.Client),
        });
        run.End();

        run.Truth.Blame(
            Fault, network.NodeA,
            confirmable: run.HasDumps(HostRole.NodeA) && run.HasCaptures(HostRole.NodeA) && run.HasDumps(HostRole.NodeB),
            // Without another endpoint that answers, or the other node's tables, it is any endpoint that does not answer.
            suspectable: run.HasDumps(HostRole.NodeA) && run.HasCaptures(HostRole.NodeA) && (run.Settings.Word("share") == "half" || run.HasDumps(HostRole.NodeB)));

        // The pod that is there has only what came to it: its connections are well.
        run.Truth.Unseen(run.CapturedOnly(HostRole.Server, HostRole.Server2, HostRole.ServerA) && !run.HasDumps(HostRole.Client) && !run.HasDumps(HostRole.NodeA) && !run.HasDumps(HostRole.NodeB));

        // What the other node does with packets to an address that it has no pod for.
        run.Truth.Accompanying("blackhole-route", "neigh-unresolved");
        run.Truth.Figure("attemptsFailed", tried.Failed);
        run.Truth.Expect(tried.Failed > 0, "no connection met the endpoint that is gone");
        run.Truth.Expect(run.Settings.Word("share") == "all" || tried.Answered > 0, "no connection met the endpoint that is there");
    }
}

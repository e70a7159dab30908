using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>Connection tracking keeps a client that tries again from the same port at an endpoint that is gone, though the rules are right.</summary>
public sealed class StaleConntrackDnat : PodScenario
{
    private const int FirstPort = 28_011;

    public override string Name => "stale-conntrack-dnat";

    public override string Summary => "entries of connection tracking still translate to an endpoint that is gone; the rules are right, and new source ports work";

    public override string Fault => "stale-conntrack-dnat";

    protected override IReadOnlyList<LabParameter> Own => [LabParameter.Number("connections", 3, "clients that try again from the same port", 1, 10).Drawing(1, 5)];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = true;

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var gone = ServiceEndpoints.Gone(network);
        var ports = Enumerable.Range(FirstPort, run.Settings.Number("connections")).ToArray();
        run.Serve();
        run.WarmUp();
        ServiceEndpoints.PublishElsewhere(network);
        ServiceEndpoints.Publish(network, gone);
        RequestClient.Run(run, new RequestOptions { Count = 1, Connections = ports.Length, LocalPorts = ports, Patience = TimeSpan.FromSeconds(1), Reconnects = false });
        run.Lab.Report($"{network.NodeA.Label}: entries to {gone} stay, the rules are right again");
        ServiceEndpoints.Publish(network, network.ServerPod.Address);
        run.Begin();
        var pinned = RequestClient.Start(run, new RequestOptions
        {
            Count = 1, Connections = ports.Length, LocalPorts = ports, Patience = run.Seconds, Reconnects = false, Log = run.Log(network.Client),
        });
        var others = RequestClient.Run(run, new RequestOptions { Count = 3, Connections = 3, KeepAlive = false, Pause = TimeSpan.FromMilliseconds(300), Patience = run.Seconds });
        var failed = pinned.Wait();
        run.End();

        run.Truth.Blame(
            Fault, network.NodeA,
            confirmable: run.HasDumps(HostRole.NodeA) && run.HasCaptures(HostRole.NodeA) && run.HasDumps(HostRole.NodeB),
            suspectable: run.HasDumps(HostRole.NodeA) && (run.HasCaptures(HostRole.NodeA) || run.HasCaptures(HostRole.Client)));
        // The address the entries still point to is nobody's: the server and its own capture have no part in it.
        run.Truth.Unseen(run.CapturedOnly(HostRole.Server, HostRole.Server2, HostRole.ServerA) && !run.HasDumps(HostRole.Client) && !run.HasDumps(HostRole.NodeA) && !run.HasDumps(HostRole.NodeB));
        run.Truth.Accompanying("blackhole-route", "neigh-unresolved");
        // On the node of the pod that is gone these are what there is; that another node still translates to it is not seen there.
        if (!run.HasDumps(HostRole.NodeA) && !run.HasCaptures(HostRole.NodeA) && !run.HasCaptures(HostRole.Client))
        {
            run.Truth.AlsoTrue("blackhole-route", "neigh-unresolved");
            run.Truth.AlsoAt(network.NodeB);
        }

        run.Truth.Figure("attemptsFailed", failed.Failed);
        run.Truth.Expect(failed.Failed == failed.All.Count, "a client that tried from the same port got through");
        run.Truth.Expect(others.Failed == 0, "a client with a new port did not get through");
    }
}

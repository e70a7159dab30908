using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>A pod is drained and gone; a client that uses its ports again is still sent to it.</summary>
public sealed class IpvsGracefulTermination : PodScenario
{
    public override string Name => "ipvs-graceful-termination";

    public override string Summary => "a server with weight 0 still gets the new connections of a client whose ports IPVS remembers; the pod behind it is gone";

    public override string Topology => "client -> node-a (IPVS service) -> fabric -> node-b -> server pods";

    public override string Fault => "ipvs-graceful-termination";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("client", "a pod that connects to the ClusterIP, or a host outside that connects to the NodePort", "pod", "outside"),
        LabParameter.Choice("pod", "the terminated pod: its program has ended, or the pod is gone", "refuses", "gone"),
        LabParameter.Choice("expire", "net.ipv4.vs.expire_nodest_conn; on is healthy", "off", "on").Drawing("off"),
        LabParameter.Number("ports", 6, "local ports that the client takes in turn", 2, 8).Drawing(4, 6),
        LabParameter.Number("rounds", 3, "connections from each port after the termination", 1, 10).Drawing(2, 4),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), .. IpvsService.Needs];

    protected override void Shape(PodNetworkOptions options, LabSettings settings)
    {
        options.ExternalClient = settings.Word("client") == "outside";
        options.SecondServer = true;
    }

    protected override void Play(PodRun run)
    {
        var (network, settings) = (run.Network, run.Settings);
        var leaving = run.Serve();
        run.Serve(network.Server2!);
        var service = IpvsService.Publish(network);
        service.WarmUp(run);
        // Mode 0 is what old kernels were set to against delays of 1 s.
        service.Configure(connReuseMode: 0, settings.Word("expire") == "on");
        var (ports, rounds) = (settings.Number("ports"), settings.Number("rounds"));
        var first = run.Random.Next(33000, 60000);
        var options = new RequestOptions
        {
            To = service.Address,
            Count = ports,
            KeepAlive = false,
            LocalPorts = [.. Enumerable.Range(first, ports)],
            // As load generators do: the port is free at once.
            Close = CloseKind.Reset,
            Patience = TimeSpan.FromSeconds(1.5),
            Log = run.Log(network.Client),
        };
        run.Begin();
        if (run.HasDumps(HostRole.NodeA))
            service.Dump(run.Recorder.Folder(network.NodeA), "1-before");
        var warm = leaving.Accepted;
        var healthy = RequestClient.Run(run, options);
        var served = leaving.Accepted - warm;

        run.Lab.Report($"{network.Server.Label} terminates: weight 0 on {network.NodeA.Label}, then {(settings.Word("pod") == "gone" ? "its link is taken away" : "its program ends")}");
        service.Drain(network.ServerPod);
        leaving.Dispose();
        if (settings.Word("pod") == "gone")
            network.NodeB.Ip($"link set {network.ServerPod.HostLink} down");
        var after = RequestClient.Run(run, options with { Count = ports * rounds });
        if (run.HasDumps(HostRole.NodeA))
            service.Dump(run.Recorder.Folder(network.NodeA), "2-after");
        run.End();

        var faulty = settings.Word("expire") == "off";
        if (faulty)
            run.Truth.Blame(Fault, network.NodeA, confirmable: run.HasCaptures(HostRole.NodeA) && run.HasDumps(HostRole.NodeA), suspectable: run.HasDumps(HostRole.NodeA) && run.HasCaptures(HostRole.Client));
        if (faulty && settings.Word("pod") == "refuses")
            run.Truth.Accompanying("connection-refused-closed-port");
        run.Truth.Figure("connectionsBefore", healthy.All.Count);
        run.Truth.Figure("connectionsAfter", after.All.Count);
        run.Truth.Figure("sentToTheTerminatedPod", after.Failed);
        run.Truth.Expect(healthy.Failed == 0, $"a connection failed before the pod was terminated: {string.Concat(healthy.Failures.Take(1))}");
        run.Truth.Expect(served is > 0 && served < ports, $"{served} of {ports} connections were with the pod before it was terminated");
        run.Truth.Expect(faulty ? after.Failed > 0 && after.Answered > 0 : after.Failed == 0, $"{after.Failed} of {after.All.Count} connections failed afterwards");
    }
}

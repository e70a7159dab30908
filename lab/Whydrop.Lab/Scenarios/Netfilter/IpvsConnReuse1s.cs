using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>A busy client uses its ports again; IPVS drops the first SYN of each connection whose predecessor it still remembers.</summary>
/// <remarks>
/// Kernels before 5.9 do so after any end of the connection before; since then (net/netfilter/ipvs/ip_vs_core.c ip_vs_in,
/// ip_vs_conn_uses_old_conntrack) only where connection tracking keeps its entry on the new SYN, which it does after a reset by the server.
/// </remarks>
public sealed class IpvsConnReuse1s : PodScenario
{
    /// <summary>The first retransmission timeout of a SYN is 1 s (RFC 6298, 2.1).</summary>
    private static readonly TimeSpan AboutOneSecond = TimeSpan.FromMilliseconds(950);

    public override string Name => "ipvs-conn-reuse-1s";

    public override string Summary => "IPVS drops the first SYN of a connection that uses the ports of one it remembers as closed; the client's second SYN, 1 s later, gets through";

    public override string Topology => "client -> node-a (IPVS service) -> fabric -> node-b -> server pod";

    public override string Fault => "ipvs-conn-reuse-1s";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("client", "a pod that connects to the ClusterIP, or a host outside that connects to the NodePort", "pod", "outside"),
        LabParameter.Choice("ending", "how the server ends a connection: reset, or FIN (healthy with this kernel)", "reset", "fin").Drawing("reset"),
        LabParameter.Number("reuse-mode", 1, "net.ipv4.vs.conn_reuse_mode; 0 is healthy", 0, 1),
        LabParameter.Number("ports", 3, "local ports that the client takes in turn", 1, 6).Drawing(2, 4),
        LabParameter.Number("rounds", 3, "connections from each port", 2, 10).Drawing(2, 4),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), .. IpvsService.Needs];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.ExternalClient = settings.Word("client") == "outside";

    protected override void Play(PodRun run)
    {
        var (network, settings) = (run.Network, run.Settings);
        run.Serve();
        var service = IpvsService.Publish(network);
        service.WarmUp(run);
        service.Configure(settings.Number("reuse-mode"), expireNoDestination: false);
        run.Lab.Report($"{network.NodeA.Label}: IPVS with conn_reuse_mode={settings.Number("reuse-mode")}, conntrack=1");
        var (ports, rounds) = (settings.Number("ports"), settings.Number("rounds"));
        var first = run.Random.Next(33000, 60000);
        run.Begin();
        if (run.HasDumps(HostRole.NodeA))
            service.Dump(run.Recorder.Folder(network.NodeA), "1-before");
        var before = run.Counters(network.Client);
        var asked = RequestClient.Run(run, new RequestOptions
        {
            To = service.Address,
            Count = ports * rounds,
            KeepAlive = false,
            LocalPorts = [.. Enumerable.Range(first, ports)],
            Act = settings.Word("ending") == "reset" ? ServerAct.AnswerAndReset : ServerAct.AnswerAndClose,
            Close = CloseKind.Await,
            Log = run.Log(network.Client),
        });
        var repeated = run.Counters(network.Client)["TcpExt.TCPSynRetrans"] - before["TcpExt.TCPSynRetrans"];
        if (run.HasDumps(HostRole.NodeA))
            service.Dump(run.Recorder.Folder(network.NodeA), "2-after");
        run.End();

        var reused = ports * (rounds - 1);
        var delayed = asked.All.Count(o => o.Error is null && o.Connected >= AboutOneSecond);
        var faulty = settings.Word("ending") == "reset" && settings.Number("reuse-mode") == 1;
        if (faulty)
        {
            // The server's resets make the old entry stay, and end every connection: naming them first is right when the second they cost is named beside them.
            run.Truth.Blame(Fault, network.NodeA, confirmable: run.HasCaptures(HostRole.NodeA) && run.HasDumps(HostRole.NodeA), suspectable: run.HasAnyCapture);
            run.Truth.AlsoTrue("app-rst");
            run.Truth.AlsoAt(network.Server);
            run.Truth.Beside(Fault);
        }
        else if (settings.Word("ending") == "reset")
        {
            run.Truth.Accompanying("app-rst");
        }

        run.Truth.Figure("connections", asked.All.Count);
        run.Truth.Figure("portsUsedAgain", reused);
        run.Truth.Figure("connectionsDelayedOneSecond", delayed);
        run.Truth.Figure("synsRepeated", repeated);
        run.Truth.Expect(asked.Failed == 0, $"{asked.Failed} connections failed: {string.Concat(asked.Failures.Take(1))}");
        run.Truth.Expect(delayed == (faulty ? reused : 0), $"{delayed} connections were delayed by 1 s, not {(faulty ? reused : 0)}");
        run.Truth.Expect(repeated == delayed, $"the client repeated {repeated} SYNs for {delayed} delayed connections");
    }
}

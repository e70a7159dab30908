using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Socket;

/// <summary>The server accepts too slowly, or not at all: its accept queue is full and its kernel drops SYNs.</summary>
public sealed class ListenOverflow : PodScenario
{
    public override string Name => "listen-overflow";

    public override string Summary => "the accept queue of the server is full: SYNs arrive and are dropped in silence";

    public override string Fault => "listen-overflow";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("accepts", "the application does not accept any more, or slowly", "never", "slowly"),
        LabParameter.Number("backlog", 4, "backlog of listen(2)", 1, 128).Drawing(1, 8),
        LabParameter.Number("rate", 20, "connections begun per second", 2, 200).Drawing(12, 40),
        LabParameter.Choice("service", "clients connect to the pod itself or to the Service's ClusterIP", "off", "on"),
        LabParameter.Number("seconds", 4, "how long the load runs", 3, 60),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = settings.Word("service") == "on";

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var never = run.Settings.Word("accepts") == "never";
        var first = run.Serve();
        run.WarmUp();
        first.Dispose();
        var server = run.Serve(new ServerOptions { Accepts = !never, Backlog = run.Settings.Number("backlog"), AcceptPause = TimeSpan.FromMilliseconds(never ? 0 : 400) });
        run.Begin();
        var before = run.Counters(network.Server);
        var tried = ConnectClient.Start(run, new ConnectOptions
        {
            PerSecond = run.Settings.Number("rate"), For = run.Seconds - TimeSpan.FromSeconds(2.2), Holds = null, Asks = false, Patience = TimeSpan.FromSeconds(2), Log = run.Log(network.Client),
        }).Wait();
        var after = run.Counters(network.Server);
        run.End();

        var overflows = after["TcpExt.ListenOverflows"] - before["TcpExt.ListenOverflows"];
        var both = run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server);
        run.Truth.Blame(Fault, network.Server, confirmable: both, suspectable: run.HasDumps(HostRole.Server));
        run.Truth.Figure("overflows", overflows);
        run.Truth.Figure("accepted", server.Accepted);
        run.Truth.Figure("connectionsFailed", tried.Failed);
        run.Truth.Expect(overflows > 5, $"the accept queue overflowed {overflows} times only");
    }
}

using Whydrop.Lab.Pods;
using Whydrop.Lab.Processes;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Socket;

/// <summary>The server may open no more files: accept fails, its queue fills, SYNs are dropped.</summary>
public sealed class FdExhaustion : PodScenario
{
    public override string Name => "fd-exhaustion";

    public override string Summary => "the server has no file descriptor left: accept fails with EMFILE and its accept queue overflows";

    public override string Fault => "fd-exhaustion";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("files", 6, "files that it may still open", 0, 100).Drawing(2, 12),
        LabParameter.Number("backlog", 4, "backlog of listen(2)", 1, 128).Drawing(1, 8),
        LabParameter.Number("rate", 20, "connections begun per second", 2, 200).Drawing(15, 40),
        LabParameter.Number("seconds", 4, "how long the load runs", 3, 60),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var server = ChildServer.Start(run, backlog: run.Settings.Number("backlog"));
        run.WarmUp();
        run.Begin();
        server.LimitFiles(run.Settings.Number("files"));
        var before = run.Counters(network.Server);
        var tried = ConnectClient.Start(run, new ConnectOptions
        {
            PerSecond = run.Settings.Number("rate"), For = run.Seconds - TimeSpan.FromSeconds(2.2), Holds = null, Asks = false, Patience = TimeSpan.FromSeconds(2), Log = run.Log(network.Client),
        });
        run.Pause(run.Seconds);
        var after = run.Counters(network.Server);
        run.End();
        tried.Dispose();

        var overflows = after["TcpExt.ListenOverflows"] - before["TcpExt.ListenOverflows"];
        var logged = run.HasDumps(HostRole.Server) || run.HasCaptures(HostRole.Server);
        run.Truth.Blame(Fault, network.Server, confirmable: run.HasDumps(HostRole.Server) && run.HasCaptures(HostRole.Server), suspectable: logged);
        run.Truth.Accompanying("listen-overflow");
        run.Truth.Figure("overflows", overflows);
        run.Truth.Expect(overflows > 5, $"the accept queue overflowed {overflows} times only");
    }
}

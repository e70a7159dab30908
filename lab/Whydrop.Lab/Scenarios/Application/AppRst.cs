using System.Net.Sockets;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Processes;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Application;

/// <summary>An application aborts connections that the other end still uses.</summary>
public sealed class AppRst : PodScenario
{
    private static readonly string[] Counters = ["TcpExt.TCPAbortOnClose", "TcpExt.TCPAbortOnData"];

    public override string Name => "app-rst";

    public override string Summary => "the server's application ends connections by a reset: it closes with unread data, with SO_LINGER 0, or is killed";

    public override string Fault => "app-rst";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("how", "closes with unread data, with SO_LINGER 0, or is killed while data lies unread", "unread", "linger", "killed"),
        LabParameter.Number("connections", 4, "clients", 1, 20).Drawing(1, 8),
        LabParameter.Number("idle", 0, "milliseconds before the request that is reset", 0, 5000).Drawing("0", "0", "1200"),
    ];

    protected override void Play(PodRun run)
    {
        var (network, how, connections) = (run.Network, run.Settings.Word("how"), run.Settings.Number("connections"));
        var killed = how == "killed" ? ChildServer.Start(run) : null;
        if (killed is null)
            run.Serve();
        run.WarmUp();
        run.Begin();
        var healthy = RequestClient.Run(run, new RequestOptions { Count = 10, Connections = 2 });
        var before = run.Counters(network.Server);
        var options = new RequestOptions
        {
            Connections = connections, Reconnects = false, RequestBytes = 700, Log = run.Log(network.Client),
            PauseBefore = new Dictionary<int, TimeSpan> { [0] = TimeSpan.FromMilliseconds(run.Settings.Number("idle")) },
        };
        RequestReport reset;
        if (killed is not null)
        {
            run.Lab.Report($"{network.Server.Label} is killed with requests unread");
            var asked = RequestClient.Start(run, options with { Count = 2, PauseBefore = new Dictionary<int, TimeSpan> { [1] = TimeSpan.FromSeconds(1) } });
            if (!SpinWait.SpinUntil(() => asked.SoFar().Answered == connections, TimeSpan.FromSeconds(5)))
                throw new LabException("a request was not answered before the server was killed");
            killed.Freeze();
            run.Pause(TimeSpan.FromMilliseconds(1500));
            killed.Kill();
            reset = asked.Wait();
        }
        else
        {
            reset = RequestClient.Run(run, options with { Count = 3, KeepAlive = false, Reconnects = true, Act = how == "unread" ? ServerAct.CloseUnread : ServerAct.Reset });
        }

        var after = run.Counters(network.Server);
        run.End();

        var aborted = Counters.Sum(c => after[c] - before[c]);
        var ends = reset.Count(SocketError.ConnectionReset);
        run.Truth.Blame(Fault, network.Server, confirmable: run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server), suspectable: run.HasAnyCapture);
        run.Truth.Figure("connectionsReset", ends);
        run.Truth.Figure("aborted", aborted);
        run.Truth.Expect(healthy.Failed == 0, "a request failed before");
        run.Truth.Expect(ends == reset.Failed && ends > 0, $"{ends} of {reset.Failed} failed connections were reset: {string.Join(", ", reset.Failures.Distinct().Take(3))}");
        run.Truth.Expect(aborted >= ends, $"the kernel counted {aborted} aborts for {ends} connections");
    }
}

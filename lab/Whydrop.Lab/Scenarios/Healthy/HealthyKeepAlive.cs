using Whydrop.Lab.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Healthy;

/// <summary>Idle connections with keep-alive probes, which look like retransmissions of one byte.</summary>
public sealed class HealthyKeepAlive : PodScenario
{
    public override string Name => "healthy-keep-alive";

    public override string Summary => "connections stay idle for seconds and send keep-alive probes, each answered; nothing is wrong";

    public override string Fault => "none";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("connections", 3, "clients", 1, 20).Drawing(1, 6),
        LabParameter.Number("seconds", 4, "how long they are idle", 2, 60).Drawing(3, 5),
    ];

    protected override void Play(PodRun run)
    {
        run.Serve();
        run.WarmUp();
        run.Begin();
        var before = run.Counters(run.Network.Client);
        var report = RequestClient.Run(run, new RequestOptions
        {
            Count = 4,
            PauseBefore = new Dictionary<int, TimeSpan> { [2] = run.Seconds },
            Connections = run.Settings.Number("connections"),
            KeepAliveProbes = TimeSpan.FromSeconds(1),
            Log = run.Log(run.Network.Client),
        });
        var probes = run.Counters(run.Network.Client)["TcpExt.TCPKeepAlive"] - before["TcpExt.TCPKeepAlive"];
        run.End();

        run.Truth.Figure("requestsAnswered", report.Answered);
        run.Truth.Figure("keepAliveProbes", probes);
        run.Truth.Expect(report.Failed == 0, $"{report.Failed} requests failed");
        run.Truth.Expect(probes > 0, "no keep-alive probe was sent");
    }
}

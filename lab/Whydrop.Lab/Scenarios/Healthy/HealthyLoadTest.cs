using Whydrop.Lab.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Healthy;

/// <summary>A load test that resets its connections when it has its answers, as benchmark tools do.</summary>
public sealed class HealthyLoadTest : PodScenario
{
    public override string Name => "healthy-load-test";

    public override string Summary => "a benchmark tool ends every connection with a reset once it has its answer; nothing is wrong";

    public override string Fault => "none";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("connections", 6, "clients", 1, 50).Drawing(2, 12),
        LabParameter.Number("answer", 5_000, "bytes of an answer", 1, 1_000_000).Drawing(100, 50_000),
    ];

    protected override void Play(PodRun run)
    {
        run.Serve();
        run.WarmUp();
        run.Begin();
        var before = run.Counters(run.Network.Client);
        var report = RequestClient.Run(run, new RequestOptions
        {
            For = run.Seconds,
            Connections = run.Settings.Number("connections"),
            KeepAlive = false,
            Close = CloseKind.Reset,
            AnswerBytes = run.Settings.Number("answer"),
            Log = run.Log(run.Network.Client),
        });
        var resets = run.Counters(run.Network.Client)["Tcp.OutRsts"] - before["Tcp.OutRsts"];
        run.End();

        run.Truth.Accompanying("loadtest-ab-rst");
        run.Truth.Figure("requestsAnswered", report.Answered);
        run.Truth.Figure("resetsSent", resets);
        run.Truth.Expect(report.Failed == 0, $"{report.Failed} requests failed");
        run.Truth.Expect(resets >= report.Answered, $"only {resets} resets for {report.Answered} connections");
    }
}

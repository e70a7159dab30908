using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Healthy;

/// <summary>Ordinary requests and answers on a path without fault.</summary>
public sealed class HealthyRequestResponse : PodScenario
{
    public override string Name => "healthy-request-response";

    public override string Summary => "ordinary requests and answers of several sizes; nothing is wrong";

    public override string Fault => "none";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("service", "clients connect to the pod itself or to the Service's ClusterIP", "off", "on"),
        LabParameter.Number("connections", 4, "clients", 1, 50).Drawing(1, 12),
        LabParameter.Choice("keep-alive", "one connection for all requests of a client, or one for each", "on", "off"),
        LabParameter.Number("answer", 20_000, "bytes of an answer", 1, 10_000_000).Drawing(100, 100_000),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = settings.Word("service") == "on";

    protected override void Play(PodRun run)
    {
        run.Serve();
        run.WarmUp();
        run.Begin();
        var report = RequestClient.Run(run, new RequestOptions
        {
            For = run.Seconds,
            Connections = run.Settings.Number("connections"),
            KeepAlive = run.Settings.Word("keep-alive") == "on",
            AnswerBytes = run.Settings.Number("answer"),
            Log = run.Log(run.Network.Client),
        });
        run.End();

        run.Truth.Figure("requestsAnswered", report.Answered);
        run.Truth.Figure("slowestMilliseconds", (long)report.Slowest.TotalMilliseconds);
        run.Truth.Expect(report.Failed == 0, $"{report.Failed} requests failed");
        run.Truth.Expect(report.Answered > 0, "no request was answered");
    }
}

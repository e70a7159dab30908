using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Healthy;

/// <summary>Captures that start and end while connections are open: no SYN, no FIN, no window scale.</summary>
public sealed class HealthyMidFlow : PodScenario
{
    public override string Name => "healthy-mid-flow";

    public override string Summary => "the captures begin and end in the middle of long connections; nothing is wrong";

    public override string Fault => "none";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("service", "clients connect to the pod itself or to the Service's ClusterIP", "off", "on"),
        LabParameter.Number("connections", 3, "clients", 1, 20).Drawing(1, 6),
        LabParameter.Number("answer", 20_000, "bytes of an answer", 1, 1_000_000).Drawing(1_000, 60_000),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = settings.Word("service") == "on";

    protected override void Play(PodRun run)
    {
        run.Serve();
        run.WarmUp();
        var clients = RequestClient.Start(run, new RequestOptions
        {
            For = run.Seconds + TimeSpan.FromSeconds(8),
            Connections = run.Settings.Number("connections"),
            AnswerBytes = run.Settings.Number("answer"),
            Close = CloseKind.Keep,
        });
        run.Pause(TimeSpan.FromMilliseconds(300));
        run.Begin();
        run.Pause(run.Seconds);
        run.End();
        var report = clients.SoFar();

        run.Truth.Accompanying("capture-started-mid-flow");
        run.Truth.Figure("requestsAnswered", report.Answered);
        run.Truth.Expect(report.Failed == 0, $"{report.Failed} requests failed");
        run.Truth.Expect(report.Answered > 0, "no request was answered");
    }
}

using Whydrop.Lab.Collection;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Healthy;

/// <summary>Captures with "-i any": every forwarded packet is in them twice or more.</summary>
public sealed class HealthyAnyCapture : PodScenario
{
    public override string Name => "healthy-any-capture";

    public override string Summary => "the nodes are captured with -i any, so that packets appear once per device; nothing is wrong";

    public override string Fault => "none";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("service", "clients connect to the pod itself or to the Service's ClusterIP", "off", "on"),
        LabParameter.Number("connections", 3, "clients", 1, 20).Drawing(1, 6),
        LabParameter.Choice("everywhere", "capture the pods so, too", "off", "on"),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = settings.Word("service") == "on";

    protected override void Play(PodRun run)
    {
        run.Serve();
        run.WarmUp();
        run.Recorder.Plan = (host, device) => new CapturePlan(host.IsNode || run.Settings.Word("everywhere") == "on" ? "any" : device);
        run.Begin();
        var report = RequestClient.Run(run, new RequestOptions { For = run.Seconds, Connections = run.Settings.Number("connections"), AnswerBytes = 8_000 });
        run.End();

        run.Truth.Accompanying("capture-any-duplicates");
        run.Truth.Figure("requestsAnswered", report.Answered);
        run.Truth.Expect(report.Failed == 0, $"{report.Failed} requests failed");
    }
}

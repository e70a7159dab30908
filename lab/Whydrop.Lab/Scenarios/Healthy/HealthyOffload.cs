using Whydrop.Lab.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Healthy;

/// <summary>Transfers with segmentation offload: frames in captures are longer than any MTU.</summary>
public sealed class HealthyOffload : PodScenario
{
    public override string Name => "healthy-offload";

    public override string Summary => "bulk transfers with segmentation offload, so that captures show frames far longer than the MTU; nothing is wrong";

    public override string Fault => "none";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "on"),
        LabParameter.Number("flows", 2, "connections", 1, 16).Drawing(1, 4),
        LabParameter.Choice("direction", "which side sends", "upload", "download"),
    ];

    protected override void Play(PodRun run)
    {
        run.Serve(new ServerOptions { BytesPerSecond = 20_000_000 });
        run.WarmUp();
        run.Begin();
        var moved = BulkClient.Run(run, new BulkOptions
        {
            Flows = run.Settings.Number("flows"),
            Bytes = 10_000_000,
            BytesPerSecond = 20_000_000,
            Download = run.Settings.Word("direction") == "download",
            For = run.Seconds,
            Log = run.Log(run.Network.Client),
        });
        run.End();

        run.Truth.Accompanying("capture-gso-super-packet");
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(moved.All(m => m.Failure is null), "a transfer failed");
    }
}

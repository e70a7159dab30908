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
        var flows = run.Settings.Number("flows");

        // A tunnel in user space carries no more without losing some.
        var rate = 20_000_000 / flows;
        run.Serve(new ServerOptions { BytesPerSecond = rate });
        run.WarmUp();
        run.Begin();
        var before = Lost(run);
        var moved = BulkClient.Run(run, new BulkOptions
        {
            Flows = flows,
            Bytes = 20_000_000 / flows,
            BytesPerSecond = rate,
            Download = run.Settings.Word("direction") == "download",
            For = run.Seconds,
            Log = run.Log(run.Network.Client),
        });
        var lost = Lost(run) - before;
        run.End();

        run.Truth.Accompanying("capture-gso-super-packet");
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(moved.All(m => m.Failure is null), "a transfer failed");
        run.Truth.Expect(lost <= 0, $"{lost} segments were lost");
    }

    /// <summary>Segments sent again, without those that the receiver had already (RFC 2883).</summary>
    private static long Lost(PodRun run) => new[] { run.Network.Client, run.Network.Server }.Select(run.Counters).Sum(c => c["Tcp.RetransSegs"] - c["TcpExt.TCPDSACKRecv"]);
}

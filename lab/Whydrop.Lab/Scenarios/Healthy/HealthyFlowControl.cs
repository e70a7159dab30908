using Whydrop.Lab.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Healthy;

/// <summary>A receiver that pauses for a moment: its window closes, opens again, and nobody fails.</summary>
public sealed class HealthyFlowControl : PodScenario
{
    public override string Name => "healthy-flow-control";

    public override string Summary => "the receiver pauses for a moment, closes its window and opens it again; the transfer completes, nothing is wrong";

    public override string Fault => "none";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("pause", 300, "milliseconds that the receiver does not read", 50, 10_000).Drawing(100, 400),
        LabParameter.Number("pauses", 2, "how often", 1, 20).Drawing(1, 3),
    ];

    protected override void Play(PodRun run)
    {
        var server = run.Serve(new ServerOptions { ReceiveBuffer = 65_536 });
        run.WarmUp();
        run.Begin();
        var before = run.Counters(run.Network.Server);
        var transfer = BulkClient.Start(run, new BulkOptions { Bytes = 6_000_000, BytesPerSecond = 3_000_000 });
        for (var i = 0; i < run.Settings.Number("pauses"); i++)
        {
            run.Pause(TimeSpan.FromMilliseconds(300));
            server.PauseReading();
            run.Pause(TimeSpan.FromMilliseconds(run.Settings.Number("pause")));
            server.ResumeReading();
        }

        var moved = transfer.Wait();
        var closed = run.Counters(run.Network.Server)["TcpExt.TCPToZeroWindowAdv"] - before["TcpExt.TCPToZeroWindowAdv"];
        run.End();

        run.Truth.Accompanying("slow-reader-zero-window");
        run.Truth.Figure("windowsClosed", closed);
        run.Truth.Figure("bytesMoved", moved[0].Bytes);
        run.Truth.Expect(moved[0].Failure is null, $"the transfer failed: {moved[0].Failure}");
        run.Truth.Expect(closed > 0, "the window never closed");
    }
}

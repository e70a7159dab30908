using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Socket;

/// <summary>The server stops reading while clients upload; or it only pauses, which is healthy.</summary>
public sealed class SlowReaderZeroWindow : PodScenario
{
    public override string Name => "slow-reader-zero-window";

    public override string Summary => "the server's application stops reading: its window closes and stays closed";

    public override string Fault => "slow-reader-zero-window";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("reads", "the application never reads on, or after half a second (healthy)", "never", "again"),
        LabParameter.Choice("direction", "who sends: clients, or the server to clients that do not read", "upload", "download"),
        LabParameter.Number("flows", 2, "connections", 1, 8).Drawing(1, 4),
        LabParameter.Number("seconds", 4, "how long the load runs", 3, 60),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var (never, upload) = (run.Settings.Word("reads") == "never", run.Settings.Word("direction") == "upload");
        var server = run.Serve();
        run.WarmUp();
        run.Begin();
        var reader = upload ? network.Server : network.Client;
        var readerRole = upload ? HostRole.Server : HostRole.Client;
        var before = run.Counters(reader);
        var load = BulkClient.Start(run, new BulkOptions
        {
            Flows = run.Settings.Number("flows"), Bytes = 40_000_000, For = never ? run.Seconds * 3 : run.Seconds, Download = !upload, Patience = run.Seconds * 3, ReceiveBuffer = upload ? null : 65_536,
            ReadPace = upload ? null : (65_536, never ? run.Seconds * 3 : TimeSpan.FromMilliseconds(300)), Close = never ? CloseKind.Keep : CloseKind.Orderly, Log = run.Log(network.Client),
        });
        run.Pause(TimeSpan.FromMilliseconds(500));
        server.PauseReading();
        if (!never)
        {
            run.Pause(TimeSpan.FromMilliseconds(500));
            server.ResumeReading();
        }

        if (never)
            run.Pause(run.Seconds - TimeSpan.FromMilliseconds(800));
        else
            load.Wait();
        var after = run.Counters(reader);
        run.End();

        var closed = after["TcpExt.TCPToZeroWindowAdv"] - before["TcpExt.TCPToZeroWindowAdv"];
        if (never)
            run.Truth.Blame(Fault, reader, confirmable: run.HasAnyCapture && run.HasDumps(readerRole), suspectable: run.HasAnyCapture || run.HasDumps(readerRole) || run.HasDumps(upload ? HostRole.Client : HostRole.Server));
        run.Truth.Figure("windowsClosed", closed);
        run.Truth.Expect(closed > 0, "no window was closed");
    }
}

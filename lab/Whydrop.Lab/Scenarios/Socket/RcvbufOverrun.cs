using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Socket;

/// <summary>The server gives its connections a small receive buffer after it has promised a large window, and reads late: its kernel drops what it promised to take.</summary>
public sealed class RcvbufOverrun : PodScenario
{
    public override string Name => "rcvbuf-overrun";

    public override string Summary => "the receive queue of the server's sockets overflows: its kernel drops segments that had arrived";

    public override string Fault => "rcvbuf-overrun";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("buffer", 2048, "SO_RCVBUF, bytes, that the server sets after the first bytes", 256, 16_384).Drawing(1024, 6000),
        LabParameter.Number("pause", 120, "milliseconds that it does not read then", 20, 1000).Drawing(60, 250),
        LabParameter.Number("flows", 6, "connections", 1, 32).Drawing(4, 10),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve(new ServerOptions { ShrinksReceiveBuffer = (run.Settings.Number("buffer"), TimeSpan.FromMilliseconds(run.Settings.Number("pause"))) });
        run.WarmUp();
        run.Begin();
        var before = run.Counters(network.Server);
        var moved = BulkClient.Run(run, new BulkOptions { Flows = run.Settings.Number("flows"), Bytes = 200_000, Patience = TimeSpan.FromSeconds(20), Log = run.Log(network.Client) });
        var after = run.Counters(network.Server);
        run.End();

        long Grown(string name) => after[name] - before[name];
        var dropped = Grown("TcpExt.TCPRcvQDrop") + Grown("TcpExt.TCPOFODrop");
        var both = run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server);
        run.Truth.Blame(Fault, network.Server, confirmable: both, suspectable: run.HasDumps(HostRole.Server));
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        foreach (var name in (string[])["PruneCalled", "RcvPruned", "TCPRcvQDrop", "TCPOFODrop", "OfoPruned", "TCPZeroWindowDrop", "BeyondWindow"])
            run.Truth.Figure(name, Grown($"TcpExt.{name}"));
        run.Truth.Expect(dropped > 0, "no receive queue overflowed");
    }
}

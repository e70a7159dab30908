using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Socket;

/// <summary>A long path and a receive buffer too small for it: the sender fills the window and waits, nothing is lost.</summary>
public sealed class SmallTcpRmem : PodScenario
{
    public override string Name => "small-tcp-rmem";

    public override string Summary => "the server's receive buffer is too small for the path: throughput is the window in each round trip";

    public override string Fault => "small-tcp-rmem";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("by", "tcp_rmem of the pod, SO_RCVBUF of the application, or nothing (healthy)", "sysctl", "application", "nothing"),
        LabParameter.Number("buffer", 32_768, "receive buffer, bytes", 8192, 200_000).Drawing(16_384, 65_536),
        LabParameter.Number("delay", 20, "milliseconds that every packet takes in each direction", 5, 200).Drawing(10, 40),
        LabParameter.Number("flows", 2, "connections", 1, 8).Drawing(1, 4),
        LabParameter.Choice("evidence", "what is collected", EvidenceProfile.Names).Drawing("all", "all", "ends", "client", "nodes", "counters", "captures"),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var (by, buffer) = (run.Settings.Word("by"), run.Settings.Number("buffer"));
        var delay = TimeSpan.FromMilliseconds(run.Settings.Number("delay"));
        if (by == "sysctl")
            network.Server.Sysctl($"net.ipv4.tcp_rmem=4096 {buffer} {buffer}");
        var server = run.Serve(new ServerOptions { ReceiveBuffer = by == "application" ? buffer / 2 : null });
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        box.ToServer.Add(new Delay(delay));
        box.ToClient.Add(new Delay(delay));
        run.WarmUp();
        run.Begin();
        var before = run.Counters(network.Client);
        var flows = run.Settings.Number("flows");
        var load = BulkClient.Start(run, new BulkOptions { Flows = flows, Bytes = 400_000_000, For = run.Seconds * 4, BytesPerSecond = 4_000_000 });
        run.Pause(run.Seconds);
        var moved = server.BytesRead;
        var repeated = run.Counters(network.Client)["Tcp.RetransSegs"] - before["Tcp.RetransSegs"];
        run.End();
        load.Dispose();

        var rate = moved / flows / run.Seconds.TotalSeconds;
        var most = buffer / (2 * delay.TotalSeconds);
        if (by != "nothing")
        {
            var sender = run.HasDumps(HostRole.Client) || run.HasCaptures(HostRole.Client) || run.HasCaptures(HostRole.NodeA);
            run.Truth.Blame(Fault, network.Server, confirmable: run.HasDumps(HostRole.Client) && run.HasDumps(HostRole.Server), suspectable: sender);
        }

        run.Truth.Figure("bytesPerSecond", (long)rate);
        run.Truth.Figure("segmentsRetransmitted", repeated);

        // A tail loss probe now and then repeats what was only late (RFC 8985, 7.3).
        run.Truth.Expect(by != "nothing" || repeated <= 2 * flows, $"{repeated} segments were retransmitted in a healthy run");
        run.Truth.Expect(box.Overruns() == 0, $"{box.Overruns()} packets were lost before the middlebox");
        run.Truth.Expect(by == "nothing" || rate < most * 1.2, $"{rate:0} bytes per second are more than the window lets pass in a round trip ({most:0})");
    }
}

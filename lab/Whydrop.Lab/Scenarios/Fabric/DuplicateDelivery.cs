using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>The fabric delivers some packets twice.</summary>
public sealed class DuplicateDelivery : PodScenario
{
    public override string Name => "duplicate-delivery";

    public override string Summary => "the path between the nodes delivers some packets twice; nothing is lost and nothing sent again";

    public override string Fault => "duplicate-delivery";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("per-mille", 50, "packets delivered twice of 1000", 5, 1000).Drawing(20, 200),
        LabParameter.Number("after", 0, "milliseconds between the two", 0, 50).Drawing(0, 3),
        LabParameter.Choice("direction", "which way repeats", "request", "response"),
        LabParameter.Number("flows", 2, "connections", 1, 16).Drawing(1, 4),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        run.WarmUp();
        var toServer = run.Settings.Word("direction") == "request";
        var repeated = (toServer ? box.ToServer : box.ToClient).Add(new Duplicate(run.Settings.Number("per-mille") / 1000.0, TimeSpan.FromMilliseconds(run.Settings.Number("after"))));
        run.Begin();
        var (client, server) = (run.Counters(network.Client), run.Counters(network.Server));
        var moved = BulkClient.Run(run, new BulkOptions
        {
            Flows = run.Settings.Number("flows"), Bytes = 3_000_000, BytesPerSecond = 2_000_000, Download = !toServer, For = run.Seconds, Log = run.Log(network.Client),
        });
        var retransmitted = toServer ? run.Counters(network.Client)["Tcp.RetransSegs"] - client["Tcp.RetransSegs"] : run.Counters(network.Server)["Tcp.RetransSegs"] - server["Tcp.RetransSegs"];
        run.End();

        // Behind the fault the copies themselves are seen; before it only the sender's kernel counts what the receiver reports.
        HostRole[] behind = toServer ? [HostRole.NodeB, HostRole.Server] : [HostRole.NodeA, HostRole.Client];
        run.BlameFabric(Fault, suspectable: behind.Any(run.HasCaptures) || run.HasDumps(toServer ? HostRole.Client : HostRole.Server));
        run.Truth.Figure("packetsRepeated", repeated.Count);
        run.Truth.Figure("segmentsRetransmitted", retransmitted);
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(repeated.Count >= 10, $"only {repeated.Count} packets were delivered twice");
        run.Truth.Expect(box.Overruns() == 0, $"{box.Overruns()} packets were lost before the middlebox");
    }
}

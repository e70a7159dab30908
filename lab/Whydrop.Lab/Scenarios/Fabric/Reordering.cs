using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>The fabric delivers some packets late, behind those sent after them; it loses none.</summary>
public sealed class Reordering : PodScenario
{
    public override string Name => "reordering";

    public override string Summary => "the path between the nodes holds some packets back so that later ones overtake them; nothing is lost, the sender retransmits in vain";

    public override string Fault => "reordering";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("per-mille", 30, "packets held back of 1000", 5, 300).Drawing(10, 60),
        LabParameter.Number("held", 8, "milliseconds that they are held back", 1, 100).Drawing(6, 20),
        LabParameter.Number("delay", 4, "milliseconds that every packet takes in each direction", 0, 100).Drawing(1, 10),
        LabParameter.Number("flows", 2, "connections", 1, 16).Drawing(1, 4),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        box.ToServer.Add(new Delay(TimeSpan.FromMilliseconds(run.Settings.Number("delay"))));
        box.ToClient.Add(new Delay(TimeSpan.FromMilliseconds(run.Settings.Number("delay"))));
        run.WarmUp();
        var held = box.ToServer.Add(new Reorder(run.Settings.Number("per-mille") / 1000.0, TimeSpan.FromMilliseconds(run.Settings.Number("held"))));
        run.Begin();
        var before = run.Counters(network.Client);
        var moved = BulkClient.Run(run, new BulkOptions { Flows = run.Settings.Number("flows"), Bytes = 4_000_000, BytesPerSecond = 2_000_000, For = run.Seconds });
        var after = run.Counters(network.Client);
        run.End();

        // From the sender's side it shows by what is sent again in vain; once may be a copy that somebody made.
        var repeated = after["Tcp.RetransSegs"] - before["Tcp.RetransSegs"];
        var unseen = repeated < 2 && run.CapturedOnly(HostRole.Client, HostRole.NodeA);
        run.BlameFabric(Fault, suspectable: run.HasAnyCapture && !unseen);
        run.Truth.Unseen(unseen);
        run.Truth.Figure("packetsHeldBack", held.Count);
        run.Truth.Figure("segmentsRetransmitted", repeated);
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(held.Count >= 10, $"only {held.Count} packets were held back");
        run.Truth.Expect(box.Overruns() == 0, $"{box.Overruns()} packets were lost before the middlebox");
    }
}

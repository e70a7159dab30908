using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>A box between the nodes moves sequence numbers and forgets those in SACK blocks.</summary>
public sealed class SeqRandomizationSackMismatch : PodScenario
{
    public override string Name => "seq-randomization-sack-mismatch";

    public override string Summary => "a box between the nodes moves sequence numbers, and leaves SACK blocks as they are; a few packets are lost";

    public override string Fault => "seq-randomization-sack-mismatch";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("overlay", "a box cannot look into a tunnel", "none"),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off"),
        LabParameter.Number("per-mille", 20, "packets lost of 1000", 2, 50).Drawing(15, 30),
        LabParameter.Number("flows", 3, "connections", 1, 16).Drawing(2, 5),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        run.WarmUp();
        var shift = new ShiftSequence((uint)run.Random.Next(1 << 20, int.MaxValue), forgetsSack: true);
        box.ToServer.Add(shift);
        box.ToClient.Add(shift.Answers);
        // Enough that what loses them can be told too: the box makes it worse, and is not its cause.
        var lost = box.ToServer.Add(new RandomDrop(run.Settings.Number("per-mille") / 1000.0) { Only = p => p.HasPayload });
        run.Begin();
        var before = run.Counters(network.Client);
        BulkClient.Run(run, new BulkOptions { Flows = run.Settings.Number("flows"), Bytes = 2_000_000, For = run.Seconds, Log = run.Log(network.Client) });
        var discarded = run.Counters(network.Client)["TcpExt.TCPSACKDiscard"] - before["TcpExt.TCPSACKDiscard"];
        run.End();

        var onWay = run.HasCaptures(HostRole.NodeA) && run.HasCaptures(HostRole.NodeB);
        run.Truth.Blame(Fault, at: null, confirmable: onWay && run.HasDumps(HostRole.Client), suspectable: run.HasDumps(HostRole.Client));
        run.AlsoAtFabricEnds();
        run.Truth.AlsoAt(network.Client);
        run.Truth.Accompanying("random-loss");
        if (!run.HasDumps(HostRole.Client))
            run.Truth.AlsoTrue("random-loss");
        run.Truth.Figure("packetsLost", lost.Count);
        run.Truth.Figure("sackBlocksDiscarded", discarded);
        run.Truth.Expect(lost.Count > 2, "nothing was lost");
        run.Truth.Expect(discarded > 0, "the sender discarded no SACK block");
    }
}

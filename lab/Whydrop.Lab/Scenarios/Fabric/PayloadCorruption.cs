using Whydrop.Lab.Collection;
using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>The fabric flips a bit in some packets.</summary>
public sealed class PayloadCorruption : PodScenario
{
    public override string Name => "payload-corruption";

    public override string Summary => "the path between the nodes flips a bit in the payload of some packets; the receiver's checksum finds them and drops them";

    public override string Fault => "payload-corruption";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("per-mille", 20, "packets damaged of 1000", 5, 300).Drawing(10, 60),
        LabParameter.Choice("direction", "which way damages", "request", "response"),
        LabParameter.Number("flows", 3, "connections", 1, 16).Drawing(2, 5),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off", "on"),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        run.WarmUp();
        var toServer = run.Settings.Word("direction") == "request";
        var damaged = (toServer ? box.ToServer : box.ToClient).Add(new Corrupt(run.Settings.Number("per-mille") / 1000.0));
        run.Begin();
        // The outer datagram of VXLAN has a checksum of its own, which the node checks that unwraps it.
        var wrapped = network.Options.Overlay == OverlayKind.Vxlan;
        var (receiver, role) = (toServer, wrapped) switch
        {
            (true, false) => (network.Server, HostRole.Server),
            (false, false) => (network.Client, HostRole.Client),
            (true, true) => (network.NodeB, HostRole.NodeB),
            (false, true) => (network.NodeA, HostRole.NodeA),
        };
        var before = Errors(run.Counters(receiver));
        var moved = BulkClient.Run(run, new BulkOptions { Flows = run.Settings.Number("flows"), Bytes = 3_000_000, Download = !toServer, For = run.Seconds, Log = run.Log(network.Client) });
        var found = Errors(run.Counters(receiver)) - before;
        run.End();

        run.Truth.Blame(Fault, receiver, confirmable: run.HasCaptures(role) && run.HasDumps(role), suspectable: (run.HasDumps(role) && !wrapped) || run.HasAnyCapture);
        // What a node finds damaged when it unwraps it, the pods behind it miss at random: that is all they can know.
        if (wrapped && !run.HasCaptures(role) && !run.HasDumps(role))
            run.Truth.AlsoTrue("random-loss");
        run.Truth.LooksLikeUnlessConfirmable("random-loss");
        run.AlsoAtFabricEnds();
        run.Truth.Figure("packetsDamaged", damaged.Count);
        run.Truth.Figure("checksumErrors", found);
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(damaged.Count >= 5 && found >= damaged.Count / 2, $"{damaged.Count} packets were damaged, {found} found");
        run.Truth.Expect(box.Overruns() == 0, $"{box.Overruns()} packets were lost before the middlebox");
    }

    private static long Errors(KernelCounters counters) => counters["Tcp.InCsumErrors"] + counters["Udp.InCsumErrors"] + counters["Udp6InCsumErrors"];
}

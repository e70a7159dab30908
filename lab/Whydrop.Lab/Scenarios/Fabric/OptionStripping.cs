using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>A box between the nodes overwrites TCP options that it does not know.</summary>
public sealed class OptionStripping : PodScenario
{
    public override string Name => "option-stripping";

    public override string Summary => "a box between the nodes overwrites options of SYNs: SACK, window scale or both";

    public override string Fault => "option-stripping";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("overlay", "a box cannot look into a tunnel", "none"),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off"),
        LabParameter.Choice("options", "what it overwrites", "sack", "window-scale", "both"),
        LabParameter.Choice("direction", "whose options", "both", "request", "response"),
        LabParameter.Number("flows", 3, "connections", 1, 16).Drawing(2, 6),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        run.WarmUp();
        byte[] kinds = run.Settings.Word("options") switch { "sack" => [4], "window-scale" => [3], _ => [3, 4] };
        var direction = run.Settings.Word("direction");
        var effects = new[] { (Way: "request", Chain: box.ToServer), (Way: "response", Chain: box.ToClient) }
            .Where(c => direction == "both" || direction == c.Way).Select(c => c.Chain.Add(new StripTcpOptions(kinds) { Only = p => p.IsSyn })).ToArray();
        run.Begin();
        var moved = BulkClient.Run(run, new BulkOptions { Flows = run.Settings.Number("flows"), Bytes = 400_000, For = run.Seconds, Log = run.Log(network.Client) });
        run.End();

        var onWay = run.HasCaptures(HostRole.NodeA) && run.HasCaptures(HostRole.NodeB);
        var ends = run.HasCaptures(HostRole.Client) && run.HasCaptures(HostRole.Server);
        run.Truth.Blame(Fault, at: null, confirmable: onWay, suspectable: onWay || ends);
        // One side alone has handshakes that are valid: an end that does without an option opens so (RFC 7323 1.3, RFC 2018 2), and nothing is lost.
        // Nor does any counter count options.
        run.Truth.Unseen(!run.HasAnyCapture || run.CapturedOnly(HostRole.Client, HostRole.NodeA) || run.CapturedBehindFabricOnly);
        run.AlsoAtFabricEnds();
        run.Truth.AlsoAt(network.Client);
        run.Truth.AlsoAt(network.Server);
        run.Truth.Figure("stripped", effects.Sum(e => e.Count));
        run.Truth.Figure("bytesMoved", moved.Sum(m => m.Bytes));
        run.Truth.Expect(effects.Sum(e => e.Count) >= run.Settings.Number("flows"), "no option was overwritten");
    }
}

using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>A box between the nodes forges resets.</summary>
public sealed class MiddleboxRst : PodScenario
{
    public override string Name => "middlebox-rst";

    public override string Summary => "a box between the nodes ends connections by RSTs in the name of the other end; neither end sent one";

    public override string Fault => "middlebox-rst";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("overlay", "a box cannot look into a tunnel", "none"),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off"),
        LabParameter.Number("ttl", 255, "TTL that the forged segments leave with", 32, 255).Drawing("255", "128", "64"),
        LabParameter.Choice("to", "who is reset", "both", "server"),
        LabParameter.Number("after", 4, "requests that pass before", 1, 50).Drawing(1, 8),
        LabParameter.Number("connections", 3, "clients", 1, 20).Drawing(2, 6),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        run.WarmUp();
        run.Begin();
        var forged = box.ToServer.Add(new InjectReset(run.Settings.Number("after"), (byte)run.Settings.Number("ttl"), run.Settings.Word("to") == "both"));
        var asked = RequestClient.Run(run, new RequestOptions
        {
            Count = run.Settings.Number("after") + 6, Connections = run.Settings.Number("connections"), Reconnects = false, Patience = run.Seconds, Log = run.Log(network.Client),
        });
        run.End();

        var onWay = run.HasCaptures(HostRole.NodeA) && run.HasCaptures(HostRole.NodeB);
        var seen = run.HasCaptures(HostRole.Client) || run.HasCaptures(HostRole.Server) || run.HasCaptures(HostRole.NodeA) || run.HasCaptures(HostRole.NodeB);
        run.Truth.Blame(Fault, at: null, confirmable: onWay && run.HasDumps(HostRole.NodeA) && run.HasDumps(HostRole.NodeB), suspectable: seen && run.HasDumps(HostRole.NodeA) && onWay);
        run.AlsoAtFabricEnds();
        run.Truth.Figure("forged", forged.Count);
        run.Truth.Figure("requestsFailed", asked.Failed);
        run.Truth.Expect(forged.Count >= run.Settings.Number("connections"), "the box forged nothing");
        run.Truth.Expect(asked.Failed > 0, "no request failed");
    }
}

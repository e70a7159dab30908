using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Netfilter;

/// <summary>An answer far out of the window is invalid for connection tracking, passes untranslated, and the client resets what it does not know.</summary>
public sealed class ConntrackInvalidRst : PodScenario
{
    public override string Name => "conntrack-invalid-rst";

    public override string Summary => "a stray answer is invalid for connection tracking and reaches the client untranslated; the client's RST kills the connection at the server";

    public override string Fault => "conntrack-invalid-rst";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("connections", 3, "clients", 1, 10).Drawing(2, 5),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off"),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Service = true;

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        run.WarmUp();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        var port = network.Names.ServerPort;
        var stray = new StraySegment(3, 1 << 30) { Only = p => p.HasPayload && SourcePort(p) == port };
        box.ToClient.Add(stray);
        run.Lab.Report("fabric: a stray segment far out of the window follows the third answer of each connection");
        run.Begin();
        var tried = RequestClient.Run(run, new RequestOptions
        {
            Count = 8, Connections = run.Settings.Number("connections"), Pause = TimeSpan.FromMilliseconds(150), Patience = run.Seconds, Reconnects = false, Log = run.Log(network.Client),
        });
        run.End();

        var seen = run.HasCaptures(HostRole.Client) || run.HasCaptures(HostRole.NodeA);
        run.Truth.Blame(Fault, network.NodeA, confirmable: run.HasDumps(HostRole.NodeA) && seen, suspectable: seen);
        run.Truth.Figure("straySegments", stray.Count);
        run.Truth.Figure("requestsFailed", tried.Failed);
        run.Truth.Expect(stray.Count == run.Settings.Number("connections"), "the box did not send its stray segments");
        run.Truth.Expect(tried.Failed >= run.Settings.Number("connections"), "a connection survived");
    }

    private static int SourcePort(Packet packet) => (packet.Bytes[packet.Transport] << 8) | packet.Bytes[packet.Transport + 1];
}

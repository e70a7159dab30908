using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>A box between the nodes drops SYNs that offer ECN.</summary>
public sealed class EcnBleachOrDrop : PodScenario
{
    public override string Name => "ecn-bleach-or-drop";

    public override string Summary => "a box between the nodes drops SYNs that offer ECN; the client opens a second later, without";

    public override string Fault => "ecn-bleach-or-drop";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("overlay", "a box cannot look into a tunnel", "none"),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "off"),
        LabParameter.Number("connections", 4, "connections", 2, 20).Drawing(3, 8),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        run.WarmUp();
        network.Client.Sysctl("net.ipv4.tcp_ecn=1", "net.ipv4.tcp_ecn_fallback=1");
        var dropped = box.ToServer.Add(new BleachEcn(dropsSyn: true));
        run.Begin();
        var before = run.Counters(network.Client);
        var asked = RequestClient.Run(run, new RequestOptions { Count = 3, Connections = run.Settings.Number("connections"), Patience = TimeSpan.FromSeconds(9), Log = run.Log(network.Client) });
        var after = run.Counters(network.Client);
        run.End();

        long Grown(string name) => after[name] - before[name];
        // Nothing but SYNs is dropped: what else the timer repeated, and the server had twice, was held back by a busy host, truly.
        if (Grown("TcpExt.TCPTimeouts") > dropped.Count && Grown("TcpExt.TCPDSACKRecv") > 0)
            run.Truth.Accompanying("spurious-rto");
        var onWay = run.HasCaptures(HostRole.NodeA) && run.HasCaptures(HostRole.NodeB);
        run.Truth.Blame(Fault, at: null, confirmable: onWay && run.HasDumps(HostRole.NodeA) && run.HasDumps(HostRole.NodeB), suspectable: run.HasCaptures(HostRole.Client) || run.HasCaptures(HostRole.NodeA));
        // Behind the box only the plain SYNs are seen, which open as any other; when they were first tried is in the client's counters alone.
        run.Truth.Unseen(run.CapturedBehindFabricOnly && !run.HasDumps(HostRole.Client));
        run.Truth.AlsoAt(network.NodeA, network.Names.Uplink);
        run.Truth.Figure("synsDropped", dropped.Count);
        run.Truth.Expect(dropped.Count >= run.Settings.Number("connections"), "no SYN with ECN was dropped");
        run.Truth.Expect(asked.Failed == 0, "a request failed");
    }
}

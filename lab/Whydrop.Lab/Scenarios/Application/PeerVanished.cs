using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Application;

/// <summary>The server's pod is gone from one moment to the next, without a FIN or a RST to its clients.</summary>
public sealed class PeerVanished : PodScenario
{
    public override string Name => "peer-vanished";

    public override string Summary => "the server pod loses its network in the middle of connections: no FIN, no RST, established connections hang";

    public override string Fault => "peer-vanished";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("how", "the veth pair is deleted, or the pod's own end goes down", "deleted", "down"),
        LabParameter.Number("connections", 3, "clients with an open connection", 1, 20).Drawing(2, 6),
        LabParameter.Number("seconds", 4, "how long clients wait after it", 2, 60),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        run.WarmUp();
        run.Begin();
        var asked = RequestClient.Start(run, new RequestOptions
        {
            Count = 1000,
            Pause = TimeSpan.FromMilliseconds(100),
            Connections = run.Settings.Number("connections"),
            Patience = run.Seconds,
            Reconnects = false,
            Log = run.Log(network.Client),
        });
        run.Pause(TimeSpan.FromSeconds(1));
        run.Lab.Report($"{network.Server.Label} loses its network");
        var answered = asked.SoFar().Answered;
        if (run.Settings.Word("how") == "deleted")
            network.NodeB.Ip($"link del {network.ServerPod.HostLink}");
        else
            network.Server.Ip("link set eth0 down");
        var before = run.Counters(network.Client)["Tcp.RetransSegs"];
        var report = asked.Wait();
        var again = run.Counters(network.Client)["Tcp.RetransSegs"] - before;
        run.End();

        run.Truth.Blame(Fault, network.Server, confirmable: run.HasDumps(HostRole.NodeB) && run.HasCaptures(HostRole.NodeB), suspectable: run.HasDumps(HostRole.NodeB) && run.HasAnyCapture);
        // All that was said before was answered, and the capture inside the pod ends with its device.
        run.Truth.Unseen(run.CapturedOnly(HostRole.Server, HostRole.Server2, HostRole.ServerA) && !run.HasDumps(HostRole.Client) && !run.HasDumps(HostRole.NodeB));
        run.Truth.AlsoTrue("veth-down-or-missing", "neigh-unresolved");
        run.Truth.AlsoAt(network.NodeB);
        run.Truth.AlsoAt(network.NodeB, network.ServerPod.HostLink);
        run.Truth.Figure("answeredBefore", answered);
        run.Truth.Figure("retransmissionsAfter", again);
        run.Truth.Expect(answered > 0, "nothing was answered before");
        run.Truth.Expect(report.Failed == run.Settings.Number("connections"), $"{report.Failed} connections failed");
        run.Truth.Expect(again > 0, "nothing was sent again");
    }
}

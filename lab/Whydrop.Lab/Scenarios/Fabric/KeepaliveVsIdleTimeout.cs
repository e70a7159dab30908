using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>A stateful box in the fabric forgets connections that are idle, and does not pass on what they send later.</summary>
public sealed class KeepaliveVsIdleTimeout : PodScenario
{
    public override string Name => "keepalive-vs-idle-timeout";

    public override string Summary => "a stateful box between the nodes forgets connections that are idle for some seconds; nothing keeps them alive";

    public override string Fault => "keepalive-vs-idle-timeout";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("box", "what the box does with connections that it does not know", "drops", "resets"),
        LabParameter.Choice("survivors", "others that are never idle so long", "some", "none"),
        LabParameter.Number("idle", 3, "idle time after which the box forgets, seconds", 2, 60).Drawing(2, 4),
        LabParameter.Number("connections", 3, "clients that are idle longer", 1, 10).Drawing(2, 5),
        LabParameter.Number("seconds", 4, "how long clients wait for an answer", 2, 60),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var idle = TimeSpan.FromSeconds(run.Settings.Number("idle"));
        run.Serve();
        run.WarmUp();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        var state = new ConnectionState(idle, run.Settings.Word("box") == "resets");
        box.ToServer.Add(state);
        box.ToClient.Add(state);
        run.Lab.Report($"fabric: a box forgets connections that are idle for {idle.TotalSeconds:0} s");
        run.Begin();
        var victims = RequestClient.Start(run, new RequestOptions
        {
            Count = 4, Connections = run.Settings.Number("connections"), Pause = TimeSpan.FromMilliseconds(100), Patience = run.Seconds, Reconnects = false, Log = run.Log(network.Client),
            PauseBefore = new Dictionary<int, TimeSpan> { [1] = idle * 0.6, [3] = idle * 1.4 },
        });
        var others = run.Settings.Word("survivors") == "none" ? null
            : RequestClient.Start(run, new RequestOptions { Count = 4, Connections = 2, Pause = idle * 0.7, Patience = run.Seconds, Reconnects = false });
        var died = victims.Wait();
        var lived = others?.Wait();
        run.End();

        var both = run.HasCaptures(HostRole.NodeA) && run.HasCaptures(HostRole.NodeB);
        run.Truth.Blame(
            Fault, at: null, confirmable: both && lived is not null,
            suspectable: both || run.HasCaptures(HostRole.Client) || run.HasCaptures(HostRole.NodeA));
        run.Truth.Unseen(run.CapturedBehindFabricOnly && !run.HasDumps(HostRole.Client));
        // All of one age and none left alive: one lapse of the box at that moment looks the same.
        if (lived is null)
            run.Truth.LooksLike("firewall-state-loss");
        // The client gives up in the end; the box that forgets makes the resets.
        run.Truth.Accompanying("app-rst", "middlebox-rst");
        run.AlsoAtFabricEnds();
        run.Truth.Figure("connectionsExpired", state.Expired);
        run.Truth.Figure("packetsRefused", state.Count);
        run.Truth.Expect(died.Failed == run.Settings.Number("connections"), "a connection outlived its idle time");
        run.Truth.Expect(state.Expired > 0, "the box forgot nothing");
        run.Truth.Expect(lived is null || lived.Failed == 0, "a connection died that was not idle");
    }
}

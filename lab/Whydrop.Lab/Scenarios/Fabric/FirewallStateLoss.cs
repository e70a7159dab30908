using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>A stateful box in the fabric loses all its state at one moment, as in a failover without synchronisation.</summary>
public sealed class FirewallStateLoss : PodScenario
{
    public override string Name => "firewall-state-loss";

    public override string Summary => "a stateful box between the nodes forgets every connection at one moment; new ones work";

    public override string Fault => "firewall-state-loss";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("box", "what the box does with connections that it does not know", "drops", "resets"),
        LabParameter.Number("connections", 6, "clients", 3, 20).Drawing(4, 8),
        LabParameter.Number("seconds", 4, "how long clients wait for an answer", 2, 60),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        run.WarmUp();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        var state = new ConnectionState(TimeSpan.FromHours(1), run.Settings.Word("box") == "resets");
        box.ToServer.Add(state);
        box.ToClient.Add(state);
        run.Begin();
        var count = run.Settings.Number("connections");
        var groups = new List<RequestClient>();
        for (var i = 0; i < count; i++)
        {
            // Ages and idle times of their own: what they have in common is the moment.
            groups.Add(RequestClient.Start(run, new RequestOptions
            {
                For = TimeSpan.FromSeconds(6), Pause = TimeSpan.FromMilliseconds(60 + (170 * i)), Patience = run.Seconds, Reconnects = false, Log = run.Log(network.Client),
            }));
            run.Pause(TimeSpan.FromMilliseconds(100));
        }

        run.Pause(TimeSpan.FromSeconds(2.5));
        run.Lab.Report("fabric: the box forgets every connection");
        state.Forget();
        var died = groups.Sum(g => g.Wait().Failed);
        var anew = RequestClient.Run(run, new RequestOptions { Count = 2, Connections = 2, KeepAlive = false, Patience = run.Seconds });
        run.End();

        var both = run.HasCaptures(HostRole.NodeA) && run.HasCaptures(HostRole.NodeB);
        run.Truth.Blame(Fault, at: null, confirmable: both, suspectable: both || run.HasCaptures(HostRole.Client) || run.HasCaptures(HostRole.NodeA));
        run.Truth.Unseen(run.CapturedBehindFabricOnly && !run.HasDumps(HostRole.Client));
        // The client gives up in the end; the box that forgets makes the resets.
        run.Truth.Accompanying("app-rst", "middlebox-rst");
        run.AlsoAtFabricEnds();
        run.Truth.Figure("connectionsDied", died);
        run.Truth.Figure("packetsRefused", state.Count);
        run.Truth.Expect(died == count, $"{died} of {count} connections died");
        run.Truth.Expect(anew.Failed == 0, "a new connection failed");
    }
}

using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Routing;

/// <summary>Another host of the segment has node-b's address too; both announce it in turn.</summary>
public sealed class DuplicateIp : PodScenario
{
    public override string Name => "duplicate-ip";

    public override string Summary => "two hosts of the segment own node-b's address: what is for it goes to the one that was heard last";

    public override string Fault => "duplicate-ip";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("overlay", "between the nodes", "none", "vxlan", "ipip"),
        LabParameter.Number("turns", 3, "how often the other owner announces itself during the load", 1, 8).Drawing(2, 4),
        LabParameter.Number("connections", 3, "clients that ask and are answered all the time", 1, 20).Drawing(2, 6),
        LabParameter.Choice("reuse", "all requests of a client over one connection, or a connection for each", "yes", "no"),
    ];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.Switched = true;

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        run.WarmUp();
        var other = SegmentHost.Add(run, "other");
        run.Begin();
        var turns = run.Settings.Number("turns");
        using var clients = RequestClient.Start(run, new RequestOptions
        {
            Connections = run.Settings.Number("connections"), For = TimeSpan.FromSeconds(0.5 + turns), KeepAlive = run.Settings.Word("reuse") == "yes",
            Patience = TimeSpan.FromSeconds(8), Log = run.Log(network.Client),
        });
        run.Pause(TimeSpan.FromMilliseconds(300));
        for (var turn = 0; turn < turns; turn++)
        {
            other.Announce(network.Addresses.NodeB);
            run.Pause(TimeSpan.FromMilliseconds(500));
            SegmentHost.Announce(network, network.NodeB, network.Names.Uplink, network.Addresses.NodeB);
            run.Pause(TimeSpan.FromMilliseconds(500));
        }

        var asked = clients.Wait();
        run.End();

        run.Truth.Blame(Fault, null, confirmable: run.HasCaptures(HostRole.NodeA) && run.HasDumps(HostRole.NodeA), suspectable: run.HasCaptures(HostRole.NodeA) || run.HasCaptures(HostRole.NodeB));
        if (!run.HasCaptures(HostRole.NodeA) && !run.HasCaptures(HostRole.NodeB))
        {
            // From an end the path is dark behind it while the other owner has the address.
            run.Truth.LooksLike("path-blackout");
            run.Truth.AlsoAt(network.Client);
            run.Truth.AlsoAt(network.Server);
        }

        // What goes astray never comes to the server, and who sends it again was not looked at.
        run.Truth.Unseen(run.CapturedOnly(HostRole.Server, HostRole.Server2, HostRole.ServerA) && !run.HasDumps(HostRole.Client) && !run.HasDumps(HostRole.NodeA) && !run.HasDumps(HostRole.NodeB));
        run.AlsoAtFabricEnds();
        run.Truth.AlsoAt(network.NodeA);
        run.Truth.AlsoAt(network.NodeB);
        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Figure("framesAtOther", other.Received);
        run.Truth.Expect(other.Received > 2 * turns, "nothing went to the other owner");
    }
}

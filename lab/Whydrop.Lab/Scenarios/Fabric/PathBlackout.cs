using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Fabric;

/// <summary>For a time nothing at all gets through between the nodes.</summary>
public sealed class PathBlackout : PodScenario
{
    public override string Name => "path-blackout";

    public override string Summary => "for a time nothing passes between the nodes, in one direction or both; then all goes on";

    public override string Fault => "path-blackout";

    protected override bool NeedsTun => true;

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("dark", 1500, "how long, milliseconds", 500, 20_000).Drawing(1200, 2500),
        LabParameter.Choice("direction", "which way nothing passes", "both", "request", "response"),
        LabParameter.Number("flows", 3, "connections", 1, 16).Drawing(2, 6),
        LabParameter.Number("seconds", 5, "how long the load runs", 2, 60).Drawing(5, 7),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        run.WarmUp();
        var direction = run.Settings.Word("direction");
        var up = box.ToServer.Add(new DropAll { Active = false });
        var down = box.ToClient.Add(new DropAll { Active = false });
        run.Begin();
        var load = RequestClient.Start(run, new RequestOptions
        {
            For = run.Seconds, Connections = run.Settings.Number("flows"), Pause = TimeSpan.FromMilliseconds(20), Patience = TimeSpan.FromSeconds(15), Log = run.Log(network.Client),
        });
        run.Pause(TimeSpan.FromSeconds(1));
        run.Lab.Report($"nothing passes for {run.Settings.Number("dark")} ms ({direction})");
        up.Active = direction is "both" or "request";
        down.Active = direction is "both" or "response";
        run.Pause(TimeSpan.FromMilliseconds(run.Settings.Number("dark")));
        up.Active = down.Active = false;
        var asked = load.Wait();
        run.End();

        // What is lost must be seen to be sent: by a capture on the side that it comes from.
        var asking = (HostRole[])[HostRole.NodeA, HostRole.Client];
        var answering = (HostRole[])[HostRole.NodeB, HostRole.Server];
        run.BlameFabric(Fault, suspectable: (direction != "response" && asking.Any(run.HasCaptures)) || (direction != "request" && answering.Any(run.HasCaptures)));
        run.Truth.Figure("packetsLost", up.Count + down.Count);
        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Figure("slowestAnswerMilliseconds", (long)asked.Slowest.TotalMilliseconds);
        run.Truth.Expect(up.Count + down.Count >= 3, $"only {up.Count + down.Count} packets were lost");
    }
}

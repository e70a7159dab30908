using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Tunnel;

/// <summary>Somewhere on the way large datagrams die and small ones pass: what its scenarios have in common.</summary>
public abstract class LargeLost : PodScenario
{
    // Some full segments at any MTU of the lab.
    private const int Large = 40_000;
    private const int Small = 300;

    /// <summary>Parameters beside the shared ones.</summary>
    protected virtual IReadOnlyList<LabParameter> Special => [];

    protected override IReadOnlyList<LabParameter> Own =>
    [
        .. Special,
        .. Special.Any(s => s.Name == "direction") ? [] : new[] { LabParameter.Choice("direction", "which side sends much: the client, or the server in its answers", "request", "response") },
        LabParameter.Number("connections", 3, "connections that carry much; others carry little", 1, 20).Drawing(2, 5),
        LabParameter.Number("seconds", 4, "how long the clients wait", 3, 60),
    ];

    /// <summary>Whether the large transfers never end; else they all do.</summary>
    protected virtual bool Stalls(PodRun run) => true;

    /// <summary>Breaks it; the path works, and small requests passed.</summary>
    protected abstract void Break(PodRun run);

    /// <summary>Says what is true of the run.</summary>
    protected abstract void Tell(PodRun run);

    /// <summary>The server sends what is large.</summary>
    protected static bool FromServer(PodRun run) => run.Settings.Word("direction") == "response";

    /// <summary>Node of the side that sends what is large.</summary>
    protected static NetworkNamespace Sending(PodRun run) => FromServer(run) ? run.Network.NodeB : run.Network.NodeA;

    /// <summary>What that node is among the hosts.</summary>
    protected static HostRole SendingRole(PodRun run) => FromServer(run) ? HostRole.NodeB : HostRole.NodeA;

    protected override void Play(PodRun run)
    {
        run.Serve();
        run.WarmUp();
        Break(run);
        run.Begin();
        var patience = run.Seconds;
        var little = RequestClient.Start(run, new RequestOptions { For = patience, KeepAlive = false, Pause = TimeSpan.FromMilliseconds(300), RequestBytes = Small, AnswerBytes = Small, Patience = patience });
        var much = RequestClient.Run(run, new RequestOptions
        {
            Count = 6, RequestBytes = Small, AnswerBytes = Small, Last = FromServer(run) ? (Small, Large) : (Large, Small), Connections = run.Settings.Number("connections"),
            Patience = patience, Reconnects = false, Log = run.Log(run.Network.Client),
        });
        var small = little.Wait();
        run.End();

        Tell(run);
        // Without the tables of the node it is a loss by size between two captures of it, or somewhere.
        if (!run.HasDumps(SendingRole(run)))
            run.Truth.AlsoAt(Sending(run), run.Network.Names.Uplink);
        run.Truth.LooksLikeUnlessConfirmable("pmtu-blackhole");
        var ended = run.Settings.Number("connections") - much.Failed;
        run.Truth.Figure("largeTransfersEnded", ended);
        run.Truth.Figure("smallRequestsAnswered", small.Answered);
        run.Truth.Expect(small.Failed == 0, $"{small.Failed} small requests failed");
        run.Truth.Expect(Stalls(run) ? ended == 0 : much.Failed == 0, $"{ended} large transfers ended, {much.Failed} did not");
    }
}

using Whydrop.Lab.Pods;
using Whydrop.Lab.Processes;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Application;

/// <summary>The server's application takes long to answer: its kernel acknowledges requests at once, the network is clean.</summary>
public sealed class AppSlowResponse : PodScenario
{
    public override string Name => "app-slow-response";

    public override string Summary => "the application takes long for each answer; its kernel acknowledges requests at once, nothing is lost";

    public override string Fault => "app-slow-response";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("think", 600, "milliseconds before each answer; 0 is healthy", 0, 5000).Drawing(300, 1500),
        LabParameter.Choice("clients-wait", "clients wait for the answer, or give up before it", "yes", "no"),
        LabParameter.Number("clients", 3, "clients that ask", 1, 20).Drawing(1, 6),
        LabParameter.Choice("keep-alive", "one connection for all requests of a client, or one for each", "on", "off"),
        LabParameter.Number("answer", 2000, "bytes of an answer", 1, 1_000_000).Drawing(100, 50_000),
        LabParameter.Number("seconds", 4, "how long the load runs", 1, 60),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), ControlGroup.Needed("cpu")];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var think = TimeSpan.FromMilliseconds(run.Settings.Number("think"));
        var waits = run.Settings.Word("clients-wait") == "yes" || think == TimeSpan.Zero;
        var server = ChildServer.Start(run, limited: true);
        run.WarmUp();
        run.Begin();
        var before = server.Group!.Read("cpu.stat", "nr_throttled");
        var options = new RequestOptions
        {
            For = run.Seconds,
            Connections = run.Settings.Number("clients"),
            KeepAlive = run.Settings.Word("keep-alive") == "on",
            AnswerBytes = run.Settings.Number("answer"),
            ServerThinks = think,
            Log = run.Log(network.Client),
        };
        // Those that give up had answers before, so that the server is known to answer at all.
        var quick = RequestClient.Run(run, options with { For = null, Count = 3, ServerThinks = TimeSpan.Zero });
        var asked = RequestClient.Run(run, waits ? options : options with { Patience = think / 2 });
        var throttled = server.Group.Read("cpu.stat", "nr_throttled") - before;
        run.End();

        if (think > TimeSpan.Zero)
        {
            run.Truth.Blame(Fault, network.Server, confirmable: run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server), suspectable: run.HasAnyCapture);
            if (!waits)
                run.Truth.Accompanying("app-rst");
        }

        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Figure("requestsGivenUp", asked.TimedOut);
        run.Truth.Figure("slowestAnswerMilliseconds", (long)asked.Slowest.TotalMilliseconds);
        run.Truth.Expect(throttled == 0, "the server was throttled");
        run.Truth.Expect(quick.Failed == 0, "a quick request failed");
        run.Truth.Expect(waits ? asked.Failed == 0 : asked.TimedOut > 0, $"{asked.Failed} requests failed, {asked.TimedOut} timed out");
    }
}

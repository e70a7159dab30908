using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Application;

/// <summary>The server never closes connections that its clients have closed.</summary>
public sealed class FinHalfClose : PodScenario
{
    public override string Name => "fin-half-close";

    public override string Summary => "clients close, the server's application does not: sockets pile up in CLOSE-WAIT";

    public override string Fault => "fin-half-close";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("connections", 5, "clients", 2, 50).Drawing(3, 10),
        LabParameter.Number("requests", 4, "connections of each client, one after the other", 1, 50).Drawing(2, 6),
        LabParameter.Choice("leaks", "the server leaks what clients have closed, or closes it (healthy)", "yes", "no").Drawing("yes"),
    ];

    protected override void Play(PodRun run)
    {
        var (network, leaks) = (run.Network, run.Settings.Word("leaks") == "yes");
        var server = run.Serve(new ServerOptions { Leaks = leaks });
        run.WarmUp();
        run.Begin();
        var asked = RequestClient.Run(run, new RequestOptions
        {
            Count = run.Settings.Number("requests"),
            Connections = run.Settings.Number("connections"),
            KeepAlive = false,
            Close = CloseKind.Leave,
            Log = run.Log(network.Client),
        });
        run.Pause(run.Seconds);
        var open = server.Open;
        run.End();

        if (leaks)
            run.Truth.Blame(Fault, network.Server, confirmable: run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server), suspectable: run.HasDumps(HostRole.Server) || run.HasAnyCapture);
        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Figure("neverClosed", open);
        run.Truth.Expect(asked.Failed == 0, $"a request failed: {string.Join(", ", asked.Failures.Take(1))}");
        run.Truth.Expect(leaks ? open >= asked.Answered : open == 0, $"{open} connections are open at the server after {asked.Answered} were closed");
    }
}

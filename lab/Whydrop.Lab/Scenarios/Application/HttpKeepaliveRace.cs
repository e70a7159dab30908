using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Middleboxes.Effects;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Application;

/// <summary>The server closes idle connections at the moment when clients use them again.</summary>
public sealed class HttpKeepaliveRace : PodScenario
{
    public override string Name => "http-keepalive-race";

    public override string Summary => "the server's idle timeout ends just as clients send the next request: its FIN and the request cross, the request is reset";

    public override string Fault => "http-keepalive-race";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("race", "FIN and request cross on the way, or the client did not look whether the connection still lives", "crossing", "unnoticed"),
        LabParameter.Number("timeout", 1500, "idle timeout of the server, milliseconds", 1100, 60_000).Drawing(1200, 2500),
        LabParameter.Number("delay", 40, "one-way delay of the path, milliseconds", 10, 200).Drawing(30, 60),
        LabParameter.Number("connections", 4, "clients", 1, 20).Drawing(4, 8),
        LabParameter.Number("requests", 3, "requests of each client", 2, 20).Drawing(3, 5),
    ];

    protected override bool NeedsTun => true;

    private static readonly TimeSpan LastReset = TimeSpan.FromMilliseconds(200);

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var (timeout, delay) = (TimeSpan.FromMilliseconds(run.Settings.Number("timeout")), TimeSpan.FromMilliseconds(run.Settings.Number("delay")));
        var box = Middlebox.Insert(run.Lab, network, run.Settings.Number("seed"));
        box.ToServer.Add(new Delay(delay));
        box.ToClient.Add(new Delay(delay));
        run.Serve(new ServerOptions { IdleTimeout = timeout, Log = run.Log(network.Server) });
        run.WarmUp();
        run.Begin();
        var before = run.Counters(network.Server);

        // The server's timer starts one delay before the client has the answer; a request sent one delay before the timer's end (as seen there) crosses the FIN.
        var asked = RequestClient.Run(run, new RequestOptions
        {
            Count = run.Settings.Number("requests"),
            Connections = run.Settings.Number("connections"),
            Pause = run.Settings.Word("race") == "crossing" ? timeout - delay : timeout + (3 * delay),
            Log = run.Log(network.Client),
        });

        // The client that reads the FIN is done while its last request, and the RST to it, are still under way.
        run.Pause(LastReset + (2 * delay));
        var after = run.Counters(network.Server);
        run.End();

        run.Truth.Blame(Fault, network.Server, confirmable: run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server), suspectable: run.HasAnyCapture);
        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Figure("requestsFailed", asked.Failed);
        run.Truth.Figure("resetsSent", after["Tcp.OutRsts"] - before["Tcp.OutRsts"]);
        run.Truth.Expect(asked.Failed > 0, "no request met the server's FIN");
        run.Truth.Expect(after["Tcp.OutRsts"] - before["Tcp.OutRsts"] >= asked.Failed, "the server reset fewer connections than failed");
    }
}

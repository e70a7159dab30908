using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Application;

/// <summary>One end writes a message in small pieces and waits with the second until the first is acknowledged; the other end delays that.</summary>
public sealed class NagleDelayedAck : PodScenario
{
    public override string Name => "nagle-delayed-ack";

    public override string Summary => "messages are written in two pieces without TCP_NODELAY: the second waits for the delayed acknowledgment of the first, 40 ms";

    public override string Fault => "nagle-delayed-ack";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("writer", "who writes in pieces: the client its requests, or the server its answers", "client", "server"),
        LabParameter.Choice("no-delay", "TCP_NODELAY at the writer: off is the fault, on is healthy", "off", "on").Drawing("off"),
        LabParameter.Number("first", 60, "bytes of the first piece", 20, 500).Drawing(20, 300),
        LabParameter.Number("clients", 2, "clients that ask", 1, 20).Drawing(1, 4),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var (byClient, noDelay) = (run.Settings.Word("writer") == "client", run.Settings.Word("no-delay") == "on");
        int[] pieces = [run.Settings.Number("first"), 400];
        run.Serve(byClient ? new ServerOptions() : new ServerOptions { NoDelay = noDelay, Pieces = pieces });
        run.WarmUp();
        run.Begin();
        var waiter = byClient ? network.Server : network.Client;
        var before = run.Counters(waiter)["TcpExt.DelayedACKs"];
        var asked = RequestClient.Run(run, new RequestOptions
        {
            For = run.Seconds,
            Connections = run.Settings.Number("clients"),
            RequestBytes = byClient ? 800 : 120,
            AnswerBytes = 900,
            Pieces = byClient ? pieces : [],
            NoDelay = !byClient || noDelay,
            Log = run.Log(network.Client),
        });
        var delayed = run.Counters(waiter)["TcpExt.DelayedACKs"] - before;
        run.End();

        var writer = byClient ? (Space: network.Client, Role: HostRole.Client) : (Space: network.Server, Role: HostRole.Server);
        if (!noDelay)
            run.Truth.Blame(Fault, writer.Space, confirmable: run.HasDumps(writer.Role) && run.HasAnyCapture, suspectable: run.HasAnyCapture);
        // Counters alone: acknowledgments are delayed on every healthy host, and nothing is sent twice.
        run.Truth.Unseen(!run.HasAnyCapture);
        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Figure("requestsOf40Milliseconds", asked.SlowerThan(TimeSpan.FromMilliseconds(38)));
        run.Truth.Figure("acknowledgmentsDelayed", delayed);
        run.Truth.Expect(asked.Failed == 0, $"a request failed: {string.Join(", ", asked.Failures.Take(1))}");
        run.Truth.Expect(noDelay || (asked.SlowerThan(TimeSpan.FromMilliseconds(38)) > asked.Answered / 2 && delayed > asked.Answered / 2), "requests did not wait for delayed acknowledgments");
    }
}

using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Socket;

/// <summary>The server closes first and may keep few connections in TIME-WAIT: a late segment of those it forgets is answered by a reset.</summary>
public sealed class TwBucketOverflow : PodScenario
{
    public override string Name => "tw-bucket-overflow";

    public override string Summary => "the server's TIME-WAIT table is full: closed connections are forgotten at once, late segments of them are reset";

    public override string Fault => "tw-bucket-overflow";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("buckets", 5, "tcp_max_tw_buckets of the server pod", 1, 1000).Drawing(2, 20),
        LabParameter.Choice("late", "the last acknowledgments of some closes are lost, so that late FINs come; or none is", "some", "none"),
        LabParameter.Number("clients", 4, "clients, a connection for each request", 1, 20).Drawing(3, 8),
        LabParameter.Choice("evidence", "what is collected", EvidenceProfile.Names).Drawing("all", "all", "ends", "server", "counters"),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        run.Serve();
        run.WarmUp();
        network.Server.Sysctl($"net.ipv4.tcp_max_tw_buckets={run.Settings.Number("buckets")}");
        if (run.Settings.Word("late") == "some")
        {
            run.Inject(new Ruleset(network.Client, "loses one in three of the last acknowledgments", $$"""
                table inet lastack {
                  chain input { type filter hook input priority filter; policy accept;
                      tcp sport {{network.Names.ServerPort}} tcp flags & (fin | syn | rst | psh | ack) == ack ct state established meta length < 90 numgen random mod 3 == 0 drop
                  }
                }
                """));
        }

        run.Begin();
        var before = run.Counters(network.Server);
        var asked = RequestClient.Run(run, new RequestOptions
        {
            For = run.Seconds, Connections = run.Settings.Number("clients"), KeepAlive = false, Act = ServerAct.AnswerAndClose, Close = CloseKind.Await, AnswerBytes = 500, Log = run.Log(network.Client),
        });
        var after = run.Counters(network.Server);
        run.End();

        var resets = after["Tcp.OutRsts"] - before["Tcp.OutRsts"];
        var overflows = after["TcpExt.TCPTimeWaitOverflow"] - before["TcpExt.TCPTimeWaitOverflow"];
        // Without a late segment the full table harms nobody; without a capture nobody knows.
        var (counted, seen) = (run.HasDumps(HostRole.Server), run.HasAnyCapture);
        if (resets > 0 || !seen)
            run.Truth.Blame(Fault, network.Server, confirmable: counted && seen, suspectable: counted && seen);
        run.Truth.Figure("overflows", overflows);
        run.Truth.Figure("requestsFailed", asked.Failed);
        run.Truth.Figure("resetsSent", resets);
        run.Truth.Expect(overflows > 5, $"the TIME-WAIT table overflowed {overflows} times only");
    }
}

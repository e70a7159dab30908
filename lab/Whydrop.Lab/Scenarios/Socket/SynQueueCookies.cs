using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Socket;

/// <summary>Openings that are never completed fill the queue of half-open connections: with SYN cookies they cost options, without them the SYNs of others are dropped.</summary>
public sealed class SynQueueCookies : PodScenario
{
    private const int FirstPort = 20_001;
    private const int FloodPorts = 900;

    public override string Name => "syn-queue-cookies";

    public override string Summary => "a flood of openings that nobody completes fills the server's queue of half-open connections";

    public override string Fault => "syn-queue-cookies";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Choice("cookies", "the server's kernel answers with SYN cookies when the queue is full, or drops", "on", "off"),
        LabParameter.Choice("timestamps", "clients use timestamps: without, cookies lose their options", "off", "on"),
        LabParameter.Number("backlog", 8, "backlog of listen(2)", 2, 128).Drawing(4, 16),
        LabParameter.Number("rate", 80, "openings of the flood per second", 20, 300).Drawing(60, 120),
        LabParameter.Number("seconds", 4, "how long the load runs", 3, 60),
    ];

    protected override void Play(PodRun run)
    {
        var network = run.Network;
        var cookies = run.Settings.Word("cookies") == "on";
        run.Serve(new ServerOptions { Backlog = run.Settings.Number("backlog") });
        run.WarmUp();
        network.Server.Sysctl($"net.ipv4.tcp_syncookies={(cookies ? 1 : 0)}");
        if (run.Settings.Word("timestamps") == "off")
            network.Client.Sysctl("net.ipv4.tcp_timestamps=0");
        // Answers to the flood go nowhere: its openings stay half-open. Rejecting would free them.
        var flood = new Ruleset(network.Client, "loses the answers to a flood", $$"""
            table inet flood {
              counter answers {}
              chain input { type filter hook input priority filter; policy accept;
                  tcp dport {{FirstPort}}-{{FirstPort + FloodPorts}} tcp flags & syn == syn counter name answers drop
              }
            }
            """);
        run.Inject(flood);
        run.Begin();
        var before = run.Counters(network.Server);
        var half = ConnectClient.Start(run, new ConnectOptions
        {
            PerSecond = run.Settings.Number("rate"), For = run.Seconds - TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(60), Asks = false,
            LocalPorts = [.. Enumerable.Range(FirstPort, FloodPorts)],
        });
        run.Pause(TimeSpan.FromMilliseconds(500));
        var others = ConnectClient.Start(run, new ConnectOptions { PerSecond = 5, For = run.Seconds - TimeSpan.FromSeconds(1.5), Log = run.Log(network.Client) });
        run.Pause(run.Seconds - TimeSpan.FromMilliseconds(500));
        var after = run.Counters(network.Server);
        run.End();
        half.Dispose();
        others.Dispose();

        long Grown(string name) => after[name] - before[name];
        run.Truth.Blame(Fault, network.Server, confirmable: run.HasCaptures(HostRole.Server) && run.HasDumps(HostRole.Server), suspectable: run.HasDumps(HostRole.Server));
        foreach (var name in (string[])["SyncookiesSent", "SyncookiesRecv", "SyncookiesFailed", "TCPReqQFullDoCookies", "TCPReqQFullDrop", "ListenDrops", "ListenOverflows"])
            run.Truth.Figure(name, Grown($"TcpExt.{name}"));
        run.Truth.Figure("answersLost", flood.Packets("answers"));
        run.Truth.Expect(Grown(cookies ? "TcpExt.SyncookiesSent" : "TcpExt.TCPReqQFullDrop") > 5, "the queue of half-open connections did not overflow");
    }
}

using System.Text.RegularExpressions;
using Whydrop.Lab.Collection;
using Whydrop.Lab.Injectors;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Processes;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Cgroup;

/// <summary>A container of many threads beside the server is killed for want of memory again and again; while the kernel does it, the node's other pods stand still.</summary>
public sealed class OomNeighbour : PodScenario
{
    private const long Mebibyte = 1 << 20;

    public override string Name => "oom-neighbour";

    public override string Summary => "a neighbour of the server with hundreds of threads is killed for want of memory: the node stands still meanwhile, and the capture with -i any is full of copies";

    public override string Fault => "oom-stall";

    protected override IReadOnlyList<LabParameter> Own =>
    [
        LabParameter.Number("kills", 7, "times that the neighbour is killed; 0 is none (healthy)", 0, 12).Drawing(7, 8),
        LabParameter.Number("threads", 300, "threads of the neighbour", 1, 2000).Drawing(200, 400),
        LabParameter.Number("stall", 1200, "milliseconds that the node stands still at a kill", 300, 5000).Drawing(900, 1500),
        LabParameter.Number("clients", 3, "clients that ask, a connection for each request", 1, 16).Drawing(2, 4),
        LabParameter.Number("seconds", 130, "how long the load runs", 20, 600).Drawing(125, 135),
        LabParameter.Choice("evidence", "what is collected", "all"),
        LabParameter.Choice("overlay", "between the nodes", "none"),
        LabParameter.Choice("family", "IP version", "4", "6"),
    ];

    public override IReadOnlyList<Need> Needs(LabSettings settings) => [.. base.Needs(settings), ControlGroup.Needed("memory"), Need.Tool("dmesg", "util-linux")];

    protected override void Shape(PodNetworkOptions options, LabSettings settings) => options.SecondServer = true;

    protected override void Play(PodRun run)
    {
        var (network, kills) = (run.Network, run.Settings.Number("kills"));
        var server = run.Serve();
        run.WarmUp();
        var log = KernelLog.FromNow();

        // As the engineers had it: the node with -i any, nothing else.
        run.Recorder.Plan = (host, _) => host.Role == HostRole.NodeB ? new CapturePlan("any", $"tcp port {network.Names.ServerPort}") : null;
        run.Begin();
        var load = RequestClient.Start(run, new RequestOptions
        {
            For = run.Seconds, Connections = run.Settings.Number("clients"), KeepAlive = false, Close = CloseKind.Reset,
            ServerThinks = TimeSpan.FromMilliseconds(60), Pause = TimeSpan.FromMilliseconds(1000), Patience = TimeSpan.FromSeconds(10), Log = run.Log(network.Client),
        });
        // Beside the load tool an application with a connection that stays open.
        using var application = RequestClient.Start(run, new RequestOptions { For = run.Seconds, Connections = 2, Pause = TimeSpan.FromMilliseconds(400), Patience = TimeSpan.FromSeconds(10) });
        var ends = new List<(DateTimeOffset Started, DateTimeOffset Killed)>();
        for (var i = 0; i < kills; i++)
        {
            // Irregular, so that chance cannot bring two rhythms together.
            run.Pause(run.Seconds / (kills + 1) * (0.25 + (1.1 * run.Random.NextDouble())));
            ends.Add(Kill(run, server, i));
        }

        var asked = load.Wait();
        run.End();
        var lines = log.Lines(new Regex($"memcg=/{run.Lab.Id.Prefix}-|Memory cgroup stats for /{run.Lab.Id.Prefix}-", RegexOptions.None, TimeSpan.FromSeconds(1)));
        File.WriteAllLines(Path.Combine(run.Recorder.Folder(network.NodeB), "dmesg.txt"), KernelLog.Dated(lines));
        if (ends.Count > 0)
        {
            PodListing.Save(run, new ListedPod(network.Server2!.Space.Label, "logging", network.NodeB.Label, network.Server2.Address, "logstash")
            {
                Restarts = ends.Count, LastStarted = ends[^1].Started, LastEnded = ends[^1].Killed, Reason = "OOMKilled", ExitCode = 137,
            });
        }

        SampleFile.Write(Path.Combine(run.Recorder.Folder(network.Client), "load.csv"), asked);

        run.Truth.Accompanying("loadtest-ab-rst", "capture-any-duplicates");
        if (kills > 0)
            run.Truth.Blame(Fault, network.NodeB);
        run.Truth.Figure("kills", ends.Count);
        run.Truth.Figure("requestsAnswered", asked.Answered);
        run.Truth.Figure("requestsSlow", asked.SlowerThan(TimeSpan.FromSeconds(1)));
        run.Truth.Expect(lines.Count(l => l.Contains("oom-kill:", StringComparison.Ordinal)) == kills, $"the kernel's log tells of {lines.Count(l => l.Contains("oom-kill:", StringComparison.Ordinal))} kills, not {kills}");
        run.Truth.Expect(kills == 0 || asked.SlowerThan(TimeSpan.FromSeconds(1)) >= kills / 2, "no request waited for a second");
    }

    /// <summary>
    /// The kill is the kernel's. That the node stands still is made: the server's pod takes no packet and runs nothing meanwhile, as on a node whose processors the exit of a
    /// process keeps busy. A real one would take the other runs of this machine with it.
    /// </summary>
    private static (DateTimeOffset Started, DateTimeOffset Killed) Kill(PodRun run, TrafficServer server, int number)
    {
        var network = run.Network;
        var started = DateTimeOffset.UtcNow;
        using var neighbour = ChildServer.Start(run, network.Server2, limited: true);
        neighbour.Rename("java");
        neighbour.Idle(run.Settings.Number("threads"));
        neighbour.Group!.LeaveMemory(24 * Mebibyte);
        run.Lab.Report($"kill {number + 1} of {run.Settings.Number("kills")}: {network.Server2!.Space.Label} takes memory");
        neighbour.Hog(128 * Mebibyte);
        if (!SpinWait.SpinUntil(() => neighbour.HasExited, TimeSpan.FromSeconds(10)))
            throw new LabException("the neighbour was not killed");
        var still = new Ruleset(network.Server, "what arrives is not taken", """
            table inet still {
              chain arriving {
                type filter hook prerouting priority raw; policy accept;
                iifname "eth0" drop
              }
            }
            """);
        server.PauseReading();
        run.Inject(still);
        run.Pause(TimeSpan.FromMilliseconds(run.Settings.Number("stall")));
        still.Remove();
        server.ResumeReading();
        return (started, DateTimeOffset.UtcNow);
    }
}

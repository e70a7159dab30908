using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Topologies;

namespace Whydrop.Lab.Tests;

/// <summary>Nothing stays behind, however a run ends.</summary>
public sealed class CleanupTests
{
    private static readonly ClusterOptions Plain = new(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.AddressFamily.InterNetwork, 1500, 1450, Offload: true);

    [LabFact]
    public void A_failure_half_way_leaves_no_namespace()
    {
        using var folder = new CaseFolder();
        var scenario = new Failing((run, _) =>
        {
            var cluster = NodePortCluster.Build(run, Plain);
            Overlay.IpInIp(run, cluster, 1440);
            cluster.Pod.Exec("ip", "link", "set", "no-such-device", "up");
        });

        var failure = Assert.Throws<LabException>(() => LabRunner.Run(scenario, [], folder.Case, null, null, CancellationToken.None));

        Assert.Contains("no-such-device", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Equal(5, scenario.Seen.Count);
        Assert.DoesNotContain(Leftovers.Namespaces(), n => n.StartsWith(scenario.Prefix, StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine("/run/whydrop-lab", scenario.Prefix)));
    }

    [LabFact]
    public void A_stop_in_the_middle_of_the_load_leaves_no_namespace()
    {
        using var folder = new CaseFolder();
        using var stop = new CancellationTokenSource();
        var prefix = "";
        void Progress(string line)
        {
            if (line.StartsWith("run ", StringComparison.Ordinal))
                prefix = line[4..line.IndexOf(':', StringComparison.Ordinal)];
            if (line.StartsWith("load:", StringComparison.Ordinal))
                stop.CancelAfter(TimeSpan.FromMilliseconds(300));
        }

        Assert.ThrowsAny<OperationCanceledException>(() =>
            LabRunner.Run(LabCatalogue.Find("tunnel-mtu"), ["seconds=30"], folder.Case, null, Progress, stop.Token));

        Assert.False(File.Exists(folder.Case + ".truth.json"));
        Assert.Matches("^wd[0-9a-f]{8}$", prefix);
        Assert.DoesNotContain(Leftovers.Namespaces(), n => n.StartsWith(prefix, StringComparison.Ordinal));
    }

    [LabFact]
    public void Leftovers_of_a_dead_run_are_swept_and_those_of_a_living_one_kept()
    {
        Directory.CreateDirectory("/run/whydrop-lab");
        const string dead = "wddeadbee0";
        // The lock last: runs of other tests sweep too, and what has no lock is not theirs to sweep.
        Tool.Run("ip", ["netns", "add", dead + "-front"]).OrThrow();
        File.WriteAllText(Path.Combine("/run/whydrop-lab", dead), "");
        using var living = RunId.Take();
        var kept = living.Prefix + "-front";
        Tool.Run("ip", ["netns", "add", kept]).OrThrow();
        try
        {
            Leftovers.Sweep();

            // One of theirs may be at it.
            Assert.True(SpinWait.SpinUntil(() => !Leftovers.Namespaces().Contains(dead + "-front"), TimeSpan.FromSeconds(30)));
            Assert.Contains(kept, Leftovers.Namespaces());
        }
        finally
        {
            Tool.Run("ip", ["netns", "delete", kept]);
        }
    }

    [LabFact]
    public async Task Two_runs_at_once_do_not_meet()
    {
        using var one = new CaseFolder();
        using var two = new CaseFolder();

        var truths = await Task.WhenAll(Task.Run(() => one.Run("seconds=2").Truth), Task.Run(() => two.Run("mtu=1500").Truth));

        Assert.Equal("pmtu-blackhole", truths[0].Fault);
        Assert.Null(truths[1].Fault);
    }

    [LabFact]
    public void A_step_of_the_cleanup_that_fails_is_reported_and_the_rest_goes_on()
    {
        using var folder = new CaseFolder();
        var run = LabRun.Start(folder.Case, null, CancellationToken.None);
        var undone = false;
        run.OnEnd("first", () => undone = true);
        run.OnEnd("second", () => throw new LabException("cannot"));

        run.Dispose();

        Assert.True(undone);
        Assert.Equal(["second: cannot"], run.LeftBehind);
    }

    private sealed class Failing(Action<LabRun, LabSettings> body) : LabScenario
    {
        public string Prefix { get; private set; } = "";

        public IReadOnlyList<string> Seen { get; private set; } = [];

        public override string Name => "failing";

        public override string Summary => "";

        public override string Topology => "";

        public override string Fault => "";

        public override IReadOnlyList<LabParameter> Parameters => [];

        public override IReadOnlyList<Need> Needs(LabSettings settings) => [];

        public override Truth Make(LabRun run, LabSettings settings)
        {
            Prefix = run.Id.Prefix;
            try
            {
                body(run, settings);
            }
            finally
            {
                Seen = [.. Leftovers.Namespaces().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))];
            }

            throw new InvalidOperationException("the body was to fail");
        }
    }
}

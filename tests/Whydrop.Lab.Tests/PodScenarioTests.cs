using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Middleboxes;
using Whydrop.Lab.Pods;
using Whydrop.Lab.Processes;
using Whydrop.Lab.Topologies.Pods;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Tests;

/// <summary>The frame of pod scenarios: what is collected, what is told, and that nothing stays behind.</summary>
public sealed class PodScenarioTests
{
    [LabTheory]
    [InlineData("all", new[] { "client", "node-a", "node-b", "server" }, true, true)]
    [InlineData("ends", new[] { "client", "server" }, true, true)]
    [InlineData("node-b", new[] { "node-b" }, true, true)]
    [InlineData("counters", new[] { "client", "node-a", "node-b", "server" }, false, true)]
    [InlineData("captures", new[] { "client", "node-a", "node-b", "server" }, true, false)]
    public void A_profile_is_what_is_collected(string evidence, string[] hosts, bool captures, bool dumps)
    {
        using var folder = new CaseFolder();
        LabRunner.Run(LabCatalogue.Find("healthy-request-response"), [$"evidence={evidence}", "seconds=1"], folder.Case, null, null, CancellationToken.None);

        Assert.Equal(hosts, Directory.EnumerateDirectories(folder.Case).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal));
        foreach (var host in hosts)
        {
            Assert.Equal(captures, File.Exists(Path.Combine(folder.Case, host, "eth0.pcap")));
            Assert.Equal(dumps, File.Exists(Path.Combine(folder.Case, host, "netstat-s.2-after.txt")));
            Assert.Equal(dumps && host.StartsWith("node", StringComparison.Ordinal), File.Exists(Path.Combine(folder.Case, host, "nft-list-ruleset.1-before.txt")));
        }
    }

    [LabTheory]
    [InlineData("family=6", "wiring=bridge", "overlay=vxlan", "service=on")]
    [InlineData("overlay=ipip", "names=varied", "seed=11", "mtu=9000")]
    [InlineData("family=6", "overlay=ipip", "service=on", "names=varied", "seed=12", "offload=off")]
    public void Every_network_carries_requests_of_every_size(params string[] settings)
    {
        using var folder = new CaseFolder();
        var truth = LabRunner.Run(LabCatalogue.Find("healthy-request-response"), [.. settings, "seconds=1", "answer=200000", "evidence=counters"], folder.Case, null, null, CancellationToken.None).Truth;

        Assert.Null(truth.Fault);
        Assert.True(truth.Figures["requestsAnswered"] > 4);
    }

    [LabTheory]
    [InlineData("wiring=routed", "overlay=none")]
    [InlineData("wiring=bridge", "overlay=vxlan")]
    public void What_is_missing_for_IPv6_leaves_IPv4_of_the_same_pods_alone(params string[] settings)
    {
        using var folder = new CaseFolder();
        var truth = LabRunner.Run(LabCatalogue.Find("missing-route"), [.. settings, "family=both", "evidence=counters"], folder.Case, null, null, CancellationToken.None).Truth;

        Assert.Equal("missing-route", truth.Fault);
        Assert.Equal(0, truth.Figures["requestsFailedOverIpv4"]);
        Assert.True(truth.Figures["requestsAnsweredOverIpv4"] > 0);
    }

    [LabFact]
    public void Around_the_standard_path_there_is_what_was_asked_for()
    {
        using var bench = new PodBench(new PodNetworkOptions { LoadBalancer = true, Spines = true, SecondServer = true, ServerOnA = true });
        var network = bench.Run.Network;

        var spread = RequestClient.Run(bench.Run, new RequestOptions { Count = 20, KeepAlive = false, Pause = TimeSpan.Zero });
        var beside = RequestClient.Run(bench.Run, new RequestOptions { Count = 1, To = new(System.Net.IPAddress.Parse(network.ServerA!.Address), network.Names.ServerPort) });

        Assert.Equal((0, 0), (spread.Failed, beside.Failed));
        Assert.InRange(bench.Server.Accepted, 1, 21);
        Assert.All(network.Spines, spine => Assert.True(bench.Run.Counters(spine)["Ip.ForwDatagrams"] > 0));
        Assert.Equal(7, network.Hosts.Count);
    }

    [LabFact]
    public void Nodes_of_one_segment_resolve_each_other()
    {
        using var bench = new PodBench(new PodNetworkOptions { Switched = true });
        var network = bench.Run.Network;

        Assert.Contains($"{network.Addresses.NodeB} lladdr", network.NodeA.Ip($"neigh show dev {network.Names.Uplink}"), StringComparison.Ordinal);
    }

    [LabFact]
    public void A_failure_in_the_middle_leaves_no_namespace_process_or_control_group()
    {
        using var folder = new CaseFolder();
        var scenario = new Failing();

        var failure = Assert.Throws<LabException>(() => LabRunner.Run(scenario, ["seconds=1"], folder.Case, null, null, CancellationToken.None));

        Assert.Contains("on purpose", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Leftovers.Namespaces(), n => n.StartsWith(scenario.Prefix, StringComparison.Ordinal));
        Assert.False(Directory.Exists($"/proc/{scenario.Process}"));
        Assert.False(Directory.Exists($"/sys/fs/cgroup/memory/{scenario.Prefix}-server"));
        Assert.False(Directory.Exists($"/sys/fs/cgroup/cpu/{scenario.Prefix}-server"));
    }

    [LabFact]
    public void A_child_server_can_be_frozen_and_starved_of_files()
    {
        using var bench = new PodBench(new PodNetworkOptions { ServerOnA = true }, serveAll: false);
        var child = ChildServer.Start(bench.Run, bench.Run.Network.ServerA);
        var ask = new RequestOptions { Count = 1, Patience = TimeSpan.FromMilliseconds(500), To = new(System.Net.IPAddress.Parse(bench.Run.Network.ServerA!.Address), bench.Run.Network.Names.ServerPort) };

        Assert.Equal(0, RequestClient.Run(bench.Run, ask).Failed);
        child.Freeze();
        Assert.Equal(1, RequestClient.Run(bench.Run, ask).TimedOut);
        child.Thaw();
        Assert.Equal(0, RequestClient.Run(bench.Run, ask with { Patience = TimeSpan.FromSeconds(5) }).Failed);
        child.LimitFiles(2);
        var crowd = RequestClient.Run(bench.Run, ask with { Connections = 6, Close = CloseKind.Keep });
        Assert.InRange(crowd.TimedOut, 1, 5);
        Assert.Contains("accept: Too many open files (24)", File.ReadAllText(Path.Combine(bench.Case, "server-a", "app.log")), StringComparison.Ordinal);
    }

    [Fact]
    public void Random_parameters_are_accepted_and_the_same_for_the_same_seed()
    {
        foreach (var scenario in LabCatalogue.All)
        {
            for (var seed = 0; seed < 20; seed++)
            {
                var drawn = scenario.Randomise(new Random(seed));
                LabSettings.Parse(scenario.Parameters, drawn);
                Assert.Equal(drawn, scenario.Randomise(new Random(seed)));
            }
        }
    }

    private sealed class Failing : PodScenario
    {
        public string Prefix { get; private set; } = "";

        public int Process { get; private set; }

        public override string Name => "failing";

        public override string Summary => "";

        public override string Fault => "none";

        protected override void Play(PodRun run)
        {
            Prefix = run.Lab.Id.Prefix;
            Process = ChildServer.Start(run, limited: true).ProcessId;
            Middlebox.Insert(run.Lab, run.Network, 1);
            run.WarmUp();
            run.Begin();
            RequestClient.Start(run, new RequestOptions { For = TimeSpan.FromSeconds(30) });
            throw new LabException("on purpose");
        }
    }
}

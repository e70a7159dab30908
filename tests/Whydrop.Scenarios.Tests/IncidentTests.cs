using System.Text.Json;
using Whydrop.Case;
using Whydrop.Diagnosis;
using Whydrop.Evidence;

namespace Whydrop.Scenarios.Tests;

/// <summary>Two incidents as their engineers had them: the answer, its figures, and what becomes of both when a kind of evidence is missing.</summary>
public sealed class IncidentTests
{
    [Theory]
    [InlineData("oom-stall")]
    [InlineData("routing-loop")]
    public void The_first_verdict_is_the_truth(string example)
    {
        using var truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "examples", $"{example}.truth.json")));
        var diagnosis = Judge(example);
        var first = diagnosis.Verdicts[0];

        Assert.Equal(truth.RootElement.GetProperty("fault").GetString(), first.Fault.Id);
        Assert.Equal(truth.RootElement.GetProperty("node").GetString(), first.Scope.Node);
        Assert.Equal(VerdictStatus.Confirmed, first.Status);
        Assert.Equal(0, diagnosis.Ledger.Unexplained);
        Assert.Equal(0, diagnosis.UnexplainedConnections);
    }

    [Fact]
    public void Copies_are_told_from_retransmissions_and_resets_of_the_load_tool_from_others()
    {
        var diagnosis = Judge("oom-stall");

        Assert.Contains(diagnosis.Artefacts, a => a.Id == "capture-any-duplicates" && a.Text.Contains("look like retransmissions", StringComparison.Ordinal) && a.Count > 1000);
        Assert.Contains(diagnosis.Artefacts, a => a.Id == "loadtest-ab-rst");
        Assert.DoesNotContain(diagnosis.Timeline, e => e.What.StartsWith("RST ", StringComparison.Ordinal));
        Assert.Contains("no retransmission is the network's", diagnosis.Verdicts[0].Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Symptom_and_events_stand_on_one_time_line()
    {
        var timeline = Judge("oom-stall").Timeline;

        Assert.Equal(7, timeline.Count(e => e.What.Contains("for want of memory", StringComparison.Ordinal)));
        Assert.Contains(timeline, e => e.What.Contains("late or failed", StringComparison.Ordinal));
        Assert.Contains(timeline, e => e.What.Contains("ended: OOMKilled", StringComparison.Ordinal));
        Assert.Equal(timeline.Select(e => e.Time).Order(), timeline.Select(e => e.Time));
    }

    [Fact]
    public void The_chain_of_causes_stands_in_order_of_time()
    {
        var summary = Judge("routing-loop").Verdicts[0].Summary;
        string[] steps = ["bird stopped (+0.0 s)", "session with 10.20.2.12 down", "route to 10.244.2.0/24 withdrawn at access-switch", "loop: packets to 10.244.2.20 go round", "2 routers a round (1a:ca:81:49:d7:b0 and ba:d6:26:92:e9:b6), for 3.4 s; all expired", "time-out: ", "session up again (+3.4 s)"];
        var at = steps.Select(s => summary.IndexOf(s, StringComparison.Ordinal)).ToArray();

        Assert.DoesNotContain(-1, at);
        Assert.Equal(at.Order(), at);
    }

    [Fact]
    public void Throttling_contributes_with_its_share()
    {
        var throttling = Judge("routing-loop").Verdicts.Single(v => v.Fault.Id == "cfs-throttling");

        Assert.Contains("5 of 29 waits", throttling.Summary, StringComparison.Ordinal);
        Assert.Contains("it contributes, and is not the cause of those", throttling.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void What_looks_like_retransmissions_of_the_network_is_told_with_figures_and_what_the_network_might_have_done_is_ruled_out()
    {
        var diagnosis = Judge("oom-stall");

        Assert.Contains("1916 of 2007 segments that look like one are copies on another device (-i any)", diagnosis.Verdicts[0].Summary, StringComparison.Ordinal);
        foreach (var suspect in (string[])["path-blackout", "random-loss"])
        {
            var verdict = Assert.Single(diagnosis.Verdicts, v => v.Fault.Id == suspect);
            Assert.Equal(VerdictStatus.RuledOut, verdict.Status);
            Assert.Contains("54 of 54 lost segments had passed node-b/cali7f3a9c1eb21, the last device before the pod", verdict.Summary, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(diagnosis.Verdicts, v => v.Status is VerdictStatus.Suspected or VerdictStatus.Contested);
    }

    [Fact]
    public void A_restart_that_only_the_cluster_and_the_routes_tell_is_a_suspect()
    {
        var diagnosis = Judge("routing-loop", ".log");
        var suspect = Assert.Single(diagnosis.Verdicts, v => v.Fault.Id == "bgp-restart-route-withdrawal");

        Assert.Equal((VerdictStatus.Suspected, "access-switch"), (suspect.Status, suspect.Scope.Node));
        Assert.Contains("kube-router of kube-router-x7k2p ended", suspect.Summary, StringComparison.Ordinal);
        Assert.Contains("route to 10.244.2.0/24 over 10.20.2.12 deleted", suspect.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain(Judge("routing-loop", ".log", "kubectl-get-pods.json").Verdicts, v => v.Fault.Id == "bgp-restart-route-withdrawal");
    }

    public static TheoryData<string, string> Kinds()
    {
        var data = new TheoryData<string, string>();
        foreach (var example in (string[])["tunnel-mtu", "tunnel-mtu-front-only", "pod-receive-overrun", "oom-stall", "routing-loop"])
        {
            foreach (var kind in Files(example).Select(Kind).Distinct().Order(StringComparer.Ordinal))
            {
                data.Add(example, kind);
            }
        }

        return data;
    }

    /// <summary>The verdict is the same and as sure, or weaker; where anything that was proven no longer is, what is missing is asked for.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Without_one_kind_of_evidence_nothing_flips_and_what_weakens_asks_for_it(string example, string kind)
    {
        var whole = Whole.GetOrAdd(example, e => Judge(e));
        var less = JudgeFiles(example, [.. Files(example).Where(f => Kind(f) != kind)]);

        // VerdictStatus counts from the surest.
        var (before, after) = (whole.Verdicts[0], less.Verdicts.Count > 0 ? less.Verdicts[0] : null);
        if (after is not null && after.Status <= VerdictStatus.Contested)
        {
            // What the cause brought about is what is left to see of it.
            Assert.True(after.Fault.Id == before.Fault.Id || before.Fault.LeadsTo.Contains(after.Fault.Id), $"{before.Fault.Id} became {after.Fault.Id}: {after.Summary}");
        }

        foreach (var verdict in less.Verdicts.Where(v => v.Status <= VerdictStatus.Suspected))
        {
            Assert.False(verdict.Status == VerdictStatus.Confirmed && !Stands(whole, verdict), $"confirmed without {kind}: {verdict.Fault.Id} at {verdict.Scope}");
            Assert.False(verdict.Fault.Id == before.Fault.Id && verdict.Status < before.Status, $"surer without {kind}: {verdict.Fault.Id}");
        }

        var lost = whole.Verdicts.Where(v => v.Status <= VerdictStatus.Suspected && !Stands(less, v)).ToArray();
        var asked = Asked.FirstOrDefault(a => a.Kinds.Contains(kind)).Command;
        if (lost.Length > 0 || (after is not null && Share(after) < Share(before)))
        {
            Assert.True(asked is not null && less.NextEvidence.Any(n => asked.Split('|').Any(a => n.Command.Contains(a, StringComparison.Ordinal))),
                $"{string.Join(", ", lost.Select(v => $"{v.Fault.Id} at {v.Scope}"))} no longer proven without {kind}, and nobody asks for it:\n{string.Join('\n', less.NextEvidence.Select(n => n.Command))}");
        }
    }

    /// <summary>Where the same is proven by what is left, the case asks all the same for what would complete it.</summary>
    [Theory]
    [InlineData("oom-stall", "kubectl-get-pods.json", "kubectl get pods", "node-b")]
    [InlineData("oom-stall", "load.csv", "time,latency_ms,status", "client")]
    [InlineData("oom-stall", "dmesg.txt", "journalctl -k", "node-b")]
    [InlineData("oom-stall", "capture", "tcpdump", "node-b")]
    [InlineData("routing-loop", "ip-monitor-route.txt", "ip -timestamp monitor route", "access-switch")]
    [InlineData("routing-loop", "log", "journalctl", "access-switch")]
    [InlineData("routing-loop", "case.yaml", "date +%z", "access-switch")]
    [InlineData("routing-loop", "kubectl-get-pods.json", "kubectl get pods", "node-b")]
    [InlineData("routing-loop", "cgroup.txt", "cpu.stat", "server")]
    [InlineData("routing-loop", "capture", "tcpdump", "access-switch")]
    [InlineData("pod-receive-overrun", "sysctl-a-r.txt", "sysctl", "pod-app")]
    public void What_would_complete_it_is_asked_for_where_it_is(string example, string kind, string command, string node)
    {
        Assert.Contains(JudgeFiles(example, [.. Files(example).Where(f => Kind(f) != kind)]).NextEvidence, n => n.Command.Contains(command, StringComparison.Ordinal) && n.Where.Node == node);
        Assert.DoesNotContain(Whole.GetOrAdd(example, e => Judge(e)).NextEvidence, n => n.Command.Contains(command, StringComparison.Ordinal) && n.Where.Node == node);
    }

    [Theory]
    [InlineData("tunnel-mtu")]
    [InlineData("oom-stall")]
    [InlineData("routing-loop")]
    [InlineData("pod-receive-overrun")]
    public void A_case_that_is_whole_asks_for_nothing(string example) => Assert.Empty(Whole.GetOrAdd(example, e => Judge(e)).NextEvidence);

    /// <summary>Which command collects a kind of file.</summary>
    private static readonly (string[] Kinds, string Command)[] Asked =
    [
        (["capture"], "tcpdump"), (["log"], "journalctl"), (["dmesg.txt"], "journalctl -k"), (["kubectl-get-pods.json"], "kubectl get pods"), (["load.csv"], "time,latency_ms,status"),
        (["cgroup.txt"], "cpu.stat|memory.events"), (["ip-monitor-route.txt"], "monitor route"), (["case.yaml"], "date +%z"), (["ip-addr.txt"], "ip addr"), (["ip-link.txt", "ip-d-s-link.txt"], "ip -d link|ip -d -s link"),
        (["ip-route.txt", "ip-route-table-all.txt"], "ip route"), (["netstat-s.txt", "nstat.txt", "proc-net-netstat.txt", "proc-net-snmp.txt", "proc-net-snmp6.txt"], "nstat|netstat"), (["sysctl.txt", "sysctl-a-r.txt"], "sysctl"),
        (["nft-ruleset.txt", "nft-list-ruleset.txt"], "nft"), (["conntrack-L.txt", "conntrack-S.txt"], "conntrack"),
    ];

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, CaseDiagnosis> Whole = new();

    private static double Share(Verdict v) => v.Explains.OfSegments + v.Explains.OfConnections == 0 ? 1
        : (double)(v.Explains.Segments + v.Explains.Connections) / (v.Explains.OfSegments + v.Explains.OfConnections);

    private static bool Stands(CaseDiagnosis diagnosis, Verdict verdict) => diagnosis.Verdicts.Any(v => v.Fault.Id == verdict.Fault.Id && v.Scope == verdict.Scope && v.Status <= verdict.Status);

    /// <summary>Its name without the moment; of captures and logs what they are.</summary>
    private static string Kind(string file)
    {
        var name = Path.GetFileName(file).Replace(".1-before", "", StringComparison.Ordinal).Replace(".2-after", "", StringComparison.Ordinal);
        return name.Contains(".pcap", StringComparison.Ordinal) || name.EndsWith(".tcpdump.txt", StringComparison.Ordinal) ? "capture" : name.EndsWith(".log", StringComparison.Ordinal) ? "log" : name;
    }

    private static string[] Files(string example)
    {
        var folder = Path.Combine(Repository.Root, "examples", example);
        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal)];
    }

    private static CaseDiagnosis Judge(string example, params string[] without) =>
        JudgeFiles(example, [.. Files(example).Where(f => !without.Any(w => Path.GetFileName(f).Contains(w, StringComparison.Ordinal)))]);

    /// <summary>A folder of the same layout, so that its first level names the same hosts.</summary>
    private static CaseDiagnosis JudgeFiles(string example, IReadOnlyList<string> files)
    {
        var folder = Directory.CreateTempSubdirectory("whydrop-incident-");
        try
        {
            foreach (var file in files)
            {
                var copy = Path.Combine(folder.FullName, file);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(Path.Combine(Repository.Root, "examples", example, file), copy);
            }

            return Diagnose.Run(CaseLoader.Load([folder.FullName], CaseOptions.Default).Facts);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

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

    [Theory]
    [InlineData("oom-stall", "dmesg.txt", VerdictStatus.Suspected, "journalctl -k")]
    [InlineData("oom-stall", "any.", VerdictStatus.Suspected, "tcpdump")]
    [InlineData("oom-stall", "kubectl-get-pods.json", VerdictStatus.Confirmed, null)]
    [InlineData("oom-stall", "load.csv", VerdictStatus.Confirmed, null)]
    [InlineData("routing-loop", ".log", null, "journalctl")]
    [InlineData("routing-loop", "ip-monitor-route.txt", VerdictStatus.Confirmed, null)]
    [InlineData("routing-loop", "kubectl-get-pods.json", VerdictStatus.Confirmed, null)]
    [InlineData("routing-loop", ".pcap.gz", null, "tcpdump")]
    public void Without_one_kind_of_evidence_it_weakens_and_asks_for_it(string example, string without, VerdictStatus? strongest, string? asks)
    {
        var whole = Judge(example);
        var cause = whole.Verdicts[0].Fault.Id;
        var confirmed = whole.Verdicts.Where(v => v.Status == VerdictStatus.Confirmed).Select(v => v.Fault.Id).ToArray();

        var less = Judge(example, without);

        // VerdictStatus counts from the surest.
        Assert.All(less.Verdicts.Where(v => v.Fault.Id == cause), v => Assert.True(strongest is null ? v.Status > VerdictStatus.Confirmed : v.Status >= strongest, $"{v.Status}: {v.Summary}"));
        if (strongest is not null)
        {
            Assert.Contains(less.Verdicts, v => v.Fault.Id == cause && v.Status == strongest);
        }

        Assert.All(less.Verdicts.Where(v => v.Status == VerdictStatus.Confirmed), v => Assert.Contains(v.Fault.Id, confirmed));
        if (asks is not null)
        {
            Assert.Contains(less.NextEvidence, n => n.Command.Contains(asks, StringComparison.Ordinal));
        }
    }

    private static CaseDiagnosis Judge(string example, string? without = null) => Diagnose.Run(CaseLoader.Load(
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples", example), "*", SearchOption.AllDirectories).Where(f => without is null || !Path.GetFileName(f).Contains(without, StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
        CaseOptions.Default).Facts);
}

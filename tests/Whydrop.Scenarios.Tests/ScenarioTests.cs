using System.Text;
using Whydrop.Case;
using Whydrop.Diagnosis;
using Whydrop.Evidence;
using Whydrop.Lab.Scoring;

namespace Whydrop.Scenarios.Tests;

public class ScenarioTests
{
    public static TheoryData<string, string> Sections()
    {
        var data = new TheoryData<string, string>();
        foreach (var scenario in Scenario.All)
        {
            data.Add(scenario.File, scenario.Name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void It_is_judged_as_expected(string file, string name)
    {
        var scenario = Scenario.Find(file, name);
        var diagnosis = scenario.Run();
        var told = Tell(diagnosis);
        var lines = scenario.Expected.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.NotEmpty(lines);
        foreach (var line in lines)
        {
            Assert.True(Holds(line, diagnosis), $"{scenario}\nexpected: {line}\n{told}");
        }
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void Losing_any_kind_of_fact_or_any_file_makes_nothing_surer(string file, string name)
    {
        MakesNothingSurer(Scenario.Find(file, name).Facts());
    }

    [Theory]
    [InlineData("tunnel-mtu", VerdictStatus.Confirmed)]
    [InlineData("tunnel-mtu-front-only", VerdictStatus.Suspected)]
    [InlineData("tunnel-mtu/fwd-node/eth0.pcap tunnel-mtu/fwd-node/ip-link.2-after.txt", VerdictStatus.Confirmed)] // one capture, before and after NAT and tunnel
    public void An_example_is_judged_as_its_truth_says(string paths, VerdictStatus status)
    {
        var files = paths.Split(' ');
        using var truth = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "examples", files[0].Split('/')[0] + ".truth.json")));
        var diagnosis = Diagnose.Run(CaseLoader.Load([.. files.Select(f => Path.Combine(Repository.Root, "examples", f))], CaseOptions.Default).Facts);
        var first = diagnosis.Verdicts[0];
        Assert.Equal(truth.RootElement.GetProperty("fault").GetString(), first.Fault.Id);
        Assert.Equal(truth.RootElement.GetProperty("interface").GetString(), first.Scope.Interface);
        Assert.Equal(status, first.Status);
        Assert.Equal(truth.RootElement.GetProperty("figures").GetProperty("datagramsTooBig").GetInt32(), first.Explains.Segments);
        Assert.Equal(0, diagnosis.Ledger.Unexplained);
    }

    [Fact]
    public void The_receive_overrun_is_found_and_the_suspects_of_its_story_are_ruled_out_with_figures()
    {
        using var truth = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "examples", "pod-receive-overrun.truth.json")));
        var diagnosis = Overrun("");
        var first = diagnosis.Verdicts[0];
        Assert.Equal((truth.RootElement.GetProperty("fault").GetString(), VerdictStatus.Confirmed), (first.Fault.Id, first.Status));
        Assert.Equal(truth.RootElement.GetProperty("node").GetString(), first.Scope.Node);
        Assert.Equal(0, diagnosis.Ledger.Unexplained);
        foreach (var (suspect, figures) in ((string, string)[])
            [("random-loss", "12 of 12 lost segments had arrived"), ("snat-port-exhaustion-node", "+0, at most 4 of 64512 ports"), ("cloud-snat-exhaustion", "TCPSynRetrans +0"), ("conntrack-table-full", "2 of 262144 entries"), ("ephemeral-port-exhaustion", "of 28232 ports")])
        {
            var verdict = Assert.Single(diagnosis.Verdicts, v => v.Fault.Id == suspect);
            Assert.Equal(VerdictStatus.RuledOut, verdict.Status);
            Assert.Contains(figures, verdict.Summary, StringComparison.Ordinal);
        }

        var table = diagnosis.Counters.First(t => t.Overrun is not null);
        Assert.Equal(("pod-app", true), (table.At.Node, table.Twice));
        Assert.Equal("net.ipv4.tcp_congestion_control", diagnosis.Layers!.Rows[0].Name);
        Assert.Equal(["bbr", "reno", "dctcp"], diagnosis.Layers.Rows[0].Values);
    }

    [Theory]
    [InlineData("pod-app/netstat-s", VerdictStatus.Undecided, "nstat -az TcpExtPruneCalled")]
    [InlineData("pod-app/netstat-s.1-before", VerdictStatus.Undecided, "nstat -az TcpExtPruneCalled")]
    [InlineData("pod-app/eth0.pcap", VerdictStatus.Suspected, "tcpdump -ni eth0")]
    [InlineData("pod-app/ip-addr", VerdictStatus.Suspected, "ip addr")]
    [InlineData("node-a/", VerdictStatus.Confirmed, null)]
    [InlineData("vm-windows/", VerdictStatus.Confirmed, null)]
    [InlineData("sysctl", VerdictStatus.Confirmed, null)]
    public void The_receive_overrun_without_one_kind_of_evidence_grows_weaker_and_asks_for_it(string without, VerdictStatus status, string? next)
    {
        var diagnosis = Overrun(without);
        Assert.Equal(("rcvbuf-overrun", status), (diagnosis.Verdicts[0].Fault.Id, diagnosis.Verdicts[0].Status));
        Assert.DoesNotContain(diagnosis.Verdicts.Skip(1), v => v.Status is VerdictStatus.Confirmed or VerdictStatus.Suspected);
        if (next is not null)
        {
            Assert.Contains(next, diagnosis.NextEvidence[0].Command, StringComparison.Ordinal);
            Assert.Equal("pod-app", diagnosis.NextEvidence[0].Where.Node);
        }
    }

    private static CaseDiagnosis Overrun(string without)
    {
        var folder = Path.Combine(Repository.Root, "examples", "pod-receive-overrun");
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => without.Length == 0 || !f[folder.Length..].Contains(without, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        return Diagnose.Run(CaseLoader.Load(files, CaseOptions.Default).Facts);
    }

    [Theory]
    [InlineData("examples/tunnel-mtu")]
    [InlineData("examples/tunnel-mtu-front-only")]
    [InlineData("examples/pod-receive-overrun")]
    [InlineData("examples/oom-stall")]
    [InlineData("examples/routing-loop")]
    public void An_example_holds_to_the_same(string folder)
    {
        var facts = CaseLoader.Load([Path.Combine(Repository.Root, folder)], CaseOptions.Default).Facts;
        var ledger = Diagnose.Run(facts).Ledger;
        Assert.InRange(ledger.UniqueBytes, 1, ledger.DataBytes);
        MakesNothingSurer(facts);
        Assert.Empty(Conservation.Violations(facts));
    }

    private static void MakesNothingSurer(FactSet facts)
    {
        var violations = Weakening.Violations(facts);
        Assert.True(!violations.Any(), string.Join('\n', violations));
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void No_byte_is_lost_or_invented(string file, string name) => Assert.Empty(Conservation.Violations(Scenario.Find(file, name).Facts()));

    [Fact]
    public void The_confusion_matrix_is_as_committed()
    {
        var ids = FaultCatalogue.All.Select(f => f.Id).ToArray();
        var text = new StringBuilder("Every scenario (rows) against every fault (columns): C confirmed, S suspected, c contested, ? undecided, x ruled out, . nothing to say.\n");
        foreach (var (id, i) in ids.Select((id, i) => (id, i)))
        {
            text.Append((char)('a' + i)).Append(' ').Append(id).Append('\n');
        }

        text.Append('\n').Append(string.Concat(ids.Select((_, i) => (char)('a' + i) + " "))).Append(" outcome       scenario\n");
        foreach (var scenario in Scenario.All)
        {
            var diagnosis = scenario.Run();
            foreach (var id in ids)
            {
                text.Append(Letter(diagnosis.Verdicts.FirstOrDefault(v => v.Fault.Id == id)?.Status)).Append(' ');
            }

            text.Append(' ').Append(diagnosis.Outcome.ToString().ToLowerInvariant().PadRight(13)).Append(' ').Append(scenario).Append('\n');
        }

        Repository.Same("scenarios/confusion-matrix.txt", text.ToString());
    }

    private static bool Holds(string line, CaseDiagnosis diagnosis)
    {
        var words = line.Split(' ', 2);
        var rest = words.Length > 1 ? words[1].Trim() : "";
        return words[0] switch
        {
            "outcome" => string.Equals(diagnosis.Outcome.ToString(), rest, StringComparison.OrdinalIgnoreCase),
            "first" => diagnosis.Verdicts.Count > 0 && Matches(diagnosis.Verdicts[0], rest),
            "has" => diagnosis.Verdicts.Any(v => Matches(v, rest)),
            "lacks" => diagnosis.Verdicts.All(v => !Matches(v, rest)),
            "not" => diagnosis.Verdicts.All(v => v.Fault.Id != rest || v.Status is VerdictStatus.RuledOut or VerdictStatus.Undecided),
            "says" => diagnosis.Verdicts[0].Summary.Contains(rest, StringComparison.Ordinal),
            "explains" when rest.EndsWith(" connections", StringComparison.Ordinal) => $"{diagnosis.Verdicts[0].Explains.Connections} of {diagnosis.Verdicts[0].Explains.OfConnections} connections" == rest,
            "explains" => $"{diagnosis.Verdicts[0].Explains.Segments} of {diagnosis.Verdicts[0].Explains.OfSegments}" == rest,
            "unexplained" => diagnosis.Ledger.Unexplained.ToString() == rest,
            "reason" => diagnosis.OutcomeReason.Contains(rest, StringComparison.Ordinal),
            "lost" => diagnosis.Ledger.LostSegments.ToString() == rest,
            "artefact" => diagnosis.Artefacts.Any(a => a.Id == rest),
            "next" => diagnosis.NextEvidence.Any(n => n.Command.Contains(rest, StringComparison.Ordinal)),
            _ => throw new FormatException($"unknown expectation: {line}"),
        };
    }

    /// <summary>"pmtu-blackhole confirmed [at tunl0 of node-a]".</summary>
    private static bool Matches(Verdict verdict, string text)
    {
        var parts = text.Split(" at ", 2);
        var words = parts[0].Split(' ');
        return verdict.Fault.Id == words[0]
            && (words.Length < 2 || verdict.Status.ToString().Equals(words[1].Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
            && (parts.Length < 2 || verdict.Scope.ToString() == parts[1]);
    }

    private static char Letter(VerdictStatus? status) => status switch
    {
        VerdictStatus.Confirmed => 'C',
        VerdictStatus.Suspected => 'S',
        VerdictStatus.Contested => 'c',
        VerdictStatus.Undecided => '?',
        VerdictStatus.RuledOut => 'x',
        _ => '.',
    };

    private static string Tell(CaseDiagnosis d)
    {
        var text = new StringBuilder($"{d.Outcome}: {d.OutcomeReason}\n");
        foreach (var v in d.Verdicts)
        {
            text.Append($"{v.Status} {v.Fault.Id} at {v.Scope}: {v.Summary} [{v.Explains}]\n");
            foreach (var r in v.Readings)
            {
                text.Append($"   {r.Question.Role} {r.Answer}: {r.Question.Text} {r.Text}\n");
            }
        }

        foreach (var r in d.Ledger.Rows)
        {
            text.Append($"{r.Fate} {r.LastSeen} -> {r.MissingAt}: {r.Segments}\n");
        }

        foreach (var g in d.Gaps)
        {
            text.Append($"gap {g.From} {g.Reason}\n");
        }

        return text.ToString();
    }
}

using System.Text.Json.Nodes;
using Whydrop.Diagnosis;
using Whydrop.Evidence;
using Whydrop.Report.Flows;
using Whydrop.Report.Html;
using Whydrop.Report.Json;
using Whydrop.Report.Markdown;
using Whydrop.Report.Terminal;
using Whydrop.Report.Yaml;

namespace Whydrop.Report.Tests;

public class RendererTests
{
    private const string Folder = "tests/Whydrop.Report.Tests/Snapshots/";

    [Fact]
    public void TerminalConfirmed() => Snapshot.Matches(Terminal(Models.Fault(), 80), Folder + "confirmed.80.txt");

    [Fact]
    public void TerminalSuspectedWide() => Snapshot.Matches(Terminal(Models.Fault(VerdictStatus.Suspected), 120, wide: true), Folder + "suspected.wide.txt");

    [Fact]
    public void TerminalHealthy() => Snapshot.Matches(Terminal(Models.Healthy(), 80), Folder + "healthy.80.txt");

    [Fact]
    public void TerminalInconclusive() => Snapshot.Matches(Terminal(Models.Inconclusive(), 80), Folder + "inconclusive.80.txt");

    [Fact]
    public void MarkdownConfirmed() => Snapshot.Matches(Written(o => MarkdownReport.Write(Models.Fault(), o)), Folder + "confirmed.md");

    [Fact]
    public void HtmlConfirmed() => Snapshot.Matches(Written(o => HtmlReport.Write(Models.Fault(), o)), Folder + "confirmed.html");

    [Fact]
    public void YamlConfirmed() => Snapshot.Matches(Written(o => YamlReport.Write(Models.Fault(), o)), Folder + "confirmed.yaml");

    [Fact]
    public void JsonConfirmed() => Snapshot.Matches(Written(o => JsonReport.Write(Models.Fault(), o)), Folder + "confirmed.json");

    [Fact]
    public void FlowTables() => Snapshot.Matches(
        Written(o =>
        {
            FlowRow[] rows = [new(Models.Flow(), 12, 0), new(Models.Flow("fd00:10:244::1234:5678"), 0, 0)];
            foreach (var (width, wide) in new[] { (120, false), (80, false), (100, true) })
            {
                FlowReport.Write(rows, severalCaptures: false, o, Pipe(width), wide);
                o.WriteLine();
            }
        }),
        Folder + "flows.txt");

    [Fact]
    public void TheFirstFiveLinesAreTheAnswerAndAreNotWrappedInAPipe()
    {
        var lines = Terminal(Models.Fault(), 60).Split('\n');

        Assert.StartsWith("CONFIRMED", lines[0], StringComparison.Ordinal);
        Assert.Contains("pmtu-blackhole at tunl0 of node-a", lines[0], StringComparison.Ordinal);
        Assert.Contains("1450 > 1440, DF", lines[1], StringComparison.Ordinal);
        Assert.Contains("#784", lines[1], StringComparison.Ordinal);
        Assert.Contains("12 of 13 lost segments", lines[2], StringComparison.Ordinal);
        Assert.Contains("clamp the MSS", lines[3], StringComparison.Ordinal);
        Assert.Contains("FragFails must not grow", lines[4], StringComparison.Ordinal);
        Assert.Equal("", lines[5]);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(132)]
    public void NothingButCommandsIsWiderThanTheTerminal(int width)
    {
        var text = Written(o => TerminalReport.Write(Models.Fault(VerdictStatus.Suspected), o, new Screen(width, Colour: false, Interactive: true, Unicode: true), wide: false));

        Assert.All(text.Split('\n').Where(l => !l.Contains("tcpdump", StringComparison.Ordinal)), l => Assert.True(l.Length <= width, l));
    }

    [Fact]
    public void ColourChangesNoWord()
    {
        var coloured = Written(o => TerminalReport.Write(Models.Fault(), o, Pipe(80) with { Colour = true }, wide: false));

        Assert.Contains('\u001b', coloured);
        Assert.Equal(Terminal(Models.Fault(), 80), System.Text.RegularExpressions.Regex.Replace(coloured, "\u001b\\[[0-9;]*m", ""));
    }

    [Fact]
    public void HtmlEscapesWhatComesFromFiles()
    {
        var model = Models.Fault() with { Case = "<script>alert(1)</script>", Complaint = "<img src=x>" };

        var html = Written(o => HtmlReport.Write(model, o));

        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
    }

    [Fact]
    public void BracketsOfStrangersAreText()
    {
        var model = Models.Fault() with { Complaint = "[red]flow[/] [[x]] [/", Files = [new ReportedFile("[bold]odd[/].txt", "text", "?", "nothing")] };

        var text = Terminal(model, 100, wide: true);

        Assert.Contains("[red]flow[/] [[x]] [/", text, StringComparison.Ordinal);
        Assert.Contains("[bold]odd[/].txt", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutUnicodeTheReportsOwnMarksAreAscii()
    {
        var marks = Terminal(Models.Fault(), 80).Where(c => c > 127).ToHashSet();

        Assert.Empty(marks);
        Assert.Contains('✓', Written(o => TerminalReport.Write(Models.Fault(), o, Pipe(80) with { Unicode = true }, wide: false)));
    }

    /// <summary>What is open beside a confirmation that explains all is named in one line; wide says it in full. With anything unexplained it is said in full.</summary>
    [Theory]
    [InlineData(0, false, false)]
    [InlineData(0, true, true)]
    [InlineData(1, false, true)]
    public void WhatNeedNotBeDecidedIsOnlyNamed(int unexplained, bool wide, bool full)
    {
        var model = Models.Fault();
        var open = model.Diagnosis.Verdicts[0] with { Status = VerdictStatus.Undecided, Summary = "perhaps" };
        var ledger = model.Diagnosis.Ledger with { Unexplained = unexplained };
        var text = Terminal(model with
        {
            Diagnosis = model.Diagnosis with
            {
                Ledger = ledger, Verdicts = [model.Diagnosis.Verdicts[0], open], NextEvidence = [new NextEvidence(new VantagePoint("node-a"), "nstat -az", null, "what the kernel counted")],
            },
        }, 120, wide);

        Assert.Equal(full, text.Contains("perhaps", StringComparison.Ordinal));
        Assert.Contains(unexplained > 0 ? "Collect next" : "To complete it: the answer stands without", text, StringComparison.Ordinal);
        Assert.Contains(full ? "UNDECIDED pmtu-blackhole at tunl0 of node-a" : "  pmtu-blackhole at tunl0 of node-a\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(VerdictStatus.Suspected, 1, 0, "the rest by random-loss; nothing is left unexplained")]
    [InlineData(VerdictStatus.Undecided, 1, 0, "bytes; nothing is left unexplained")]
    [InlineData(VerdictStatus.Suspected, 0, 1, "bytes; 1 explained by no fault")]
    public void TheHeadlineSaysWhoAccountsForTheRest(VerdictStatus status, int segments, int unexplained, string expected)
    {
        var model = Models.Fault();
        var other = model.Diagnosis.Verdicts[0] with { Fault = FaultCatalogue.Find("random-loss")!, Status = status, Explains = new Explains(segments, 13, 100) };

        var text = Terminal(model with { Diagnosis = model.Diagnosis with { Verdicts = [model.Diagnosis.Verdicts[0], other], Ledger = model.Diagnosis.Ledger with { Unexplained = unexplained } } }, 120);

        Assert.Contains(expected, text.Split('\n').First(l => l.StartsWith("Explains", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, false, 1)]
    [InlineData(12, true, 2)]
    [InlineData(11, false, 2)]
    public void TheSameFaultWithTheSameShareIsProvenOnce(int segments, bool wide, int proofs)
    {
        var model = Models.Fault();
        var verdict = model.Diagnosis.Verdicts[0];
        var told = verdict with { Scope = new Scope("node-b"), Explains = verdict.Explains with { Segments = segments } };

        var text = Terminal(model with { Diagnosis = model.Diagnosis with { Verdicts = [verdict, told, .. model.Diagnosis.Verdicts.Skip(1)] } }, 120, wide);

        Assert.Equal(proofs, text.Split('\n').Count(l => l.Contains("Were datagrams above one size", StringComparison.Ordinal)));
        Assert.Contains("CONFIRMED pmtu-blackhole at node-b", text, StringComparison.Ordinal);
    }

    [Fact]
    public void NoLineEndsInBlanks() =>
        Assert.All(Terminal(Models.Fault(VerdictStatus.Suspected), 80, wide: true).Split('\n'), l => Assert.Equal(l.TrimEnd(), l));

    [Fact]
    public void YamlIsTheJsonDocument()
    {
        var model = Models.Fault() with { Case = "yes: [no] #1\n- \"x\"", Complaint = "12:30" };
        var json = JsonReport.Node(model);

        var yaml = new YamlDotNet.Serialization.DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build()
            .Deserialize<object>(Written(o => YamlReport.Write(model, o)));

        Assert.Equal(Normal(json), Normal(JsonNode.Parse(new YamlDotNet.Serialization.SerializerBuilder().JsonCompatible().Build().Serialize(yaml))!));
    }

    // Numbers compared as numbers: 8.7e-5 and 0.000087 are the same.
    private static string Normal(JsonNode node) => node switch
    {
        JsonObject o => "{" + string.Join(",", o.Select(m => m.Key + "=" + (m.Value is null ? "null" : Normal(m.Value)))) + "}",
        JsonArray a => "[" + string.Join(",", a.Select(i => i is null ? "null" : Normal(i))) + "]",
        _ when node.GetValueKind() == System.Text.Json.JsonValueKind.Number => double.Parse(node.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        _ => node.ToJsonString(),
    };

    private static Screen Pipe(int width) => new(width, Colour: false, Interactive: false, Unicode: false);

    private static string Terminal(ReportModel model, int width, bool wide = false) =>
        Written(o => TerminalReport.Write(model, o, Pipe(width), wide));

    private static string Written(Action<TextWriter> write)
    {
        using var text = new StringWriter { NewLine = "\n" };
        write(text);
        return text.ToString();
    }
}

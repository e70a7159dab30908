using Whydrop.Diagnosis;
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
                FlowReport.Write(rows, severalCaptures: false, o, width, colour: false, wide);
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
        var text = Written(o => TerminalReport.Write(Models.Fault(VerdictStatus.Suspected), o, width, colour: false, wide: false, wrapHead: true));

        Assert.All(text.Split('\n').Where(l => !l.Contains("tcpdump", StringComparison.Ordinal) && !l.Contains("──", StringComparison.Ordinal)), l => Assert.True(l.Length <= width, l));
    }

    [Fact]
    public void ColourChangesNoWord()
    {
        var coloured = Written(o => TerminalReport.Write(Models.Fault(), o, 80, colour: true, wide: false, wrapHead: false));

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

    private static string Terminal(ReportModel model, int width, bool wide = false) =>
        Written(o => TerminalReport.Write(model, o, width, colour: false, wide, wrapHead: false));

    private static string Written(Action<TextWriter> write)
    {
        using var text = new StringWriter { NewLine = "\n" };
        write(text);
        return text.ToString();
    }
}

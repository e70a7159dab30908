using System.Text.Json.Nodes;
using Whydrop.Diagnosis;
using Whydrop.Diagnosis.Counters;
using Whydrop.Diagnosis.Layers;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Report.Html;
using Whydrop.Report.Json;
using Whydrop.Report.Markdown;
using Whydrop.Report.Terminal;

namespace Whydrop.Report.Tests;

public class LayersAndCountersTests
{
    private static readonly VantagePoint Pod = new("pod-x");

    [Fact]
    public void Every_renderer_tells_of_counters_outside_their_range_and_of_settings_that_differ()
    {
        var model = With(Models.Fault());
        foreach (var text in new[] { Terminal(model), Written(o => MarkdownReport.Write(model, o)), Written(o => HtmlReport.Write(model, o)), Written(o => JsonReport.Write(model, o)) })
        {
            Assert.Contains("TCPRcvQDrop", text, StringComparison.Ordinal);
            Assert.Contains("is not the first answer", string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
            Assert.Contains("htcp", text, StringComparison.Ordinal);
            Assert.Contains("cubic", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("TcpExt.ListenDrops", Terminal(model), StringComparison.Ordinal);
        Assert.DoesNotContain("net.ipv4.tcp_sack", Terminal(model), StringComparison.Ordinal);
    }

    [Fact]
    public void A_healthy_case_is_not_burdened_with_them()
    {
        var text = Terminal(With(Models.Healthy()));
        Assert.DoesNotContain("TCPRcvQDrop", text, StringComparison.Ordinal);
        Assert.DoesNotContain("htcp", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_contract_names_counter_layer_and_place()
    {
        var document = JsonNode.Parse(Written(o => JsonReport.Write(With(Models.Fault()), o)))!;
        var table = Assert.Single(document["counters"]!.AsArray())!;
        Assert.Equal(("pod-x", true, "bad"), ((string)table["at"]!["node"]!, (bool)table["twice"]!, (string)table["rows"]![0]!["health"]!));
        Assert.Equal("""["htcp","cubic"]""", document["layers"]!["settings"]![0]!["values"]!.ToJsonString());
        Assert.Null(JsonNode.Parse(Written(o => JsonReport.Write(Models.Fault(), o)))!["counters"]);
    }

    private static ReportModel With(ReportModel model)
    {
        var node = new VantagePoint("node-a");
        var facts = new FactSet(
        [
            Delta("Tcp.InSegs", 1000), Delta("TcpExt.TCPRcvQDrop", 4), Delta("TcpExt.ListenDrops", 0),
            Setting(Pod, "net.ipv4.tcp_congestion_control", "cubic"), Setting(node, "net.ipv4.tcp_congestion_control", "htcp"), Setting(Pod, "net.ipv4.tcp_sack", "1"), Setting(node, "net.ipv4.tcp_sack", "1"),
        ]);
        return model with { Diagnosis = model.Diagnosis with { Counters = CounterTable.Of(facts), Layers = LayerTable.Of(facts) } };
    }

    private static CounterDelta Delta(string name, long delta) => new(Pod, new Provenance("pod-x/netstat-s.txt", 1), name, 0, delta, delta, null);

    private static Sysctl Setting(VantagePoint at, string key, string value) => new(at, new Provenance("sysctl.txt", 1), key, value);

    private static string Terminal(ReportModel model) => Written(o => TerminalReport.Write(model, o, new Screen(100, false, false, true), wide: false));

    private static string Written(Action<TextWriter> write)
    {
        using var text = new StringWriter { NewLine = "\n" };
        write(text);
        return text.ToString();
    }
}

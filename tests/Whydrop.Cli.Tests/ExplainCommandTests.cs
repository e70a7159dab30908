using System.Text.Json.Nodes;
using Whydrop.Cli.Commands;

namespace Whydrop.Cli.Tests;

public class ExplainCommandTests
{
    private static readonly string Pod = Path.Combine(Repository.Root, "examples", "pod-receive-overrun", "pod-app");

    [Fact]
    public void One_dump_is_explained_counter_by_counter_the_worst_first()
    {
        var run = Invocation.Of("explain", Path.Combine(Pod, "netstat-s.2-after.txt"), "--color", "never");
        Assert.Equal((3, ""), (run.Code, run.Errors));
        var lines = run.Output.Split('\n');
        Assert.Contains("One reading", run.Output, StringComparison.Ordinal);
        Assert.StartsWith("  BAD   TcpExt.TCPRcvQDrop", Assert.Single(lines, l => l.Contains("TcpExt.TCPRcvQDrop  ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("is not the first answer", run.Output, StringComparison.Ordinal);
        Assert.True(Array.FindIndex(lines, l => l.StartsWith("  BAD ", StringComparison.Ordinal)) < Array.FindIndex(lines, l => l.StartsWith("  look ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_two_dumps_the_growth_is_judged_whatever_their_order()
    {
        var files = new[] { Path.Combine(Pod, "netstat-s.2-after.txt"), Path.Combine(Pod, "netstat-s.1-before.txt") };
        var table = Assert.Single(JsonNode.Parse(Invocation.Of(["explain", .. files, "-o", "json"]).Output)!["tables"]!.AsArray())!;
        Assert.True((bool)table["twice"]!);
        var dropped = table["rows"]!.AsArray().Single(r => (string)r!["counter"]! == "TcpExt.TCPRcvQDrop")!;
        Assert.Equal((2, "bad", "Tcp.InSegs"), ((int)dropped["delta"]!, (string)dropped["health"]!, (string)dropped["ratioOf"]!));
        Assert.NotNull(table["overrun"]);
    }

    [Fact]
    public void Layers_are_compared()
    {
        var document = JsonNode.Parse(Invocation.Of("explain", "--layers", Path.Combine(Pod, ".."), "-o", "json").Output)!;
        Assert.Equal("whydrop.layers/1", (string)document["schema"]!);
        var first = document["layers"]!["settings"]![0]!;
        Assert.Equal(("net.ipv4.tcp_congestion_control", """["bbr","reno","dctcp"]"""), ((string)first["setting"]!, first["values"]!.ToJsonString()));
        var text = Invocation.Of("explain", "--layers", Path.Combine(Pod, ".."), "--color", "never").Output;
        Assert.Contains("differ in", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no protocol counters in")]
    public void What_holds_no_counters_is_an_error_of_one_line(string message)
    {
        var run = Invocation.Of("explain", Path.Combine(Pod, "sysctl-a-r.txt"));
        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Contains(message, Assert.Single(run.Errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void A_counter_says_what_it_means_and_when_it_is_unhealthy()
    {
        var run = Invocation.Of("explain", "TCPRcvQDrop", "--color", "never");
        Assert.Equal(0, run.Code);
        Assert.Contains("Healthy: 0", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SOCKET_RCVBUFF")]
    [InlineData("skb_drop_reason_socket_rcvbuff")]
    public void A_drop_reason_says_what_it_means_and_of_what_it_is_a_sign(string word)
    {
        var run = Invocation.Of("explain", word, "--color", "never");
        Assert.Equal(0, run.Code);
        Assert.StartsWith("SOCKET_RCVBUFF (drop reason of the kernel)", run.Output, StringComparison.Ordinal);
        Assert.Contains("whydrop explain rcvbuf-overrun", string.Join(' ', run.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_drop_reasons_are_signs_of_can_be_explained()
    {
        Assert.All(DropReasonWords.All.SelectMany(r => r.Faults).Distinct(), id => Assert.Equal(0, Invocation.Of("explain", id).Code));
        Assert.Equal(DropReasonWords.All.Count, DropReasonWords.All.Select(r => r.Word).Distinct(StringComparer.Ordinal).Count());
    }
}

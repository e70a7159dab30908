using System.Text.Json.Nodes;

namespace Whydrop.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cli-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("diagnose")]
    [InlineData("flows")]
    [InlineData("journeys")]
    [InlineData("explain")]
    [InlineData("compare")]
    public void HelpIsThereForEveryCommand(string command)
    {
        var run = Invocation.Of(command, "-h");

        Assert.Equal(0, run.Code);
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
        Assert.Equal("", run.Errors);
    }

    [Theory]
    [InlineData("list", "NAME")]
    [InlineData("run", "--set")]
    [InlineData("score", "--keep-failed")]
    public void HelpIsThereForEveryCommandOfTheLab(string command, string part)
    {
        var run = Invocation.Of("lab", command, "-h");

        Assert.Equal((0, ""), (run.Code, run.Errors));
        Assert.Contains(part, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TheLabListsALineForEachScenarioThatFitsAScreen()
    {
        var lines = Invocation.Of("lab", "list", "--color", "never").Output.TrimEnd().Split('\n');

        Assert.Contains(lines, l => l.Contains("tunnel-mtu", StringComparison.Ordinal) && l.Contains("pmtu-blackhole", StringComparison.Ordinal));
        Assert.All(lines, l => Assert.InRange(l.Length, 0, 120));
    }

    [Fact]
    public void TheLabShowsAScenarioWithItsParameters()
    {
        var run = Invocation.Of("lab", "list", "tunnel-mtu");
        var json = JsonNode.Parse(Invocation.Of("lab", "list", "tunnel-mtu", "--output", "json").Output)!.AsArray();

        Assert.Contains("evidence     all", run.Output, StringComparison.Ordinal);
        Assert.Equal("tunnel", (string?)Assert.Single(json)!["layer"]);
        Assert.Contains(json[0]!["parameters"]!.AsArray(), p => (string?)p!["name"] == "mtu");
    }

    [Theory]
    [InlineData("near: tunnel-mtu;", "lab", "run", "tunnel-mut")]
    [InlineData("near: tunnel-mtu;", "lab", "list", "tunel-mtu")]
    [InlineData("near: pmtu-blackhole;", "explain", "mtu-blackhole")]
    [InlineData("(whydrop lab run -h shows how)", "lab", "run", "tunnel-mtu", "--set")]
    [InlineData("(whydrop flows -h shows how)", "flows")]
    public void AWrongWordIsOneLineThatSaysWhatToDo(string part, params string[] words)
    {
        var run = Invocation.Of(words);

        Assert.Contains(part, run.Errors, StringComparison.Ordinal);
        Assert.StartsWith("whydrop: ", run.Errors, StringComparison.Ordinal);
        Assert.Equal((2, 1), (run.Code, run.Errors.Count(c => c == '\n')));
    }

    [Fact]
    public void ACounterNamesTheFaultsThatSpeakOfIt() => Assert.Contains("listen-overflow", Invocation.Of("explain", "ListenOverflows").Output, StringComparison.Ordinal);

    [Fact]
    public void VersionIsANumber() => Assert.Matches(@"^\d+\.\d+\.\d+\n$", Invocation.Of("--version").Output.ReplaceLineEndings("\n"));

    [Theory]
    [InlineData(2)]
    [InlineData(2, "bogus")]
    [InlineData(2, "diagnose")]
    [InlineData(2, "diagnose", "x", "-o", "pdf")]
    [InlineData(2, "diagnose", "/no/such/case")]
    [InlineData(2, "flows", "/no/such/capture")]
    [InlineData(2, "flows", "/no/such/capture", "--flow", "not-an-address")]
    [InlineData(2, "flows", "/no/such/capture", "--top", "-1")]
    [InlineData(2, "flows", "x", "--sort", "beauty")]
    [InlineData(2, "explain", "pmtu-blackhol")]
    [InlineData(2, "lab", "list", "no-such-scenario")]
    [InlineData(2, "lab", "list", "--output", "pdf")]
    [InlineData(2, "lab", "run", "no-such-scenario")]
    [InlineData(2, "lab", "score", "--filter", "no-such-fault")]
    [InlineData(2, "lab", "score", "--seeds", "0")]
    [InlineData(2, "lab", "score", "--jobs", "many")]
    public void WrongUsageIsOneLineAndExitCode2(int code, params string[] args)
    {
        var run = Invocation.Of(args);

        Assert.Equal(code, run.Code);
        Assert.Equal("", run.Output);
        Assert.StartsWith("whydrop: ", run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public void ANearMatchIsNamed() => Assert.Contains("near: pmtu-blackhole", Invocation.Of("explain", "pmtu-blackhol").Errors, StringComparison.Ordinal);

    [Theory]
    [InlineData("pmtu-blackhole", "Mechanism")]
    [InlineData("capture-any-duplicates", "Taken for")]
    [InlineData("Retransmission", "sent before")]
    [InlineData("tcp.analysis.lost_segment", "PreviousSegmentNotCaptured")]
    [InlineData("TcpExtTCPLostRetransmit", "TcpExt.TCPLostRetransmit")]
    [InlineData("FragFails", "outgoing packets failed fragmentation")]
    [InlineData("ip.fragfails", "Ip.FragFails")]
    public void WordsAreExplained(string word, string part)
    {
        var run = Invocation.Of("explain", word);

        Assert.Equal(0, run.Code);
        Assert.Contains(part, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ACaseThatSaysNothingIsInconclusive()
    {
        File.WriteAllText(Path.Combine(folder, "poem.txt"), "Roses are red\n");

        var run = Invocation.Of("diagnose", folder, "--color", "never");

        Assert.Equal(4, run.Code);
        Assert.StartsWith("INCONCLUSIVE", run.Output, StringComparison.Ordinal);
        Assert.Contains("poem.txt: unrecognised", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("json", "{")]
    [InlineData("yaml", "schema: whydrop.verdict/1")]
    [InlineData("md", "## INCONCLUSIVE")]
    [InlineData("html", "<!doctype html>")]
    [InlineData("wide", "INCONCLUSIVE")]
    public void EveryFormatIsWritten(string format, string start)
    {
        File.WriteAllText(Path.Combine(folder, "poem.txt"), "Roses are red\n");

        var run = Invocation.Of("diagnose", folder, "-o", format);

        Assert.Equal(4, run.Code);
        Assert.StartsWith(start, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void HealthyIsExitCode0AndFlowsListsTheConnection()
    {
        var capture = Path.Combine(folder, "eth0.pcap");
        File.WriteAllBytes(capture, CleanCapture.Bytes());

        var diagnosed = Invocation.Of("diagnose", capture, "-o", "json");
        var flows = Invocation.Of("flows", capture, "-o", "json", "--flow", "10.0.0.2:80");

        Assert.Equal(0, diagnosed.Code);
        Assert.Equal("healthy", (string?)JsonNode.Parse(diagnosed.Output)!["outcome"]);
        Assert.Equal(0, flows.Code);
        Assert.Equal("10.0.0.1:40000", (string?)JsonNode.Parse(flows.Output)!["flows"]![0]!["client"]);
    }

    [Fact]
    public void FlowsOfNoCaptureFailsWithOneLine()
    {
        var text = Path.Combine(folder, "poem.txt");
        File.WriteAllText(text, "Roses are red\n");

        var run = Invocation.Of("flows", text);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Single(run.Errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public void FlowsOfACutCaptureShowsWhatItReadAndSaysWhereItStops()
    {
        var capture = Path.Combine(folder, "eth0.pcap");
        File.WriteAllBytes(capture, CleanCapture.Bytes()[..^10]);

        var run = Invocation.Of("flows", capture);

        Assert.Equal(0, run.Code);
        Assert.Contains("10.0.0.1:40000", run.Output, StringComparison.Ordinal);
        Assert.StartsWith("whydrop: eth0.pcap#", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralPipesAreOneCase()
    {
        string[] pipes = [Path.Combine(folder, "eth0.pcap"), Path.Combine(folder, "tunl0.pcap")];
        using (var made = System.Diagnostics.Process.Start("mkfifo", pipes))
        {
            await made.WaitForExitAsync();
        }

        var writing = pipes.Select(p => Task.Run(() => File.WriteAllBytes(p, CleanCapture.Bytes()))).ToArray();
        var run = Invocation.Of("diagnose", pipes[0], pipes[1]);
        await Task.WhenAll(writing);

        Assert.StartsWith("HEALTHY", run.Output, StringComparison.Ordinal);
        Assert.Contains("2 captures", run.Output, StringComparison.Ordinal);
Assert.Contains("no gap: every file was read to its end", run.Output, StringComparison.Ordinal);
    }
}

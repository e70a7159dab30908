using System.Text.Json.Nodes;

namespace Whydrop.Cli.Tests;

public sealed class CompareCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cli-compare-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(0, 0, "CURED ", "cured")]
    [InlineData(4, 3, "NOT CURED ", "not-cured")]
    public void TwoCasesAreComparedAndTheExitCodeSaysTheAnswer(int lateAfter, int code, string first, string outcome)
    {
        var (before, after) = (Samples("before", 4), Samples("after", lateAfter));

        var run = Invocation.Of("compare", before, after, "--color", "never");
        var document = JsonNode.Parse(Invocation.Of("compare", before, after, "-o", "json").Output)!;

        Assert.Equal((code, ""), (run.Code, run.Errors));
        Assert.StartsWith(first, run.Output, StringComparison.Ordinal);
        Assert.Contains("late or failed requests", run.Output, StringComparison.Ordinal);
        Assert.Equal(("whydrop.comparison/1", outcome), ((string)document["schema"]!, (string)document["outcome"]!));
        Assert.Equal((4, lateAfter, outcome), ((int)document["symptoms"]![0]!["before"]!, (int)document["symptoms"]![0]!["after"]!, (string)document["symptoms"]![0]!["outcome"]!));
    }

    [Fact]
    public void TheFaultThatStandsIsNamedAndCountersOfTroubleStandSideBySide()
    {
        var example = Path.Combine(Repository.Root, "examples", "pod-receive-overrun");

        var run = Invocation.Of("compare", example, example, "--color", "never");
        var document = JsonNode.Parse(Invocation.Of("compare", example, example, "-o", "json").Output)!;

        Assert.Matches("Before +rcvbuf-overrun confirmed at .*pod-app", run.Output);
        Assert.Equal(("rcvbuf-overrun", "confirmed"), ((string)document["faultAfter"]!["fault"]!, (string)document["faultAfter"]!["status"]!));
        var pruned = document["counters"]!.AsArray().Single(c => (string)c!["name"]! == "TcpExt.PruneCalled" && ((string)c["where"]!).Contains("pod-app", StringComparison.Ordinal))!;
        Assert.True((long)pruned["before"]! > 0 && (long)pruned["before"]! == (long)pruned["after"]!);
    }

    [Fact]
    public void WhyACaseTellsNothingIsSaidFileByFile()
    {
        var junk = Path.Combine(folder, "junk");
        File.WriteAllBytes(junk, [0, 1, 2, 3, 0xFF]);

        var run = Invocation.Of("compare", junk, Samples("after", 0), "--color", "never");

        Assert.Equal(4, run.Code);
        Assert.StartsWith("CANNOT TELL ", run.Output, StringComparison.Ordinal);
        Assert.Contains("junk: binary file", Assert.Single(run.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void AListOfInstancesIsPartedByItsAttributes()
    {
        var list = Path.Combine(folder, "instances.csv");
        File.WriteAllLines(list, Enumerable.Range(0, 12).Select(i => $"i{i},{(i < 6 ? "container" : "vm")},n{i % 3},{(i < 6 ? 0.02 : 0.001)}").Prepend("instance,kind,node,rate"));

        var run = Invocation.Of("compare", list, "--color", "never");
        var document = JsonNode.Parse(Invocation.Of("compare", list, "-o", "json").Output)!;

        Assert.Equal((3, ""), (run.Code, run.Errors));
        Assert.StartsWith("SEPARATES ", run.Output, StringComparison.Ordinal);
        Assert.Contains("kind = container", run.Output.Split('\n')[0], StringComparison.Ordinal);
        Assert.Equal(("separates", 12, "kind = container"), ((string)document["outcome"]!, (int)document["instances"]!, (string)document["splits"]![0]!["attributes"]![0]!));
    }

    [Theory]
    [InlineData("instance,kind,rate\na,vm,0.1\nb,vm,0.1\n", "NO DIFFERENCE")]
    [InlineData("instance,kind,rate\na,vm,0.1\nb,container,0.2\n", "CANNOT TELL")]
    public void InstancesThatDoNotDifferOrAreFewAreInconclusive(string text, string first)
    {
        var list = Path.Combine(folder, "instances.csv");
        File.WriteAllText(list, text);

        var run = Invocation.Of("compare", list, "--color", "never");

        Assert.Equal((4, ""), (run.Code, run.Errors));
        Assert.StartsWith(first, run.Output, StringComparison.Ordinal);
        Assert.Equal(first == "CANNOT TELL", run.Output.Contains("Few instances", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("empty")]
    [InlineData("poem")]
    [InlineData("missing", "poem")]
    public void WrongUsageIsOneLineAndExitCode2(params string[] files)
    {
        File.WriteAllText(Path.Combine(folder, "empty"), "");
        File.WriteAllText(Path.Combine(folder, "poem"), "Roses are red,\nviolets are blue\n");

        var run = Invocation.Of(["compare", .. files.Select(f => Path.Combine(folder, f))]);

        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Single(run.Errors.TrimEnd().Split('\n'));
    }

    /// <summary>A minute of a request each second; some answers are late, evenly spread.</summary>
    private string Samples(string name, int late)
    {
        var file = Path.Combine(folder, name + ".csv");
        File.WriteAllLines(file, Enumerable.Range(0, 61).Select(i => $"2026-11-21T21:15:{i % 60:00}Z,{(late > 0 && i % (60 / late) == 7 ? 1200 : 5)},200".Replace("15:00Z", i == 60 ? "16:00Z" : "15:00Z", StringComparison.Ordinal)).Prepend("time,latency_ms,status"));
        return file;
    }
}

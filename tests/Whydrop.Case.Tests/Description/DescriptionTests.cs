using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Tests.Description;

public class DescriptionTests
{
    [Fact]
    public void ItSaysWhereFilesWereTaken()
    {
        using var folder = new CaseFolder()
            .With("case.yaml", "vantages:\n  - files: \"x/*.txt\"\n    node: worker-7\n    netns: web\n")
            .With("x/snmp.txt", Sample.Snmp(1, 1)).With("y/snmp.txt", Sample.Snmp(1, 1));

        var places = folder.Load().Facts.Of<Counter>().Select(c => c.At).Distinct();

        Assert.Equal([new VantagePoint("worker-7", "web"), new VantagePoint("y")], places);
    }

    [Fact]
    public void AMappingFromGlobsWorksToo()
    {
        using var folder = new CaseFolder().With("case.yaml", "vantages:\n  snmp.txt: { node: worker-7 }\n").With("snmp.txt", Sample.Snmp(1, 1));

        Assert.All(folder.Load().Facts.Of<Counter>(), c => Assert.Equal("worker-7", c.At.Node));
    }

    [Fact]
    public void ItCarriesTheComplaintAndTheTopology()
    {
        using var folder = new CaseFolder().With("case.yaml", "complaint:\n  flow: 10.0.0.1:40000 > 10.0.0.2:80\n  time: 2024-02-20T08:15:30Z\n  threshold: 1500ms\ntopology: [lb, node-a/eth0, node-a/tunl0]\n");

        var loaded = folder.Load();

        Assert.Equal("10.0.0.1:40000 > 10.0.0.2:80", loaded.Complaint!.Flow);
        Assert.Equal("2024-02-20T08:15:30.000000Z", loaded.Complaint.Time.ToString());
        Assert.Equal(TimeSpan.FromSeconds(1.5), loaded.Complaint.Threshold);
        Assert.Equal(["lb", "node-a/eth0", "node-a/tunl0"], loaded.Topology);
    }

    [Theory]
    [InlineData("complaint:\n  flow: x\n  colour: red\n", 3, "unknown key \"complaint.colour\"")]
    [InlineData("nodes: 3\n", 1, "unknown key \"nodes\"")]
    [InlineData("vantages:\n  - node: a\n", 2, "an entry of vantages names no files")]
    [InlineData("complaint:\n  time: yesterday\n", 2, "complaint.time: \"yesterday\" is no RFC 3339 time")]
    [InlineData("a: b: c\n", 1, "not YAML")]
    public void WhatItDoesNotKnowIsAGapWithItsLine(string yaml, int line, string reason)
    {
        using var folder = new CaseFolder().With("case.yaml", yaml);

        var gap = Assert.Single(folder.Load().Facts.Of<Gap>());

        Assert.Equal(new Provenance("case.yaml", Line: line), gap.From);
        Assert.StartsWith(reason, gap.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: [1\nb: 2")]
    [InlineData("[[[[")]
    [InlineData("\t- x: {")]
    public void BrokenTextIsAGap(string yaml)
    {
        using var folder = new CaseFolder().With("case.yaml", yaml);

        Assert.Equal(GapKind.Malformed, Assert.Single(folder.Load().Facts.Of<Gap>()).Kind);
    }

    [Fact]
    public void DeepNestingEndsInAGap()
    {
        using var folder = new CaseFolder().With("case.yaml", new string('[', 500_000));

        Assert.Contains("nested deeper", Assert.Single(folder.Load().Facts.Of<Gap>()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAliasBombIsNoTrouble()
    {
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 30).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 8))}]\n"));
        using var folder = new CaseFolder().With("case.yaml", bomb);

        Assert.NotEmpty(folder.Load().Facts.Of<Gap>());
    }

    [Theory]
    [InlineData("200ms", 0.2)]
    [InlineData("1.5s", 1.5)]
    [InlineData("-3ms", -0.003)]
    [InlineData("2m", 120)]
    [InlineData("7", 7)]
    public void DurationsAreReadAsTheEcosystemWritesThem(string text, double seconds)
    {
        Assert.True(Case.Description.Duration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }
}

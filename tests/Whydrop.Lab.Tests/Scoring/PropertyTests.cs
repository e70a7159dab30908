using Whydrop.Case;
using Whydrop.Diagnosis;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Evidence.Stack;
using Whydrop.Lab.Scoring;

namespace Whydrop.Lab.Tests.Scoring;

/// <summary>The properties find what violates them.</summary>
public sealed class PropertyTests
{
    private static readonly Lazy<FactSet> Facts = new(() => CaseLoader.Load([Path.Combine(Root(), "examples", "tunnel-mtu")], CaseOptions.Default).Facts);

    [Theory]
    [InlineData(VerdictStatus.Undecided, VerdictStatus.Confirmed, true)]
    [InlineData(VerdictStatus.Suspected, VerdictStatus.Confirmed, true)]
    [InlineData(VerdictStatus.Undecided, VerdictStatus.RuledOut, true)]
    [InlineData(VerdictStatus.Undecided, VerdictStatus.Suspected, true)]
    [InlineData(null, VerdictStatus.Confirmed, true)]
    [InlineData(null, VerdictStatus.RuledOut, true)]
    [InlineData(VerdictStatus.Confirmed, VerdictStatus.Confirmed, false)]
    [InlineData(VerdictStatus.Confirmed, VerdictStatus.Suspected, false)]
    [InlineData(VerdictStatus.RuledOut, VerdictStatus.Undecided, false)]
    [InlineData(null, VerdictStatus.Undecided, false)]
    public void A_verdict_that_grows_stronger_is_told(VerdictStatus? before, VerdictStatus after, bool violates)
    {
        Weakening.Stand Stand(VerdictStatus status) => new("random-loss", new Scope("node-a", null, "eth0"), status);

        var told = Weakening.Surer(before is { } was ? [Stand(was)] : [], [Stand(after)], "without Sysctl").ToArray();

        Assert.Equal(violates, told.Length == 1);
        if (violates)
            Assert.StartsWith($"without Sysctl: random-loss at eth0 of node-a becomes {after}", told[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Losing_the_place_makes_nothing_surer() =>
        Assert.Empty(Weakening.Surer([new("x", new Scope("node-a", null, "eth0"), VerdictStatus.Confirmed)], [new("x", new Scope("node-a"), VerdictStatus.Confirmed)], ""));

    [Fact]
    public void Without_a_capture_its_journeys_are_gone_too()
    {
        var facts = Facts.Value;
        var capture = facts.Of<CaptureSummary>().Single(c => c.From.Source.EndsWith("fwd-node/tunl0.pcap", StringComparison.Ordinal));

        var fewer = new Withheld(facts).Without(capture.From.Source);

        Assert.Contains(facts.Of<SegmentPlacement>(), p => p.MissingCapture == capture.Capture);
        Assert.DoesNotContain(fewer.Of<SegmentPlacement>(), p => p.Capture == capture.Capture || p.MissingCapture == capture.Capture);
        Assert.DoesNotContain(fewer.Of<FlowPairing>(), p => p.Capture == capture.Capture || p.OtherCapture == capture.Capture);
        Assert.DoesNotContain(fewer.Of<TcpFlow>(), f => f.Capture == capture.Capture);
        Assert.Contains(fewer.Of<TcpFlow>(), f => f.Capture != capture.Capture);
    }

    [Fact]
    public void Without_the_first_reading_nothing_grew()
    {
        var facts = Facts.Value;
        var before = facts.Of<CounterDelta>().Select(d => d.BeforeFrom).OfType<Provenance>().First().Source;

        Assert.DoesNotContain(new Withheld(facts).Without(before).Of<CounterDelta>(), d => d.BeforeFrom?.Source == before);
        Assert.Contains(before, new Withheld(facts).Files);
    }

    [Fact]
    public void Bytes_that_are_lost_or_invented_are_told()
    {
        var facts = Facts.Value;
        Assert.Empty(Conservation.Violations(facts));
        var tally = facts.Of<FateTally>().First(t => t.Fate == Fate.Delivered);
        var invented = new FactSet(facts.All.Select(f => f == tally ? tally with { Bytes = tally.Bytes + 1 } : f));
        var lost = new FactSet(facts.All.Where(f => f != tally));

        Assert.Contains(Conservation.Violations(invented), v => v.StartsWith($"{tally.From.Source}: bytes: sent ", StringComparison.Ordinal));
        Assert.Contains(Conservation.Violations(lost), v => v.StartsWith("ledger: bytes, each connection once", StringComparison.Ordinal));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Whydrop.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }
}

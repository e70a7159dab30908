using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Tests.Counters;

public class CounterPairingTests
{
    [Fact]
    public void TwoReadingsInOneFolderGiveGrowth()
    {
        using var folder = new CaseFolder().With("node-a/before.txt", Sample.Snmp(100, 4)).With("node-a/after.txt", Sample.Snmp(250, 9));

        var delta = Delta(folder.Load(), "Tcp.RetransSegs");

        Assert.Equal((4, 9, 5), (delta.Before, delta.After, delta.Delta));
        Assert.Equal("node-a/after.txt", delta.From.Source);
        Assert.Equal("node-a/before.txt", delta.BeforeFrom!.Source);
        Assert.Equal(new VantagePoint("node-a"), delta.At);
    }

    [Theory]
    [InlineData("a.txt", "b.txt")]
    [InlineData("b.txt", "a.txt")]
    [InlineData("t2.txt", "t1.txt")]
    public void TheCountersDecideWhichIsEarlier(string earlier, string later)
    {
        using var folder = new CaseFolder().With("n/" + earlier, Sample.Snmp(100, 4)).With("n/" + later, Sample.Snmp(250, 9));

        Assert.Equal(5, Delta(folder.Load(), "Tcp.RetransSegs").Delta);
    }

    [Fact]
    public void FoldersBeforeAndAfterArePhasesOfOneNode()
    {
        using var folder = new CaseFolder().With("node-a/before/snmp", Sample.Snmp(100, 4)).With("node-a/after/snmp", Sample.Snmp(250, 9));

        Assert.Equal(5, Delta(folder.Load(), "Tcp.RetransSegs").Delta);
    }

    [Fact]
    public void ASmallerLaterValueIsAResetAndNothingIsCompared()
    {
        using var folder = new CaseFolder().With("n/before.txt", Sample.Snmp(100, 40)).With("n/after.txt", Sample.Snmp(250, 9));

        var loaded = folder.Load();

        Assert.Empty(loaded.Facts.Of<CounterDelta>());
        var gap = Assert.Single(loaded.Facts.Of<Gap>());
        Assert.StartsWith("counter-reset-or-netns-mix: Tcp.RetransSegs shrank (40 in n/before.txt, 9 in n/after.txt)", gap.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void StatedOrderAgainstTheCountersIsAResetNotTurnedRound()
    {
        using var folder = new CaseFolder().With("n/before.txt", Sample.Snmp(250, 9)).With("n/after.txt", Sample.Snmp(100, 4));

        var loaded = folder.Load();

        Assert.Empty(loaded.Facts.Of<CounterDelta>());
        Assert.Contains(loaded.Facts.Of<Gap>(), g => g.Reason.StartsWith("counter-reset-or-netns-mix", StringComparison.Ordinal));
    }

    [Fact]
    public void AnOmittedCounterCountsAsZeroWhereTheSectionStands()
    {
        using var folder = new CaseFolder().With("n/1.txt", Sample.NetstatStatistics(100, 0)).With("n/2.txt", Sample.NetstatStatistics(250, 7));

        var delta = Delta(folder.Load(), "Tcp.RetransSegs");

        Assert.Equal((0, 7, 7), (delta.Before, delta.After, delta.Delta));
    }

    [Fact]
    public void AGaugeIsNoCounter()
    {
        using var folder = new CaseFolder().With("n/1.txt", Sample.Snmp(100, 4, currEstab: 9)).With("n/2.txt", Sample.Snmp(250, 9, currEstab: 2));

        var loaded = folder.Load();

        Assert.DoesNotContain(loaded.Facts.Of<CounterDelta>(), d => d.Name == "Tcp.CurrEstab");
        Assert.Empty(loaded.Facts.Of<Gap>());
    }

    [Fact]
    public void DifferentToolsAtOneMomentAreNoPair()
    {
        using var folder = new CaseFolder().With("n/netstat.txt", Sample.NetstatStatistics(100, 4)).With("n/snmp.txt", Sample.Snmp(101, 4));

        Assert.Empty(folder.Load().Facts.Of<CounterDelta>());
    }

    [Fact]
    public void DifferentNodesAreNoPair()
    {
        using var folder = new CaseFolder().With("a/snmp", Sample.Snmp(100, 4)).With("b/snmp", Sample.Snmp(250, 9)).With("a/netns-x/snmp", Sample.Snmp(300, 10));

        Assert.Empty(folder.Load().Facts.Of<CounterDelta>());
    }

    [Fact]
    public void ACopyIsNoSecondReading()
    {
        using var folder = new CaseFolder().With("n/1.txt", Sample.Snmp(100, 4)).With("n/copy.txt", Sample.Snmp(100, 4));

        var loaded = folder.Load();

        Assert.Empty(loaded.Facts.Of<CounterDelta>());
        Assert.Equal(GapKind.NotCollected, Assert.Single(loaded.Facts.Of<Gap>()).Kind);
    }

    [Fact]
    public void TheSameBytesBeforeAndAfterAreAQuietNamespace()
    {
        using var folder = new CaseFolder().With("n/before.txt", Sample.Snmp(100, 4)).With("n/after.txt", Sample.Snmp(100, 4));

        Assert.Equal(0, Delta(folder.Load(), "Tcp.RetransSegs").Delta);
    }

    [Fact]
    public void OfThreeTheFirstAndTheLastAreJudgedAndSaid()
    {
        using var folder = new CaseFolder().With("n/1.txt", Sample.Snmp(100, 4)).With("n/2.txt", Sample.Snmp(250, 9)).With("n/3.txt", Sample.Snmp(300, 20));

        var loaded = folder.Load();

        Assert.Equal(16, Delta(loaded, "Tcp.RetransSegs").Delta);
        Assert.Contains(loaded.Facts.Of<Gap>(), g => g is { Kind: GapKind.Limited } && g.Reason.StartsWith("3 readings of Tcp", StringComparison.Ordinal));
    }

    [Fact]
    public void ARestartInTheMiddleIsSeenThoughTheLastIsLarger()
    {
        using var folder = new CaseFolder().With("n/t0-10:00:00.txt", Sample.Snmp(100, 4)).With("n/t1-10:01:00.txt", Sample.Snmp(20, 1)).With("n/t2-10:02:00.txt", Sample.Snmp(300, 20));

        Assert.Empty(folder.Load().Facts.Of<CounterDelta>());
    }

    [Fact]
    public void TwoReadingsInOneFileAreAPair()
    {
        using var folder = new CaseFolder().With("n/log.txt", $"# cat /proc/net/snmp\n{Sample.Snmp(100, 4)}# sleep 10\n# cat /proc/net/snmp\n{Sample.Snmp(250, 9)}");

        Assert.Equal(5, Delta(folder.Load(), "Tcp.RetransSegs").Delta);
    }

    private static CounterDelta Delta(LoadedCase loaded, string name) => Assert.Single(loaded.Facts.Of<CounterDelta>(), d => d.Name == name);
}

using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Tests.Counters;

public class RuleCounterTests
{
    private const string Name = "Rule inet/filter.forward tcp dport 80 drop";

    [Fact]
    public void ARulesCounterGrowsBetweenTwoReadings()
    {
        using var folder = new CaseFolder().With("n/nft-before.txt", Ruleset(3, 40)).With("n/nft-after.txt", Ruleset(162, 41));

        var loaded = folder.Load();

        var delta = Assert.Single(loaded.Facts.Of<CounterDelta>(), d => d.Name == Name);
        Assert.Equal((3, 162, 159), (delta.Before, delta.After, delta.Delta));
        Assert.All(loaded.Facts.Of<FirewallRule>().Where(r => r.Action == "drop"), r => Assert.Equal(Name, r.Counter));
        Assert.Empty(loaded.Facts.Of<Gap>());
    }

    [Fact]
    public void ARuleThatWasAddedIsNotComparedAndTheOthersAre()
    {
        using var folder = new CaseFolder().With("n/nft-before.txt", Ruleset(3, 40)).With("n/nft-after.txt", Ruleset(5, 41, "\t\tudp dport 53 counter packets 9 bytes 540 drop\n"));

        var deltas = folder.Load().Facts.Of<CounterDelta>();

        Assert.Equal(2, Assert.Single(deltas, d => d.Name == Name).Delta);
        Assert.DoesNotContain(deltas, d => d.Name.Contains("udp", StringComparison.Ordinal));
    }

    [Fact]
    public void ATableThatWasLoadedAnewIsNotCompared()
    {
        using var folder = new CaseFolder().With("n/nft-before.txt", Ruleset(3, 40)).With("n/nft-after.txt", Ruleset(8, 2));

        var loaded = folder.Load();

        Assert.Empty(loaded.Facts.Of<CounterDelta>());
        Assert.Contains("none of its rules is compared", Assert.Single(loaded.Facts.Of<Gap>()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePolicyOfAChainCountsToo()
    {
        using var folder = new CaseFolder().With("n/before.txt", Save(17)).With("n/after.txt", Save(50));

        var loaded = folder.Load();

        Assert.Equal(33, Assert.Single(loaded.Facts.Of<CounterDelta>(), d => d.Name == "Rule ip/filter.FORWARD policy").Delta);
        Assert.Contains(loaded.Facts.Of<FirewallChain>(), c => c is { Policy: "drop", Counter: "Rule ip/filter.FORWARD policy" });
    }

    [Fact]
    public void ConnectionTrackingCountersGrow()
    {
        using var folder = new CaseFolder().With("n/before.txt", Statistics(3)).With("n/after.txt", Statistics(10));

        Assert.Equal(14, Assert.Single(folder.Load().Facts.Of<CounterDelta>(), d => d.Name == "Conntrack.InsertFailed").Delta);
    }

    private static string Ruleset(int dropped, int accepted, string more = "") =>
        $"table inet filter {{\n\tchain forward {{\n\t\ttype filter hook forward priority filter; policy accept;\n\t\ttcp dport 80 counter packets {dropped} bytes {dropped * 60} drop\n{more}\t\tcounter packets {accepted} bytes {accepted * 60} accept\n\t}}\n}}\n";

    private static string Save(int dropped) => $"*filter\n:FORWARD DROP [{dropped}:{dropped * 60}]\nCOMMIT\n";

    private static string Statistics(int failed) =>
        string.Concat(Enumerable.Range(0, 2).Select(cpu => $"cpu={cpu}   \tfound=0 invalid=1 insert=0 insert_failed={failed} drop=0 early_drop=0 error=0 search_restart=0 clash_resolve=0 chaintoolong=0 \n"));
}

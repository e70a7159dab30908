using Whydrop.Diagnosis.Comparison;
using Whydrop.Evidence.Load;

namespace Whydrop.Diagnosis.Tests;

public class CohortsTests
{
    [Fact]
    public void The_attribute_that_parts_bad_from_good_comes_first()
    {
        var best = Cohorts.Of([.. Enumerable.Range(0, 12).Select(i => Instance(i, i < 6 ? "container" : "vm", $"n{i % 3}", i < 6 ? 0.01 + (i * 0.001) : 0.0001 * i))])[0];

        Assert.Equal(["kind = container"], best.Attributes);
        Assert.Equal((6, 6, 1.0), (best.Inside, best.Outside, best.Separation));
        Assert.True(best.Separates, $"{best.Chance}");
    }

    [Fact]
    public void Few_instances_separate_nothing_and_say_so()
    {
        var best = Cohorts.Of([Instance(0, "container", "n0", 0.1), Instance(1, "container", "n1", 0.2), Instance(2, "vm", "n2", 0), Instance(3, "vm", "n3", 0)])[0];

        Assert.Equal(["kind = container"], best.Attributes);
        Assert.False(best.Separates);
        Assert.True(best.LeastChance > 0.05);
    }

    [Fact]
    public void Attributes_that_part_alike_are_told_together()
    {
        var splits = Cohorts.Of([.. Enumerable.Range(0, 12).Select(i => Instance(i, i < 6 ? "container" : "vm", i < 6 ? "east" : "west", i < 6 ? 0.1 : 0))]);

        Assert.Equal(["kind = container", "node = east"], Assert.Single(splits).Attributes);
    }

    [Fact]
    public void Equal_instances_differ_in_nothing() => Assert.Empty(Cohorts.Of([.. Enumerable.Range(0, 8).Select(i => Instance(i, i < 4 ? "container" : "vm", "n", 0.1))]));

    private static ServiceInstance Instance(int number, string kind, string node, double rate) =>
        new($"i{number}", new Dictionary<string, string> { ["kind"] = kind, ["node"] = node }, rate);
}

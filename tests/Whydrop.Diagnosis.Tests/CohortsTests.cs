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
        Assert.True(best.TooFew);
    }

    [Fact]
    public void An_attribute_of_its_own_for_each_instance_hides_no_other()
    {
        var instances = Enumerable.Range(0, 2000).Select(i => new ServiceInstance(
            $"i{i}", new Dictionary<string, string> { ["address"] = $"10.0.{i / 250}.{i % 250}", ["kind"] = i < 1900 ? "vm" : "container" }, i < 1900 ? 0.001 : 0.01)).ToArray();

        var splits = Cohorts.Of(instances);

        Assert.Equal(("kind = container", true, false), (splits[0].Attributes[0], splits[0].Separates, splits[0].TooFew));
        Assert.True(splits[0].Chance < 0.01, $"{splits[0].Chance}");
        Assert.All(splits.Skip(1), s => Assert.False(s.Separates));
    }

    [Fact]
    public void Each_attribute_that_could_have_parted_them_by_chance_is_counted()
    {
        static ServiceInstance Of(int i, int attributes) => new(
            $"i{i}", Enumerable.Range(0, attributes).ToDictionary(a => $"a{a}", a => a == 0 ? $"{i < 5}" : $"{(i + a) % 3 == 0}"), i < 5 ? 1 + i : 1);

        var (alone, among) = (Cohorts.Of([.. Enumerable.Range(0, 12).Select(i => Of(i, 1))])[0], Cohorts.Of([.. Enumerable.Range(0, 12).Select(i => Of(i, 4))])[0]);

        Assert.Equal(alone.Attributes, among.Attributes);
        Assert.True(among.Chance > 2 * alone.Chance, $"{alone.Chance} {among.Chance}");
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

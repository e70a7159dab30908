using Whydrop.Diagnosis.Statistics;

namespace Whydrop.Diagnosis.Tests;

public class GoodnessTests
{
    [Fact]
    public void A_few_small_ones_among_tied_sizes_are_counted_out()
    {
        // 25 of 4000 are lost, 1 of them among the 10 that are small. By Fisher: 1 - C(3990, 25) / C(4000, 25).
        var p = Goodness.SameDistribution([(60, 1, 9), (1500, 24, 3966)]);

        Assert.Equal(2 * 0.0608, p, 0.001);
    }

    [Fact]
    public void Small_ones_on_both_sides_of_the_tie_weigh_against_each_other() =>
        Assert.True(Goodness.SameDistribution([(60, 1, 9), (1400, 28, 3962), (1500, 1, 9)]) > 0.9);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Losses_that_do_not_ask_for_size_look_dependent_no_more_often_than_p_says(int seed)
    {
        // 1000 captures of 3000 datagrams, 15 of them small, 30 lost at random: by the normal approximation 9 of 1000 looked dependent at p < 0.001.
        var random = new Random(seed);
        var dependent = 0;
        for (var i = 0; i < 1000; i++)
        {
            var small = Enumerable.Range(0, 30).Count(k => random.Next(3000) < 15);
            dependent += Goodness.SameDistribution([(100, small, 15 - small), (1500, 30 - small, 2955 + small)]) < 0.001 ? 1 : 0;
        }

        Assert.InRange(dependent, 0, 5);
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(10, 0)]
    public void A_real_dependence_is_still_seen(long smallLost, long smallDelivered) =>
        Assert.True(Goodness.SameDistribution([(60, smallLost, smallDelivered), (1500, 20, 4000)]) < 1e-6);

    [Fact]
    public void All_small_ones_spared_is_no_dependence_while_they_are_few() =>
        Assert.Equal(1, Goodness.SameDistribution([(60, 0, 10), (1500, 30, 4000)]));

    [Fact]
    public void The_groups_may_be_swapped()
    {
        (double, long, long)[] counts = [(60, 2, 9), (1400, 24, 3966), (1500, 1, 3)];
        Assert.Equal(Goodness.SameDistribution(counts), Goodness.SameDistribution([.. counts.Select(c => (c.Item1, c.Item3, c.Item2))]), 1e-12);
    }

    [Fact]
    public void Sizes_that_are_spread_are_judged_by_the_normal_curve()
    {
        var even = Enumerable.Range(0, 1000).Select(i => ((double)i, i % 20 == 0 ? 1L : 0, 10L)).ToArray();
        var large = Enumerable.Range(0, 1000).Select(i => ((double)i, i >= 950 ? 1L : 0, 10L)).ToArray();

        Assert.True(Goodness.SameDistribution(even) > 0.5);
        Assert.True(Goodness.SameDistribution(large) < 1e-6);
    }
}

using Whydrop.Journeys.Placement;

namespace Whydrop.Journeys.Tests.Placement;

public sealed class DelayCountsTests
{
    [Fact]
    public void Counts_are_those_of_a_dictionary_in_the_order_of_delays()
    {
        var random = new Random(3);
        var (counts, expected) = (new DelayCounts(), new SortedDictionary<long, int>());
        for (var i = 0; i < 20_000; i++)
        {
            var (ticks, count) = (random.NextInt64(-3_000, 3_000) * random.Next(1, 4), random.Next(1, 5));
            counts.Add(ticks, count);
            expected[ticks] = expected.GetValueOrDefault(ticks) + count;
        }

        Assert.Equal(expected.Select(e => (e.Key, e.Value)), counts.Sorted().Select(c => (c.Delay.Ticks, c.Count)));
    }

    [Fact]
    public void A_delay_is_told_by_a_round_figure_that_is_no_less_and_at_most_one_part_in_32_more()
    {
        var random = new Random(4);
        for (var i = 0; i < 200_000; i++)
        {
            var delay = random.NextInt64(1L << random.Next(1, 50)) * (random.Next(4) == 0 ? -1 : 1);

            var rounded = HopDelays.Rounded(delay);

            var step = Math.Max(100, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Abs(delay) + 1) / 64);
            Assert.Equal(0, rounded % step);
            Assert.InRange(rounded - delay, 0, step - 1);
        }
    }
}

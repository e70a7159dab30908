using Whydrop.Diagnosis.Statistics;

namespace Whydrop.Diagnosis.Tests;

public class ShiftedLagsTests
{
    [Fact]
    public void One_event_right_before_one_episode_is_as_likely_as_its_lag_in_the_period() =>
        Assert.InRange(ShiftedLags.Chance([50], [51], 0, 100), 0.009, 0.012);

    [Fact]
    public void Several_that_follow_each_time_are_no_chance() =>
        Assert.InRange(ShiftedLags.Chance([110, 340, 610], [110.5, 340.5, 610.5], 0, 1000), 0.0004, 0.002);

    [Fact]
    public void Events_at_regular_times_say_nothing_of_an_episode_between_them() =>
        Assert.InRange(ShiftedLags.Chance([0, 10, 20, 30, 40, 50, 60, 70, 80, 90], [44], 0, 100), 0.35, 0.45);

    [Fact]
    public void An_episode_before_the_only_event_is_far_from_it() => Assert.InRange(ShiftedLags.Chance([50], [49], 0, 100), 0.95, 1);

    [Fact]
    public void Nothing_to_compare_is_no_sign()
    {
        Assert.Equal(1, ShiftedLags.Chance([], [1], 0, 10));
        Assert.Equal(1, ShiftedLags.Chance([1], [], 0, 10));
        Assert.Equal(1, ShiftedLags.Chance([1], [1], 1, 1));
    }
}

using Whydrop.Diagnosis.Statistics;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Tests;

public class CircularShiftTests
{
    private static readonly (Timestamp, Timestamp) Hour = (At(0), At(3600));

    [Fact]
    public void WhatFallsIntoEveryWindowIsNoChance()
    {
        var (hits, chance) = CircularShift.Test([(At(100), At(104)), (At(1300), At(1304)), (At(2900), At(2904))], [At(102), At(1301), At(2903)], Hour);

        Assert.Equal(3, hits);
        Assert.InRange(chance, 0.0001, 0.003);
    }

    /// <summary>A bunch in one window is one coincidence, however many are in it: the chance is the share of the time that the window takes.</summary>
    [Fact]
    public void ABunchIsOneCoincidence()
    {
        var (hits, chance) = CircularShift.Test([(At(100), At(460))], [.. Enumerable.Range(0, 50).Select(i => At(200 + (i * 0.001)))], Hour);

        Assert.Equal(50, hits);
        Assert.InRange(chance, 0.09, 0.11);
    }

    [Fact]
    public void EvenlySpreadEventsSayNothing()
    {
        var (_, chance) = CircularShift.Test([(At(100), At(160)), (At(1300), At(1360))], [.. Enumerable.Range(0, 120).Select(i => At(i * 30))], Hour);

        Assert.InRange(chance, 0.2, 1);
    }

    [Fact]
    public void OutsideOfWhatWasWatchedNothingCanBeSaid()
    {
        Assert.Equal((0, 1.0), CircularShift.Test([(At(5000), At(5004))], [At(102)], Hour));
        Assert.Equal((0, 1.0), CircularShift.Test([(At(100), At(104))], [], Hour));
        Assert.Equal((0, 1.0), CircularShift.Test([(At(100), At(104))], [At(102)], (At(7), At(7))));
    }

    private static Timestamp At(double seconds) => new((long)(seconds * 1e9));

    [Fact]
    public void Irregular_windows_that_are_all_hit_are_less_chance_than_a_rhythm_that_fits_another()
    {
        (Timestamp, Timestamp)[] Windows(params double[] begins) => [.. begins.Select(b => (At(b), At(b + 40)))];
        Timestamp[] Events(params double[] begins) => [.. begins.Select(b => At(b + 20))];
        double[] irregular = [100, 260, 900, 1180, 2300, 3350];
        double[] regular = [100, 700, 1300, 1900, 2500, 3100];

        Assert.True(CircularShift.Test(Windows(irregular), Events(irregular), Hour).Chance < 0.002);

        // Windows of 40 s every 600 s fit events every 600 s by chance at 40 of 600 shifts.
        Assert.InRange(CircularShift.Test(Windows(regular), Events(regular), Hour).Chance, 0.06, 0.075);
    }

    /// <summary>
    /// Windows and events that have nothing to do with each other pass for more than coincidence no more often than the level says, also where both come in bursts: though the
    /// order of the pauses is not kept, bursts of events are, and these are what makes false hits.
    /// </summary>
    [Theory]
    [InlineData(600, 3, 4, 3, 7, 20)] // three bursts of four kills, three of seven troubles, within 20 s each
    [InlineData(1200, 4, 5, 4, 5, 40)]
    [InlineData(100, 7, 1, 20, 1, 0)] // none in bursts
    [InlineData(600, 8, 1, 3, 7, 3)] // troubles in bunches only
    public void What_is_independent_seldom_passes_also_in_bursts(int seconds, int windowBursts, int windowsEach, int eventBursts, int eventsEach, int spread)
    {
        var random = new Random(7);
        var (passed, runs) = (0, 200);
        for (var run = 0; run < runs; run++)
        {
            var windows = Bursts(windowBursts, windowsEach).Select(b => (At(b), At(Math.Min(seconds, b + 3)))).ToArray();
            passed += CircularShift.Test(windows, [.. Bursts(eventBursts, eventsEach).Select(At)], (At(0), At(seconds))).Chance <= 0.01 ? 1 : 0;
        }

        // One in a hundred of 200, and twice its spread.
        Assert.InRange(passed, 0, 5);

        IEnumerable<double> Bursts(int bursts, int each) =>
            [.. Enumerable.Range(0, bursts).SelectMany(_ => Burst(random.NextDouble() * (seconds - spread), each))];

        IEnumerable<double> Burst(double begin, int each) => [.. Enumerable.Range(0, each).Select(_ => begin + (random.NextDouble() * spread))];
    }
}

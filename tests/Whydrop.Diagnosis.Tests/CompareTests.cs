using Whydrop.Diagnosis.Comparison;
using Whydrop.Evidence;
using Whydrop.Evidence.Load;

namespace Whydrop.Diagnosis.Tests;

public class CompareTests
{
    private static readonly VantagePoint Client = new("client");

    [Theory]
    [InlineData(10, 1000, 0, 300, 1.0, Cure.Cured)] // one every 100 s; none in three times as long
    [InlineData(10, 1000, 0, 299, 1.0, Cure.CannotTell)]
    [InlineData(10, 1000, 0, 500, 0.5, Cure.CannotTell)] // half the load: half the chances
    [InlineData(10, 1000, 0, 600, 0.5, Cure.Cured)]
    [InlineData(10, 1000, 0, 299, 2.0, Cure.CannotTell)] // more load is not held against it, nor for it
    [InlineData(10, 1000, 0, 9999, 0.0, Cure.CannotTell)] // no load: nothing that could go wrong
    [InlineData(10, 1000, 10, 1000, 1.0, Cure.NotCured)]
    [InlineData(100, 1000, 1, 1000, 1.0, Cure.NotCured)] // rarer, and still there
    [InlineData(0, 1000, 0, 1000, 1.0, Cure.CannotTell)]
    [InlineData(0, 1000, 3, 1000, 1.0, Cure.NotCured)]
    public void The_time_watched_is_held_against_the_time_between(int before, int seconds, int after, int watched, double load, Cure cure)
    {
        var compared = Compare.Run(Case(before, seconds, 1), Case(after, watched, load));

        Assert.Equal(cure, compared.Cure);
        Assert.Equal((before, after), (Assert.Single(compared.Symptoms).Before, compared.Symptoms[0].After));
    }

    [Fact]
    public void What_comes_within_a_second_is_one_time()
    {
        var burst = Enumerable.Range(0, 30).Select(i => Late(100 + (i * 0.01)));

        Assert.Equal(1, Compare.Run(new FactSet([Report(1000, 1), .. burst]), Case(0, 1000, 1)).Symptoms[0].Before);
    }

    [Fact]
    public void The_time_between_two_watches_was_not_watched()
    {
        FactSet twice = new([Report(100, 1), Report(100, 1, from: 5000)]);

        var symptom = Compare.Run(Case(10, 1000, 1), twice).Symptoms[0];

        Assert.Equal((TimeSpan.FromSeconds(200), Cure.CannotTell), (symptom.WatchedAfter, symptom.Cure));
    }

    [Fact]
    public void Two_that_watched_at_the_same_time_watched_once() =>
        Assert.Equal(TimeSpan.FromSeconds(150), Compare.Run(Case(10, 1000, 1), new FactSet([Report(100, 1), Report(100, 1, from: 50), Report(10, 1, from: 60)])).Symptoms[0].WatchedAfter);

    [Fact]
    public void Without_a_symptom_in_both_nothing_is_told() => Assert.Equal(Cure.CannotTell, Compare.Run(Case(5, 100, 1), new FactSet([])).Cure);

    [Fact]
    public void The_watch_that_is_missing_is_named()
    {
        var symptom = Compare.Run(Case(10, 1000, 1), Case(0, 100, 1)).Symptoms[0];

        Assert.Equal((TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(300)), (symptom.MeanBetween, symptom.WatchNeeded));
        Assert.Contains("3.3 min more", symptom.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, 60, Cure.Cured)]
    [InlineData(60, 100, Cure.Cured)] // slower, and no request by a retransmission time-out
    [InlineData(60, 300, Cure.NotCured)]
    [InlineData(300, 60, Cure.Cured)]
    public void What_is_slower_as_a_whole_is_late_by_what_was_usual(int before, int after, Cure cure)
    {
        var was = new FactSet([Timed(100, before), .. Enumerable.Range(0, 10).Select(i => Late((i + 0.5) * 10))]);

        var compared = Compare.Run(was, new FactSet([Timed(100, after)]));

        Assert.Equal(cure, compared.Cure);
        Assert.Equal(cure == Cure.NotCured, compared.Reason.Contains("late by the median before", StringComparison.Ordinal));
    }

    [Fact]
    public void A_service_that_was_slow_all_the_time_shows_the_symptom() =>
        Assert.Equal((1, 0), Compare.Run(new FactSet([Timed(100, 300)]), new FactSet([Timed(100, 60)])).Symptoms[0] is var s ? (s.Before, s.After) : default);

    [Fact]
    public void Another_client_is_no_measure_of_what_is_usual()
    {
        var far = Timed(100, 300) with { At = new VantagePoint("far") };

        Assert.Equal(0, Compare.Run(new FactSet([Timed(100, 60)]), new FactSet([far])).Symptoms[0].After);
    }

    private static LoadReport Timed(int seconds, int milliseconds)
    {
        var latency = TimeSpan.FromMilliseconds(milliseconds);
        return Report(seconds, 1) with
        {
            Percentiles = new Dictionary<double, TimeSpan> { [50] = latency },
            Intervals = [.. Enumerable.Range(0, seconds).Select(i => new LoadInterval(At(i), TimeSpan.FromSeconds(1), 10, 0, latency, latency, latency))],
        };
    }

    private static FactSet Case(int late, int seconds, double load) => new([Report(seconds, load), .. Enumerable.Range(0, late).Select(i => Late((i + 0.5) * seconds / late))]);

    private static LoadReport Report(int seconds, double load, int from = 0) => new(
        Client, new Provenance("client/load.csv", 1), "csv", At(from), At(from + seconds), (long)(seconds * 10 * load), 0, null, new Dictionary<double, TimeSpan>(), []);

    private static LateRequest Late(double second) => new(Client, new Provenance("client/load.csv", 2), At(second), TimeSpan.Zero, TimeSpan.FromSeconds(1), "200", false);

    private static Timestamp At(double second) => new((long)(second * 1e9) + 1_700_000_000_000_000_000);
}

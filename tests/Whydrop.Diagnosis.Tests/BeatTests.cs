using Whydrop.Diagnosis.Statistics;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Tests;

public class BeatTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>Requests at any time, answers within the first 8 ms of a period.</summary>
    [Fact]
    public void WaitsForAPeriodKeepItsBeat() => Assert.True(Beat.Has(Waits((start, i) => Math.Ceiling(start / 0.1) * 0.1 + (i % 8) * 0.001), Period));

    /// <summary>A client that asks in a closed loop begins its waits regularly too, less than they end.</summary>
    [Fact]
    public void TheClientMayFollowTheBeat()
    {
        var random = new Random(7);
        Assert.True(Beat.Has([.. Enumerable.Range(0, 60).Select(i => (At(i * 0.1 + 0.02 + random.NextDouble() * 0.012), At((i + 1) * 0.1 + random.NextDouble() * 0.004)))], Period));
    }

    /// <summary>A client that asks 20 ms after each answer is on the beat as well; but its waits are one, two or three periods long.</summary>
    [Fact]
    public void TheClientMayAskAtOnce() => Assert.True(Beat.Has(Asks(i => i % 5 < 3 ? 0.08 : i % 5 == 3 ? 0.18 : 0.28, again: 0.02), Period));

    /// <summary>A client on a timer of 100 ms, and work of 50 ms or of 120.</summary>
    [Fact]
    public void WorkOfTwoLengthsIsNoBeat() => Assert.False(Beat.Has(Asks(i => i % 5 < 3 ? 0.05 : 0.12, again: null), Period));

    [Fact]
    public void AnswersAfterAnyTimeKeepNone()
    {
        var random = new Random(3);
        Assert.False(Beat.Has(Waits((start, _) => start + 0.03 + random.NextDouble() * 0.1), Period));
    }

    /// <summary>A client on a timer of 100 ms, and an application that takes 50 ms, more or less.</summary>
    [Fact]
    public void ABeatOfTheClientIsNoneOfTheServer()
    {
        var random = new Random(5);
        Assert.False(Beat.Has([.. Enumerable.Range(0, 60).Select(i => (At(i * 0.1), At(i * 0.1 + 0.05 + random.NextDouble() * 0.003)))], Period));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(0.2)]
    public void ASlowerClockIsOfAnotherKind(double period) => Assert.False(Beat.Has(Waits((start, i) => Math.Ceiling(start / period) * period + (i % 8) * 0.001), Period));

    [Fact]
    public void AFewSayNothing() => Assert.False(Beat.Has([.. Waits((start, _) => Math.Ceiling(start / 0.1) * 0.1).Take(11)], Period));

    private static IReadOnlyList<(Timestamp, Timestamp)> Waits(Func<double, int, double> end)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 60).Select(i => (Start: i * 0.37 + random.NextDouble(), i)).Select(w => (At(w.Start), At(end(w.Start, w.i))))];
    }

    /// <summary>One after the other, each half a millisecond off: so long after the answer, or on the next beat of the client.</summary>
    private static List<(Timestamp, Timestamp)> Asks(Func<int, double> takes, double? again)
    {
        var random = new Random(2);
        var waits = new List<(Timestamp, Timestamp)>();
        var beat = 0.0;
        for (var i = 0; i < 60; i++)
        {
            var start = beat + random.NextDouble() * 0.001;
            var end = beat + takes(i) + random.NextDouble() * 0.001;
            waits.Add((At(start), At(end)));
            beat = again is { } pause ? beat + takes(i) + pause : Math.Ceiling(end / 0.1) * 0.1;
        }

        return waits;
    }

    private static Timestamp At(double seconds) => new(1_708_400_000_000_000_000 + (long)(seconds * 1e9));
}

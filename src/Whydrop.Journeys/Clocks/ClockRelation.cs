namespace Whydrop.Journeys.Clocks;

/// <summary>Offset and drift between two clocks, with bounds, piece by piece between steps: second clock = first clock + offset(t).</summary>
internal sealed class ClockRelation
{
    /// <summary>Clocks of one node that agree to this are one clock; and no datagram is taken to have arrived before it was sent for less.</summary>
    private const long SameClockTolerance = 100_000;

    private ClockRelation(ClockPieceFit[] pieces, long? error, bool consistent) =>
        (Pieces, Single, Error, Consistent) = (pieces, pieces is [var one] ? one : null, error, consistent);

    /// <summary>One clock.</summary>
    public static ClockRelation Same { get; } = new([], 0, true);

    /// <summary>Times in which neither clock stepped; none for one clock.</summary>
    public IReadOnlyList<ClockPieceFit> Pieces { get; }

    /// <summary>The one piece of most relations; null when there are none or several.</summary>
    public ClockPieceFit? Single { get; }

    /// <summary>Half the uncertainty in nanoseconds, of the worst piece; null when only one direction of travel was seen.</summary>
    public long? Error { get; }

    /// <summary>No datagram arrives before it was sent under this relation.</summary>
    public bool Consistent { get; }

    /// <summary>Offset at a time of the first clock; null where a step leaves open which it is.</summary>
    public long? OffsetAt(long time) => Single is not null ? Single.OffsetAt(time) : Pieces.Count == 0 ? 0 : Among(time)?.OffsetAt(time);

    /// <summary>The same at a time of the second clock.</summary>
    public long? OffsetAtSecond(long time) => Single is not null ? Single.OffsetAtSecond(time) : Pieces.Count == 0 ? 0 : AmongSecond(time)?.OffsetAtSecond(time);

    /// <summary>Fits; null without samples.</summary>
    /// <param name="first">Frame of the first sample.</param>
    /// <param name="last">Frame of the last.</param>
    /// <param name="sample">The fastest datagrams of a range of frames; asked again, closer, around a step.</param>
    /// <param name="sameNode">Both captures ran on one node: offset 0 is taken when nothing contradicts it.</param>
    public static ClockRelation? Fit(long first, long last, Func<long, long, ClockSamples> sample, bool sameNode)
    {
        var samples = sample(first, last);
        var extremes = samples.Extremes.ToArray();
        if (extremes.Length == 0)
        {
            return null;
        }

        if (sameNode && Array.TrueForAll(extremes, e => e.TowardsSecond ? e.Difference >= -SameClockTolerance : e.Difference <= SameClockTolerance))
        {
            return Same;
        }

        if (!ClockPieceFit.Fits(extremes, SameClockTolerance) && ClockSteps.Find(samples, last, sample, SameClockTolerance) is { } pieces)
        {
            return new ClockRelation(pieces, pieces.Max(p => p.Error), true);
        }

        var whole = new ClockPieceFit(extremes);
        return new ClockRelation([whole], whole.HasError ? whole.Error : null, whole.Violation <= 0);
    }

    private ClockPieceFit? Among(long time) => Only(i => (i == 0 || Pieces[i].Begin <= time) && (i == Pieces.Count - 1 || time <= Pieces[i].Last));

    private ClockPieceFit? AmongSecond(long time) => Only(i => (i == 0 || Pieces[i].BeginSecond <= time) && (i == Pieces.Count - 1 || time <= Pieces[i].LastSecond));

    private ClockPieceFit? Only(Predicate<int> holds)
    {
        ClockPieceFit? found = null;
        for (var i = 0; i < Pieces.Count; i++)
        {
            if (holds(i))
            {
                if (found is not null)
                {
                    return null;
                }

                found = Pieces[i];
            }
        }

        return found;
    }
}

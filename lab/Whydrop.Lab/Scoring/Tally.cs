namespace Whydrop.Lab.Scoring;

/// <summary>Counts over some runs: those of one true fault, or all.</summary>
/// <param name="Name">Catalogue id, "healthy", or "all".</param>
/// <param name="Runs">The runs counted.</param>
public sealed record Tally(string Name, IReadOnlyList<ScoredRun> Runs)
{
    /// <summary>Runs with this mark.</summary>
    public int Of(Mark mark) => Runs.Count(r => r.Mark == mark);

    /// <summary>What was answered instead of the truth, the most frequent first.</summary>
    public IReadOnlyList<(string Fault, int Runs)> Mistaken =>
    [
        .. Runs.Where(r => r.Mark == Mark.Wrong).GroupBy(r => r.Answer, StringComparer.Ordinal).Select(g => (g.Key, g.Count()))
            .OrderByDescending(g => g.Item2).ThenBy(g => g.Key, StringComparer.Ordinal),
    ];

    /// <summary>Confirmed verdicts of faults that were not there.</summary>
    public int WrongConfirmed => Runs.Sum(r => r.WrongConfirmed.Count);

    /// <summary>Healthy runs in which a fault was named.</summary>
    public int FalseAlarms => Runs.Count(r => r.FalseAlarm);

    /// <summary>Runs whose place can be judged.</summary>
    public int Placed => Runs.Count(r => r.PlaceRight is not null);

    /// <summary>Of these, those with the right place.</summary>
    public int PlaceRight => Runs.Count(r => r.PlaceRight == true);

    /// <summary>Share of right answers; null without runs.</summary>
    public double? Accuracy => Share(Of(Mark.Right), Runs.Count);

    /// <summary>Share of right places; null when none can be judged.</summary>
    public double? PlaceShare => Share(PlaceRight, Placed);

    /// <summary>Share of lost bytes that are accounted for, over the runs whose fault was rightly confirmed; null when these lost none.</summary>
    public double? ExplainedShare => Share(Runs.Where(r => r.RightlyConfirmed).Sum(r => r.Finding.ExplainedBytes), Runs.Where(r => r.RightlyConfirmed).Sum(r => r.Finding.LostBytes));

    /// <summary>Median time of a diagnosis; zero without runs.</summary>
    public TimeSpan MedianTime
    {
        get
        {
            var times = Runs.Select(r => r.Finding.Took).Order().ToArray();
            return times.Length == 0 ? TimeSpan.Zero : times.Length % 2 == 1 ? times[times.Length / 2] : (times[(times.Length / 2) - 1] + times[times.Length / 2]) / 2;
        }
    }

    private static double? Share(long part, long whole) => whole == 0 ? null : (double)part / whole;
}

namespace Whydrop.Lab.Scoring;

/// <summary>All runs of a score, and what follows from them.</summary>
/// <param name="Runs">Runs that were made and judged.</param>
/// <param name="Unmade">Runs without an answer.</param>
public sealed record Score(IReadOnlyList<ScoredRun> Runs, IReadOnlyList<UnmadeRun> Unmade)
{
    /// <summary>Right answers wanted, as a share.</summary>
    public const double AccuracyGoal = 0.95;

    /// <summary>Right places wanted, as a share.</summary>
    public const double PlaceGoal = 0.95;

    /// <summary>Lost bytes to be accounted for where the fault was rightly confirmed, as a share.</summary>
    public const double ExplainedGoal = 0.99;

    /// <summary>Over all runs.</summary>
    public Tally All { get; } = new("all", Runs);

    /// <summary>One for each true fault, in order of name; healthy runs last.</summary>
    public IReadOnlyList<Tally> ByFault { get; } =
    [
        .. Runs.GroupBy(r => r.TrueFault, StringComparer.Ordinal)
            .OrderBy(g => g.Key == ScoredRun.Healthy).ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new Tally(g.Key, [.. g])),
    ];

    /// <summary>Runs that are not right in every point.</summary>
    public IReadOnlyList<ScoredRun> Failed => [.. Runs.Where(r => r.Failed)];

    /// <summary>Properties that did not hold, over all runs.</summary>
    public int Violations => Runs.Sum(r => r.Finding.Violations.Count);

    /// <summary>What was wanted and whether it is so. A goal that nothing was run for holds.</summary>
    public IReadOnlyList<Goal> Goals =>
    [
        new("top-1 accuracy", $"at least {AccuracyGoal:P0}", Share(All.Accuracy, All.Of(Mark.Right), Runs.Count), All.Accuracy is null or >= AccuracyGoal),
        new("wrong Confirmed", "0", $"{All.WrongConfirmed}", All.WrongConfirmed == 0),
        new("false alarms", "0", $"{All.FalseAlarms} in {Runs.Count(r => r.Truth.Fault is null)} healthy runs", All.FalseAlarms == 0),
        new("place right", $"at least {PlaceGoal:P0}", Share(All.PlaceShare, All.PlaceRight, All.Placed), All.PlaceShare is null or >= PlaceGoal),
        new("lost bytes explained", $"at least {ExplainedGoal:P0}", All.ExplainedShare is { } share ? Percent(share) : "-", All.ExplainedShare is null or >= ExplainedGoal),
        new("properties", "0 violated", $"{Violations} violated", Violations == 0),
    ];

    /// <summary>Every goal is met, and something was run.</summary>
    public bool Holds => Runs.Count > 0 && Goals.All(g => g.Met);

    /// <summary>"98.3 %", rounded down so that only all is 100 %.</summary>
    public static string Percent(double share) => $"{Math.Floor(share * 1000) / 10:0.0} %";

    private static string Share(double? share, int part, int whole) => share is { } s ? $"{Percent(s)} ({part} of {whole})" : "-";
}

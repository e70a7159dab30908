namespace Whydrop.Lab.Scoring;

/// <summary>One run, its truth and what the diagnosis said of it.</summary>
/// <param name="Plan">What was run.</param>
/// <param name="Truth">What really happened.</param>
/// <param name="Finding">What the diagnosis said.</param>
public sealed record ScoredRun(PlannedRun Plan, Truth Truth, Finding Finding)
{
    /// <summary>Name of the row and column of runs without a fault.</summary>
    public const string Healthy = "healthy";

    private readonly Comparison comparison = Comparison.Of(Truth, Finding);

    /// <summary>Catalogue id of the truth, or <see cref="Healthy"/>.</summary>
    public string TrueFault => Truth.Fault ?? Healthy;

    /// <summary>Catalogue id of the answer; without one its outcome, "healthy" or "inconclusive".</summary>
    public string Answer => Finding.Fault ?? Finding.Outcome;

    /// <summary>What the answer is worth.</summary>
    public Mark Mark => (Truth.Fault, Finding) switch
    {
        (not null, { Outcome: Healthy }) when !Truth.Unseen => Mark.Missed,
        _ when comparison is { FaultRight: true, StatusRight: true } => Mark.Right,
        _ when comparison.FaultRight => Mark.Weak,
        (_, { Fault: not null }) => Mark.Wrong,
        _ => Mark.Undecided,
    };

    /// <summary>A fault was named in a run without one.</summary>
    public bool FalseAlarm => Truth.Fault is null && Finding.Fault is not null;

    /// <summary>Confirmed verdicts, at any rank, of faults that were not there.</summary>
    public IReadOnlyList<FoundVerdict> WrongConfirmed =>
    [
        .. Finding.Verdicts.Where(v => v.Status == "confirmed" && v.Fault != Truth.Fault && !Truth.AlsoTrue.Contains(v.Fault) && !Truth.Accompanying.Contains(v.Fault) && !Truth.Beside.Contains(v.Fault)),
    ];

    /// <summary>Whether the place is right; null when there is none to judge: a healthy run, or the true fault was not named.</summary>
    public bool? PlaceRight => Truth.Fault is not null && Finding.Fault is not null && Mark is Mark.Right or Mark.Weak ? comparison.PlaceRight : null;

    /// <summary>The answer is the true fault, and confirmed: what it leaves unexplained counts.</summary>
    public bool RightlyConfirmed => Mark == Mark.Right && Finding.Status == "confirmed";

    /// <summary>Worth showing to whoever has to mend it: anything but a right answer in the right place.</summary>
    public bool Failed => Mark != Mark.Right || PlaceRight == false || WrongConfirmed.Count > 0 || Finding.Violations.Count > 0;

    /// <summary>One line for each point in which it failed.</summary>
    public IReadOnlyList<string> Failures =>
    [
        .. Mark != Mark.Right ? [$"{Mark.ToString().ToLowerInvariant()}: truth {TrueFault} ({Truth.Status ?? "no fault"}), answer {Answer}{(Finding.Status is { } status ? $" ({status})" : "")}"] : Array.Empty<string>(),
        .. PlaceRight == false ? [$"place: truth {Place(Truth.Node, Truth.Interface)}{string.Concat(Truth.AlsoAt.Select(a => $" or {a}"))}, answer {Place(Finding.Node, Finding.Interface)}"] : Array.Empty<string>(),
        .. WrongConfirmed.Select(v => $"confirmed though it was not there: {v.Fault} at {Place(v.Node, v.Interface)}"),
        .. Finding.Violations.Select(v => $"property: {v}"),
    ];

    private static string Place(string? node, string? device) => $"{node ?? "?"}/{device ?? "?"}";
}

namespace Whydrop.Lab;

/// <summary>What a diagnosis said of a case, reduced to what the truth can be compared with.</summary>
/// <param name="Outcome">"fault", "healthy" or "inconclusive".</param>
/// <param name="Fault">Fault id of the verdict that answers; null when there is none.</param>
/// <param name="Status">Its status in the words of the JSON contract.</param>
/// <param name="Node">Node of its scope.</param>
/// <param name="Interface">Interface of its scope.</param>
public sealed record Finding(string Outcome, string? Fault = null, string? Status = null, string? Node = null, string? Interface = null)
{
    /// <summary>Every verdict, the answer first.</summary>
    public IReadOnlyList<FoundVerdict> Verdicts { get; init; } = [];

    /// <summary>Payload bytes of all lost transmissions of the case.</summary>
    public long LostBytes { get; init; }

    /// <summary>Of these, what a verdict or path MTU discovery at work accounts for.</summary>
    public long ExplainedBytes { get; init; }

    /// <summary>From the files of the case to the verdict.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Finds <see cref="Violations"/>, which takes many times as long as the diagnosis; null when not asked for.</summary>
    public Func<IReadOnlyList<string>>? Check { get; init; }

    /// <summary>Properties that do not hold on this case, one line each; empty when they hold or were not asked for.</summary>
    public IReadOnlyList<string> Violations { get; init; } = [];
}

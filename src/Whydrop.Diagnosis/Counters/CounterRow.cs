using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Counters;

/// <summary>One counter of one place, judged.</summary>
/// <param name="Name">Kernel spelling with its group.</param>
/// <param name="Value">The latest reading; null when a tool printed the increment only.</param>
/// <param name="Delta">Growth between two readings; null when there is one reading.</param>
/// <param name="Meaning">What it counts.</param>
/// <param name="Ratio">Its share of <paramref name="RatioOf"/>; null when it has no base, or that was not collected or is 0.</param>
/// <param name="RatioOf">Names of the base: "Tcp.OutSegs".</param>
/// <param name="Healthy">Its healthy range in words.</param>
/// <param name="Health">The verdict.</param>
/// <param name="Reason">Why, in one sentence.</param>
/// <param name="From">Where it stands.</param>
public sealed record CounterRow(
    string Name, long? Value, long? Delta, string Meaning, double? Ratio, string? RatioOf, string Healthy, CounterHealth Health, string Reason, Provenance From)
{
    /// <summary>What is judged: the growth when it is known, else the value since the namespace was made.</summary>
    public long Judged => Delta ?? Value ?? 0;

    /// <summary>Its share in words, "0.42 %"; null when there is none.</summary>
    public string? Share => Ratio is { } ratio ? CounterMeaning.Share(ratio) : null;
}

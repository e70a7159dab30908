namespace Whydrop.Evidence.Stack;

/// <summary>How much a counter grew between two readings in the same place.</summary>
/// <param name="Name">As <see cref="Counter.Name"/>.</param>
/// <param name="Before">Earlier value; null when a tool printed the increment itself (nstat).</param>
/// <param name="After">Later value; null likewise.</param>
/// <param name="Delta">Growth, not negative.</param>
/// <param name="BeforeFrom">Where the earlier reading stands; <see cref="Fact.From"/> is the later one.</param>
public sealed record CounterDelta(
    VantagePoint At, Provenance From, string Name, long? Before, long? After, long Delta, Provenance? BeforeFrom) : Fact(At, From)
{
    /// <summary>As <see cref="Counter.ControlGroup"/>.</summary>
    public string? ControlGroup { get; init; }
}

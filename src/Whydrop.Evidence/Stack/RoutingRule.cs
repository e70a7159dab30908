namespace Whydrop.Evidence.Stack;

/// <summary>One line of "ip rule".</summary>
/// <param name="Priority">Its preference; lower is earlier.</param>
/// <param name="Selector">What it matches, as printed.</param>
/// <param name="Table">The table looked up; null for another action.</param>
public sealed record RoutingRule(VantagePoint At, Provenance From, int Priority, string Selector, string? Table) : Fact(At, From);

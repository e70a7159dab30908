namespace Whydrop.Evidence.Stack;

/// <summary>Pressure stall information (Documentation/accounting/psi.rst).</summary>
/// <param name="Resource">"cpu", "memory", "io", "irq".</param>
/// <param name="Full">All tasks were stalled at once; false: some.</param>
/// <param name="Average10">Share of the last 10 s, per cent.</param>
/// <param name="Average60">Share of the last 60 s, per cent.</param>
/// <param name="Average300">Share of the last 300 s, per cent.</param>
/// <param name="Total">Stall time since boot.</param>
public sealed record Pressure(VantagePoint At, Provenance From, string Resource, bool Full, double Average10, double Average60, double Average300, TimeSpan Total) : Fact(At, From)
{
    /// <summary>Path of the control group that stalled; "/" is the root of what was mounted: the machine, or the container itself when read inside it (but /proc/pressure is always the machine). Null when not known.</summary>
    public string? ControlGroup { get; init; }
}

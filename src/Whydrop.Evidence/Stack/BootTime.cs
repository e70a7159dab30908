namespace Whydrop.Evidence.Stack;

/// <summary>When a machine was started: kernel logs count from there.</summary>
/// <param name="Time">By its own clock, whole seconds.</param>
public sealed record BootTime(VantagePoint At, Provenance From, Timestamp Time) : Fact(At, From);

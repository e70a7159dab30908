namespace Whydrop.Lab.Scoring;

/// <summary>One thing that a score is held to.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Wanted">The least that is good enough.</param>
/// <param name="Measured">What it is.</param>
/// <param name="Met">Whether it is good enough.</param>
public sealed record Goal(string Name, string Wanted, string Measured, bool Met);

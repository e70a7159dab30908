namespace Whydrop.Lab.Scoring;

/// <summary>A run begins, or has ended.</summary>
/// <param name="Scenario">Name of its scenario.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Scored">The run when it ended with an answer.</param>
/// <param name="Unmade">The run when it ended without one.</param>
public sealed record ScoreProgress(string Scenario, int Seed, ScoredRun? Scored, UnmadeRun? Unmade)
{
    /// <summary>It has ended.</summary>
    public bool Ended => Scored is not null || Unmade is not null;
}

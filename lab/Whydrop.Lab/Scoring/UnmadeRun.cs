namespace Whydrop.Lab.Scoring;

/// <summary>A run that gave no answer to judge. It counts neither as right nor as wrong.</summary>
/// <param name="Plan">What was to be run.</param>
/// <param name="Kind">Why there is none.</param>
/// <param name="Reason">One line.</param>
public sealed record UnmadeRun(PlannedRun Plan, UnmadeKind Kind, string Reason);

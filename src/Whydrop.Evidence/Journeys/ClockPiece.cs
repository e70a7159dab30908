namespace Whydrop.Evidence.Journeys;

/// <summary>A time in which neither of two clocks stepped.</summary>
/// <param name="Begin">Its begin, on the other clock.</param>
/// <param name="Offset">This clock minus the other one at its begin.</param>
/// <param name="DriftPpm">How much the offset grows, in millionths of the time passed.</param>
public sealed record ClockPiece(Timestamp Begin, TimeSpan Offset, double DriftPpm);

namespace Whydrop.Evidence.Journeys;

/// <summary>How many datagrams took so long.</summary>
/// <param name="Delay">At most this long, and longer than the <see cref="DelayCount"/> before it; below zero when the clocks are compared too coarsely.</param>
/// <param name="Count">Datagrams.</param>
public readonly record struct DelayCount(TimeSpan Delay, int Count);

namespace Whydrop.Journeys.Placement;

/// <summary>One frame of the case.</summary>
/// <param name="Capture">Where it was captured.</param>
/// <param name="Frame">Its number there.</param>
internal readonly record struct FrameAt(int Capture, long Frame);

namespace Whydrop.Scenarios.Tests.Packets;

/// <summary>A frame that passes the points of a script.</summary>
/// <param name="Time">When it passes the point nearest to its sender, seconds.</param>
/// <param name="FromClient">Direction of travel.</param>
/// <param name="Seen">Points that saw it, from 1; null for all.</param>
/// <param name="Frame">Its bytes at a point.</param>
internal sealed record Passing(double Time, bool FromClient, IReadOnlySet<int>? Seen, Func<int, byte[]> Frame);

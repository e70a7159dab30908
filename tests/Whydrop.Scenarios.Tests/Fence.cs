namespace Whydrop.Scenarios.Tests;

/// <summary>A fenced block: "text" or "packets" with the paths it becomes, or "verdict".</summary>
public sealed record Fence(string Kind, IReadOnlyList<string> Paths, string Text);

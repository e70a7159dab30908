namespace Whydrop.Lab;

/// <summary>One verdict of a diagnosis.</summary>
/// <param name="Fault">Catalogue id.</param>
/// <param name="Status">In the words of the JSON contract: "confirmed", "suspected", "contested", "undecided", "ruled-out".</param>
/// <param name="Node">Node of its scope; null when unknown.</param>
/// <param name="Interface">Interface of its scope; null when unknown.</param>
public sealed record FoundVerdict(string Fault, string Status, string? Node = null, string? Interface = null);

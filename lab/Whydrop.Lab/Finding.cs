namespace Whydrop.Lab;

/// <summary>What a diagnosis said of a case, reduced to what the truth can be compared with.</summary>
/// <param name="Outcome">"fault", "healthy" or "inconclusive".</param>
/// <param name="Fault">Fault id of the first verdict; null when there is none.</param>
/// <param name="Status">Its status in the words of the JSON contract.</param>
/// <param name="Node">Node of its scope.</param>
/// <param name="Interface">Interface of its scope.</param>
public sealed record Finding(string Outcome, string? Fault = null, string? Status = null, string? Node = null, string? Interface = null);

namespace Whydrop.Lab.Workloads;

/// <summary>How a client's connection went.</summary>
/// <param name="Requests">Requests planned.</param>
/// <param name="Answered">Requests answered.</param>
/// <param name="Failure">Why it stopped; null when all were answered.</param>
public sealed record Exchange(int Requests, int Answered, string? Failure);

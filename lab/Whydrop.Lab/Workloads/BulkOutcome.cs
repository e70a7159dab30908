namespace Whydrop.Lab.Workloads;

/// <summary>How one bulk connection went.</summary>
/// <param name="Bytes">Bytes written or read by the client.</param>
/// <param name="Took">Time of the transfer.</param>
/// <param name="Failure">Why it broke off; null when it ended as planned.</param>
public sealed record BulkOutcome(long Bytes, TimeSpan Took, string? Failure);

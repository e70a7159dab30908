using Whydrop.Evidence;

namespace Whydrop.Case;

/// <summary>What the user complains about, from case.yaml.</summary>
/// <param name="Flow">The connection meant: an address, address:port, or "address:port > address:port"; null when not said.</param>
/// <param name="Time">When it was seen; null when not said.</param>
/// <param name="Threshold">The response time above which it hurts; null when not said.</param>
public sealed record Complaint(string? Flow, Timestamp? Time, TimeSpan? Threshold);

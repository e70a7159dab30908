namespace Whydrop.Diagnosis.Comparison;

/// <summary>Growth of one counter in the two cases.</summary>
/// <param name="Where">Network stack it belongs to.</param>
/// <param name="Name">Its name.</param>
/// <param name="Before">Growth between the two readings of the first case; null when not read twice there.</param>
/// <param name="After">The same of the second case.</param>
public sealed record ComparedCounter(string Where, string Name, long? Before, long? After);

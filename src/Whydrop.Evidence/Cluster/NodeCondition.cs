namespace Whydrop.Evidence.Cluster;

/// <summary>One condition of a <see cref="ClusterNode"/>.</summary>
/// <param name="Type">"Ready", "MemoryPressure", "NetworkUnavailable", …</param>
/// <param name="Status">"True", "False", "Unknown".</param>
/// <param name="Reason">One word; null when not said.</param>
/// <param name="Since">Last change of the status; null when not said.</param>
public sealed record NodeCondition(string Type, string Status, string? Reason, Timestamp? Since);

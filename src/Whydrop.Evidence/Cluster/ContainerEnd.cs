namespace Whydrop.Evidence.Cluster;

/// <summary>How a run of a container ended.</summary>
/// <param name="Reason">"OOMKilled", "Error", "Completed", …; null when not said.</param>
/// <param name="ExitCode">Exit status; above 128 the signal plus 128; null when not said.</param>
/// <param name="Started">Begin of that run; null when not said.</param>
/// <param name="Finished">End of that run; null when not said.</param>
public sealed record ContainerEnd(string? Reason, int? ExitCode, Timestamp? Started, Timestamp? Finished);

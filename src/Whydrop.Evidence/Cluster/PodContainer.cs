namespace Whydrop.Evidence.Cluster;

/// <summary>One container of a <see cref="Pod"/>.</summary>
/// <param name="Image">Image as the status names it, else as the specification does; null when not said.</param>
/// <param name="ContainerId">Id without the runtime's prefix; null when it never ran or it is not said.</param>
/// <param name="Restarts">How often it was started again; null when not said.</param>
/// <param name="Ready">Whether its readiness probe holds; null when not said.</param>
/// <param name="State">"running", "waiting", "terminated"; null when not said.</param>
/// <param name="RunningSince">Start of the run that goes on; null when it does not run or it is not said.</param>
/// <param name="Ended">Its last run that ended: of a running container the one before; null when there is none or it is not said.</param>
/// <param name="Limits">Limits by resource: "cpu" in thousandths of a CPU, "memory" in bytes; empty when it has none or they are not said.</param>
/// <param name="Requests">As <paramref name="Limits"/>.</param>
public sealed record PodContainer(
    string Name, string? Image, string? ContainerId, int? Restarts, bool? Ready, string? State, Timestamp? RunningSince, ContainerEnd? Ended,
    IReadOnlyDictionary<string, long> Limits, IReadOnlyDictionary<string, long> Requests);

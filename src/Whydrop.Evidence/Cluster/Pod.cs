using System.Net;

namespace Whydrop.Evidence.Cluster;

/// <summary>A pod as the cluster's API, "kubectl describe" or "kubectl get pods" told it.</summary>
/// <param name="Namespace">Its namespace; null when the listing does not say it.</param>
/// <param name="Uid">Unique over time, other than the name; null when not said.</param>
/// <param name="Addresses">Its own addresses, or those of the node when it uses the node's network; empty before it has any.</param>
/// <param name="Node">Name of the node it runs on; null when not placed or not said.</param>
/// <param name="Phase">"Pending", "Running", "Succeeded", "Failed", "Unknown"; of a table the word in STATUS ("CrashLoopBackOff", "Completed"); null when not said.</param>
/// <param name="HostNetwork">It uses the node's network namespace and addresses; null when not said.</param>
/// <param name="Restarts">Restarts of all its containers together; null when not said.</param>
/// <param name="Containers">Its containers, side cars and init containers included; empty when the listing does not name them.</param>
public sealed record Pod(
    VantagePoint At, Provenance From, string? Namespace, string Name, string? Uid, IReadOnlyList<IPAddress> Addresses, string? Node, string? Phase, bool? HostNetwork,
    int? Restarts, IReadOnlyList<PodContainer> Containers) : Fact(At, From)
{
    /// <summary>When the object was made; null when not said.</summary>
    public Timestamp? Created { get; init; }

    /// <summary>When the node took it up; null when not said.</summary>
    public Timestamp? Started { get; init; }

    /// <summary>When it is to be, or was, gone (metadata.deletionTimestamp); null for one that nobody deletes.</summary>
    public Timestamp? Deleted { get; init; }

    /// <summary>What made it: "DaemonSet/kube-router"; null when nothing did or it is not said.</summary>
    public string? Owner { get; init; }

    /// <summary>Its labels; empty when not said.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = System.Collections.Frozen.FrozenDictionary<string, string>.Empty;
}

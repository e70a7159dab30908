using System.Net;

namespace Whydrop.Evidence.Cluster;

/// <summary>A node as the cluster knows it.</summary>
/// <param name="Name">Name of the object; often, not always, the host name.</param>
/// <param name="Addresses">Internal and external addresses.</param>
/// <param name="PodNetworks">Prefixes from which its pods get addresses; empty when the CNI keeps them elsewhere or they are not said.</param>
/// <param name="Conditions">As told, in that order.</param>
public sealed record ClusterNode(
    VantagePoint At, Provenance From, string Name, IReadOnlyList<IPAddress> Addresses, IReadOnlyList<IPNetwork> PodNetworks, IReadOnlyList<NodeCondition> Conditions)
    : Fact(At, From)
{
    /// <summary>When the object was made; null when not said.</summary>
    public Timestamp? Created { get; init; }

    /// <summary>"5.15.0-91-generic"; null when not said.</summary>
    public string? KernelVersion { get; init; }

    /// <summary>"topology.kubernetes.io/zone" and the like; empty when not said.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

using System.Net;

namespace Whydrop.Evidence.Cluster;

/// <summary>A service of the cluster.</summary>
/// <param name="Namespace">Its namespace; null when the listing does not say it.</param>
/// <param name="Type">"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"; null when not said.</param>
/// <param name="Addresses">Cluster addresses; empty for a headless one.</param>
/// <param name="ExternalAddresses">External addresses and those of its load balancer.</param>
/// <param name="Ports">Its ports.</param>
/// <param name="ExternalTrafficPolicy">"Cluster" or "Local"; null when not said.</param>
/// <param name="Selector">Labels of the pods behind it; empty when it has none or they are not said.</param>
public sealed record ClusterService(
    VantagePoint At, Provenance From, string? Namespace, string Name, string? Type, IReadOnlyList<IPAddress> Addresses, IReadOnlyList<IPAddress> ExternalAddresses,
    IReadOnlyList<ServicePort> Ports, string? ExternalTrafficPolicy, IReadOnlyDictionary<string, string> Selector) : Fact(At, From)
{
    /// <summary>When the object was made; null when not said.</summary>
    public Timestamp? Created { get; init; }

    /// <summary>"Cluster" or "Local"; null when not said.</summary>
    public string? InternalTrafficPolicy { get; init; }
}

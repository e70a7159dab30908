namespace Whydrop.Evidence.Cluster;

/// <summary>An event that a component of the cluster reported.</summary>
/// <param name="Kind">Kind of the object it is about: "Pod", "Node", …</param>
/// <param name="Namespace">Namespace of that object; null when it has none or it is not said.</param>
/// <param name="Name">Name of that object.</param>
/// <param name="Type">"Normal" or "Warning".</param>
/// <param name="Reason">One word: "BackOff", "Killing", "Unhealthy", "NodeNotReady", …</param>
/// <param name="Message">Its text.</param>
/// <param name="Count">How often it was seen; null when not said.</param>
/// <param name="First">First time; null when only an age is said.</param>
/// <param name="Last">Last time; null when only an age is said.</param>
public sealed record ClusterEvent(
    VantagePoint At, Provenance From, string Kind, string? Namespace, string Name, string Type, string Reason, string Message, int? Count, Timestamp? First, Timestamp? Last)
    : Fact(At, From)
{
    /// <summary>How long before the listing it was last seen, when that is all it says.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>Node that reported it; null when not said.</summary>
    public string? Node { get; init; }

    /// <summary>"kubelet", "kube-proxy", "deployment-controller", …; null when not said.</summary>
    public string? Component { get; init; }
}

using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Topologies.Pods;

/// <summary>A host that a user can collect from.</summary>
/// <param name="Role">What it is.</param>
/// <param name="Space">Its namespace.</param>
/// <param name="Devices">Devices worth a capture.</param>
public sealed record PodHost(HostRole Role, NetworkNamespace Space, IReadOnlyList<string> Devices)
{
    /// <summary>It forwards for others.</summary>
    public bool IsNode => Role is HostRole.NodeA or HostRole.NodeB;
}

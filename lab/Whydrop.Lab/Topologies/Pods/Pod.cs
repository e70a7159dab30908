using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Topologies.Pods;

/// <summary>A pod of a <see cref="PodNetwork"/>.</summary>
/// <param name="Space">Its network namespace.</param>
/// <param name="Node">The node that runs it.</param>
/// <param name="HostLink">The host end of its veth.</param>
/// <param name="Address">Its address.</param>
public sealed record Pod(NetworkNamespace Space, NetworkNamespace Node, string HostLink, string Address);

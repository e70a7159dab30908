using System.Net;

namespace Whydrop.Evidence.Stack;

/// <summary>How a tunnel device wraps datagrams.</summary>
/// <param name="Local">Outer source address; null for any.</param>
/// <param name="Remote">Outer destination address; null for any or per route.</param>
/// <param name="Underlay">Device named by "dev"; null when routed.</param>
/// <param name="PathMtuDiscovery">True for "pmtudisc", false for "nopmtudisc", null when not printed.</param>
/// <param name="OuterDontFragment">"set", "unset" or "inherit" for VXLAN and Geneve; null when not printed.</param>
/// <param name="Identifier">VNI, or GRE key.</param>
/// <param name="Port">UDP destination port.</param>
public sealed record TunnelSettings(
    IPAddress? Local, IPAddress? Remote, string? Underlay, bool? PathMtuDiscovery, string? OuterDontFragment, uint? Identifier, int? Port);

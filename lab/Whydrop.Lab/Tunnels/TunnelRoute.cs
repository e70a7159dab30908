using System.Net;

namespace Whydrop.Lab.Tunnels;

/// <summary>Datagrams to a prefix are wrapped for one node.</summary>
/// <param name="Inner">Destination prefix.</param>
/// <param name="Node">Underlay address of the node that owns it.</param>
public sealed record TunnelRoute(IPNetwork Inner, IPAddress Node);

using System.Net.Sockets;

namespace Whydrop.Lab.Topologies;

/// <summary>How a <see cref="NodePortCluster"/> is built.</summary>
/// <param name="Family">IP version of client, service and pod.</param>
/// <param name="UnderlayFamily">IP version between the nodes.</param>
/// <param name="UnderlayMtu">MTU of the nodes' uplinks, bytes.</param>
/// <param name="PodMtu">MTU of both ends of the pod's veth, bytes.</param>
/// <param name="Offload">Leave segmentation, receive and checksum offloads on.</param>
public sealed record ClusterOptions(AddressFamily Family, AddressFamily UnderlayFamily, int UnderlayMtu, int PodMtu, bool Offload)
{
    /// <summary>The IP versions in use.</summary>
    public IReadOnlyList<AddressFamily> Families => Family == UnderlayFamily ? [Family] : [Family, UnderlayFamily];
}

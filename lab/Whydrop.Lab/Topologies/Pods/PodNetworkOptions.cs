namespace Whydrop.Lab.Topologies.Pods;

/// <summary>How a <see cref="PodNetwork"/> is built. A scenario changes what its fault needs and leaves the rest to the user's settings.</summary>
public sealed record PodNetworkOptions
{
    /// <summary>IPv6 instead of IPv4, for everything that a scenario does.</summary>
    public bool Ipv6 { get; set; }

    /// <summary>Hosts, pods and the Service have addresses of the other IP version as well, which goes without overlay.</summary>
    public bool DualStack { get; set; }

    /// <summary>How pods hang on their node.</summary>
    public PodWiring Wiring { get; set; }

    /// <summary>What carries pod traffic between the nodes.</summary>
    public OverlayKind Overlay { get; set; }

    /// <summary>MTU of the fabric's links and the nodes' uplinks, bytes.</summary>
    public int UnderlayMtu { get; set; } = 1500;

    /// <summary>MTU of the pods' links, bytes; null: what fits into the overlay.</summary>
    public int? PodMtu { get; set; }

    /// <summary>MTU of the overlay device on both nodes, bytes; null: what fits into the underlay.</summary>
    public int? OverlayMtu { get; set; }

    /// <summary>The tunnel sets DF on the outer header: what does not fit below it is dropped, not cut into fragments. Null: as the tunnel does by itself (VXLAN no, IP-in-IP yes).</summary>
    public bool? OuterDontFragment { get; set; }

    /// <summary>Leave segmentation, receive and checksum offloads on. Off: one frame in a capture is one segment.</summary>
    public bool Offload { get; set; } = true;

    /// <summary>Clients go through a Service of node-a: its ClusterIP from a pod, its NodePort from outside.</summary>
    public bool Service { get; set; }

    /// <summary>Masquerade also what a pod sends to the ClusterIP. Traffic to the NodePort always is.</summary>
    public bool MasqueradeAll { get; set; }

    /// <summary>Nodes track connections, as kube-proxy and policies make them.</summary>
    public bool Conntrack { get; set; } = true;

    /// <summary>The client is no pod but a host outside, linked to the fabric.</summary>
    public bool ExternalClient { get; set; }

    /// <summary>The outside client reaches the NodePort through a load balancer (DNAT and SNAT). Implies <see cref="ExternalClient"/> and <see cref="Service"/>.</summary>
    public bool LoadBalancer { get; set; }

    /// <summary>A second server pod on node-b; the Service then spreads over both.</summary>
    public bool SecondServer { get; set; }

    /// <summary>A server pod on node-a, beside the client.</summary>
    public bool ServerOnA { get; set; }

    /// <summary>Two spines between a leaf at each node; flows are spread over them by their ports.</summary>
    public bool Spines { get; set; }

    /// <summary>The nodes share one Ethernet segment: the fabric is a switch between them and they resolve each other by ARP or ND.</summary>
    public bool Switched { get; set; }

    /// <summary>Names and addresses.</summary>
    public PodNames Names { get; set; } = PodNames.Plain;

    /// <summary>Bytes that the encapsulation adds to a datagram.</summary>
    public int Overhead => Overlay switch
    {
        OverlayKind.Vxlan => Ipv6 ? 70 : 50,
        OverlayKind.Ipip => Ipv6 ? 40 : 20,
        _ => 0,
    };

    /// <summary>MTU of the overlay device in effect, bytes.</summary>
    public int EffectiveOverlayMtu => OverlayMtu ?? (UnderlayMtu - Overhead);

    /// <summary>MTU of the pods' links in effect, bytes.</summary>
    public int EffectivePodMtu => PodMtu ?? EffectiveOverlayMtu;
}

using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Tunnels;

namespace Whydrop.Lab.Topologies.Pods;

/// <summary>The tunnel between the nodes of a <see cref="PodNetwork"/>.</summary>
internal static class PodOverlay
{
    private const string MacA = "66:8e:1f:00:00:0a";
    private const string MacB = "66:8e:1f:00:00:0b";

    /// <summary>Builds it; returns the name of its device, null when there is none.</summary>
    public static string? Build(LabRun run, PodNetwork network)
    {
        var (options, a) = (network.Options, network.Addresses);
        if (options.Overlay == OverlayKind.None)
            return null;
        var vxlan = options.Overlay == OverlayKind.Vxlan;
        var calico = options.Wiring == PodWiring.Routed;
        var device = !vxlan ? "tunl0" : !calico ? "flannel.1" : options.Ipv6 ? "vxlan-v6.calico" : "vxlan.calico";
        // Where the bridge has the block's first address, Flannel gives its device the block's own.
        var (tunnelA, tunnelB) = calico ? (a.FirstA, a.FirstB) : (Bare(a.BlockA), Bare(a.BlockB));
        foreach (var (node, mac, local, tunnel) in ((NetworkNamespace, string, string, string)[])
            [(network.NodeA, MacA, a.NodeA, tunnelA), (network.NodeB, MacB, a.NodeB, tunnelB)])
        {
            if (vxlan)
                AddVxlan(network, node, device, mac, local, calico ? 4096 : 1);
            else
                AddIpip(run, network, node, device);
            node.IpLines($"link set {device} mtu {options.EffectiveOverlayMtu} txqueuelen 10000", $"link set {device} up", $"addr add {tunnel}/{a.HostBits} dev {device}{a.AtOnce}");
        }

        Point(network, network.NodeA, device, MacB, tunnelB, a.BlockB, a.NodeB);
        Point(network, network.NodeB, device, MacA, tunnelA, a.BlockA, a.NodeA);
        return device;
    }

    private static void AddVxlan(PodNetwork network, NetworkNamespace node, string device, string mac, string local, int id)
    {
        var options = network.Options;
        // Bound to its uplink the kernel refuses an MTU that does not fit below it (drivers/net/vxlan vxlan_change_mtu).
        var uplink = options.EffectiveOverlayMtu + options.Overhead <= options.UnderlayMtu ? $"dev {network.Names.Uplink} " : "";
        node.IpLines($"link add {device} address {mac} mtu {options.EffectiveOverlayMtu} type vxlan id {id} {uplink}local {local} dstport {(id == 1 ? 8472 : 4789)} nolearning{(options.OuterDontFragment == true ? " df set" : "")}");
    }

    private static void AddIpip(LabRun run, PodNetwork network, NetworkNamespace node, string device)
    {
        // The kernel's own device takes DF from the datagram inside.
        if (!network.Options.Ipv6 && network.Options.OuterDontFragment != false && Tunl0.IsIn(node))
            return;
        Tunl0.FreeName(node);
        var a = network.Addresses;
        var (block, peer) = node == network.NodeA ? (a.BlockB, a.NodeB) : (a.BlockA, a.NodeA);
        var family = network.Options.Ipv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        run.Own($"tunnel of {node.Label}", TunTunnel.Start(node, device, family, network.Options.OuterDontFragment ?? true, new TunnelRoute(IPNetwork.Parse(block), IPAddress.Parse(peer))));
    }

    private static void Point(PodNetwork network, NetworkNamespace node, string device, string mac, string tunnel, string block, string remote)
    {
        if (network.Options.Overlay == OverlayKind.Vxlan)
        {
            node.IpLines($"neigh add {tunnel} lladdr {mac} dev {device} nud permanent");
            node.Exec("bridge", "fdb", "append", mac, "dev", device, "dst", remote);
            node.IpLines($"route add {block} via {tunnel} dev {device} onlink");
            return;
        }

        // IPv6 refuses a next hop that another device reaches, even with onlink (net/ipv6/route.c ip6_route_check_nh_onlink).
        node.IpLines(network.Options.Ipv6 ? $"route add {block} dev {device} proto bird" : $"route add {block} via {remote} dev {device} onlink proto bird");
    }

    private static string Bare(string block) => block[..block.IndexOf('/', StringComparison.Ordinal)];
}

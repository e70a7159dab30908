using System.Net;
using Whydrop.Lab.Tunnels;

namespace Whydrop.Lab.Topologies;

/// <summary>The pod network between the nodes of a <see cref="NodePortCluster"/>.</summary>
public sealed class Overlay
{
    private const int VxlanId = 4096;
    private const int VxlanPort = 4789;
    private const int GeneveId = 4096;
    private const int WireguardPort = 51820;
    private const string ForwardingMac = "66:8e:1f:00:00:50";
    private const string WorkerMac = "66:8e:1f:00:00:5b";

    private Overlay(string device, int overhead)
    {
        Device = device;
        Overhead = overhead;
    }

    /// <summary>Name of the tunnel device on every node.</summary>
    public string Device { get; }

    /// <summary>Bytes that the encapsulation adds to a datagram.</summary>
    public int Overhead { get; }

    /// <summary>What encapsulates: the kernel's module, or a program of the lab.</summary>
    public string Means { get; private init; } = "kernel";

    /// <summary>IP-in-IP on a device "tunl0": the kernel's own where its ipip module is there (IPv4 in IPv4), else served in user space.</summary>
    public static Overlay IpInIp(LabRun run, NodePortCluster cluster, int mtu)
    {
        var (inner, outer) = (cluster.Service, cluster.Underlay);
        if (!inner.IsIpv6 && !outer.IsIpv6 && Tunl0.IsIn(cluster.ForwardingNode) && Tunl0.IsIn(cluster.Worker))
        {
            var made = new Overlay("tunl0", 20) { Means = "kernel module ipip" };
            made.Raise(cluster, mtu);
            cluster.ForwardingNode.Ip($"route add {inner.WorkerBlock}/{inner.BlockBits} via {outer.Worker} dev tunl0 onlink src {inner.ForwardingTunnel}");
            cluster.Worker.Ip($"route add {inner.ForwardingBlock}/{inner.BlockBits} via {outer.ForwardingNode} dev tunl0 onlink src {inner.WorkerTunnel}");
            return made;
        }

        var underlay = cluster.Options.UnderlayFamily;
        Tunl0.FreeName(cluster.ForwardingNode);
        Tunl0.FreeName(cluster.Worker);
        var overlay = new Overlay("tunl0", outer.IsIpv6 ? 40 : 20) { Means = "TUN program" };
        run.Own(
            "tunnel of the forwarding node",
            TunTunnel.Start(cluster.ForwardingNode, overlay.Device, underlay, dontFragment: true, new TunnelRoute(Block(inner.WorkerBlock, inner.BlockBits), IPAddress.Parse(outer.Worker))));
        run.Own(
            "tunnel of the worker node",
            TunTunnel.Start(cluster.Worker, overlay.Device, underlay, dontFragment: true, new TunnelRoute(Block(inner.ForwardingBlock, inner.BlockBits), IPAddress.Parse(outer.ForwardingNode))));
        overlay.Raise(cluster, mtu);
        // A kernel tunnel takes the outer destination from the next hop; the program has its own table, and the routes say the same.
        // IPv6 refuses a next hop that another device reaches, even with onlink (net/ipv6/route.c ip6_route_check_nh_onlink).
        var named = !inner.IsIpv6 && !outer.IsIpv6;
        var toWorker = named ? $"via {outer.Worker} dev {overlay.Device} onlink" : $"dev {overlay.Device}";
        var toForwarding = named ? $"via {outer.ForwardingNode} dev {overlay.Device} onlink" : $"dev {overlay.Device}";
        cluster.ForwardingNode.Ip($"{inner.Flag} route add {inner.WorkerBlock}/{inner.BlockBits} {toWorker} src {inner.ForwardingTunnel}");
        cluster.Worker.Ip($"{inner.Flag} route add {inner.ForwardingBlock}/{inner.BlockBits} {toForwarding} src {inner.WorkerTunnel}");
        return overlay;
    }

    /// <summary>VXLAN by the kernel, with static neighbour and forwarding entries as CNIs program them.</summary>
    public static Overlay Vxlan(NodePortCluster cluster, int mtu)
    {
        var (inner, outer) = (cluster.Service, cluster.Underlay);
        var overlay = new Overlay(inner.IsIpv6 ? "vxlan-v6.calico" : "vxlan.calico", outer.IsIpv6 ? 70 : 50);
        // Bound to its uplink the kernel refuses an MTU that does not fit below it (drivers/net/vxlan vxlan_change_mtu).
        var uplink = mtu + overlay.Overhead <= cluster.Options.UnderlayMtu ? "dev eth0 " : "";
        foreach (var (node, mac, local) in ((Namespaces.NetworkNamespace, string, string)[])
            [(cluster.ForwardingNode, ForwardingMac, outer.ForwardingNode), (cluster.Worker, WorkerMac, outer.Worker)])
        {
            node.Ip($"link add {overlay.Device} address {mac} mtu {mtu} type vxlan id {VxlanId} {uplink}local {local} dstport {VxlanPort} nolearning");
        }

        overlay.Raise(cluster, mtu);
        overlay.Point(cluster.ForwardingNode, inner, WorkerMac, inner.WorkerTunnel, inner.WorkerBlock, inner.ForwardingTunnel, outer.Worker);
        overlay.Point(cluster.Worker, inner, ForwardingMac, inner.ForwardingTunnel, inner.ForwardingBlock, inner.WorkerTunnel, outer.ForwardingNode);
        return overlay;
    }

    /// <summary>GRE by the kernel, from node to node; the underlay is IPv4.</summary>
    public static Overlay Gre(NodePortCluster cluster, int mtu)
    {
        var (inner, outer) = (cluster.Service, cluster.Underlay);
        var overlay = new Overlay("gre1", 24) { Means = "kernel module ip_gre" };
        cluster.ForwardingNode.Ip($"link add gre1 type gre local {outer.ForwardingNode} remote {outer.Worker} ttl 64");
        cluster.Worker.Ip($"link add gre1 type gre local {outer.Worker} remote {outer.ForwardingNode} ttl 64");
        overlay.Raise(cluster, mtu);
        overlay.Route(cluster, inner);
        return overlay;
    }

    /// <summary>Geneve by the kernel, from node to node.</summary>
    public static Overlay Geneve(NodePortCluster cluster, int mtu)
    {
        var (inner, outer) = (cluster.Service, cluster.Underlay);
        var overlay = new Overlay("genev_sys_6081", outer.IsIpv6 ? 70 : 50) { Means = "kernel module geneve" };
        cluster.ForwardingNode.Ip($"link add {overlay.Device} address {ForwardingMac} type geneve id {GeneveId} remote {outer.Worker} ttl 64");
        cluster.Worker.Ip($"link add {overlay.Device} address {WorkerMac} type geneve id {GeneveId} remote {outer.ForwardingNode} ttl 64");
        overlay.Raise(cluster, mtu);
        overlay.Gateway(cluster.ForwardingNode, inner, WorkerMac, inner.WorkerTunnel, inner.WorkerBlock, inner.ForwardingTunnel);
        overlay.Gateway(cluster.Worker, inner, ForwardingMac, inner.ForwardingTunnel, inner.ForwardingBlock, inner.WorkerTunnel);
        return overlay;
    }

    /// <summary>WireGuard by the kernel, from node to node.</summary>
    public static Overlay Wireguard(NodePortCluster cluster, int mtu)
    {
        var (inner, outer) = (cluster.Service, cluster.Underlay);
        var overlay = new Overlay("wg0", outer.IsIpv6 ? 80 : 60) { Means = "kernel module wireguard" };
        var (forwardingKey, workerKey) = (NewKey(), NewKey());
        foreach (var (node, key, peer, address, block) in ((Namespaces.NetworkNamespace, string, string, string, string)[])
            [(cluster.ForwardingNode, forwardingKey, workerKey, outer.Worker, inner.WorkerBlock), (cluster.Worker, workerKey, forwardingKey, outer.ForwardingNode, inner.ForwardingBlock)])
        {
            node.Ip("link add wg0 type wireguard");
            var endpoint = outer.IsIpv6 ? $"[{address}]" : address;
            node.Feed(
                $"[Interface]\nPrivateKey = {key}\nListenPort = {WireguardPort}\n[Peer]\nPublicKey = {PublicKey(peer)}\nEndpoint = {endpoint}:{WireguardPort}\nAllowedIPs = {block}/{inner.BlockBits}\n",
                "wg", "setconf", "wg0", "/dev/stdin");
        }

        overlay.Raise(cluster, mtu);
        overlay.Route(cluster, inner);
        return overlay;
    }

    private static string NewKey() => Namespaces.Tool.Run("wg", ["genkey"]).OrThrow().Output.Trim();

    private static string PublicKey(string key) => Namespaces.Tool.Run("wg", ["pubkey"], key + "\n").OrThrow().Output.Trim();

    private static IPNetwork Block(string address, int bits) => new(IPAddress.Parse(address), bits);

    private void Raise(NodePortCluster cluster, int mtu)
    {
        var a = cluster.Service;
        foreach (var (node, address) in ((Namespaces.NetworkNamespace, string)[])[(cluster.ForwardingNode, a.ForwardingTunnel), (cluster.Worker, a.WorkerTunnel)])
        {
            node.Ip($"link set {Device} mtu {mtu} up");
            node.Ip($"addr add {address}/{a.HostBits} dev {Device} {a.AtOnce}");
        }
    }

    private void Point(Namespaces.NetworkNamespace node, ClusterAddresses inner, string mac, string gateway, string block, string source, string remote)
    {
        node.Exec("bridge", "fdb", "append", mac, "dev", Device, "dst", remote);
        Gateway(node, inner, mac, gateway, block, source);
    }

    /// <summary>Routes for a device that knows the other node by itself.</summary>
    private void Route(NodePortCluster cluster, ClusterAddresses inner)
    {
        cluster.ForwardingNode.Ip($"{inner.Flag} route add {inner.WorkerBlock}/{inner.BlockBits} dev {Device} src {inner.ForwardingTunnel}");
        cluster.Worker.Ip($"{inner.Flag} route add {inner.ForwardingBlock}/{inner.BlockBits} dev {Device} src {inner.WorkerTunnel}");
    }

    private void Gateway(Namespaces.NetworkNamespace node, ClusterAddresses inner, string mac, string gateway, string block, string source)
    {
        node.Ip($"neigh add {gateway} lladdr {mac} dev {Device} nud permanent");
        node.Ip($"{inner.Flag} route add {block}/{inner.BlockBits} via {gateway} dev {Device} src {source} onlink");
    }
}

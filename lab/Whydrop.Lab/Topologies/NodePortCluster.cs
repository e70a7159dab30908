using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Topologies;

/// <summary>Front end – fabric router – forwarding node – fabric – worker node – pod; plain links and addresses, no overlay and no service yet.</summary>
/// <remarks>
/// Each node has one uplink, eth0, for front-side and underlay traffic alike. The pod is connected as routed CNIs do it:
/// a /32 (/128) address, a link-local gateway, a host-side interface cali….
/// </remarks>
public sealed class NodePortCluster
{
    /// <summary>Port of the service on every node.</summary>
    public const int NodePort = 30170;

    /// <summary>Port that the pod listens on.</summary>
    public const int PodPort = 8080;

    /// <summary>Host end of the pod's veth.</summary>
    public const string PodLink = "cali7f3a9c1e0b2";

    private NodePortCluster(LabRun run, ClusterOptions options)
    {
        Options = options;
        Front = run.AddNamespace("front");
        Fabric = run.AddNamespace("fabric");
        ForwardingNode = run.AddNamespace("fwd-node");
        Worker = run.AddNamespace("worker-node");
        Pod = run.AddNamespace("pod-backend-0");
    }

    /// <summary>How it was built.</summary>
    public ClusterOptions Options { get; }

    /// <summary>The client's host.</summary>
    public NetworkNamespace Front { get; }

    /// <summary>The router between front end and nodes, with a switch for the nodes.</summary>
    public NetworkNamespace Fabric { get; }

    /// <summary>The node whose NodePort is used.</summary>
    public NetworkNamespace ForwardingNode { get; }

    /// <summary>The node that runs the pod.</summary>
    public NetworkNamespace Worker { get; }

    /// <summary>The pod.</summary>
    public NetworkNamespace Pod { get; }

    /// <summary>Addresses of the family that the connection uses.</summary>
    public ClusterAddresses Service => Options.Family == AddressFamily.InterNetworkV6 ? ClusterAddresses.Ipv6 : ClusterAddresses.Ipv4;

    /// <summary>Addresses of the family that carries the tunnel.</summary>
    public ClusterAddresses Underlay => Options.UnderlayFamily == AddressFamily.InterNetworkV6 ? ClusterAddresses.Ipv6 : ClusterAddresses.Ipv4;

    /// <summary>Where clients connect to.</summary>
    public IPEndPoint ServiceEndPoint => new(IPAddress.Parse(Service.ForwardingNode), NodePort);

    /// <summary>Builds it.</summary>
    public static NodePortCluster Build(LabRun run, ClusterOptions options)
    {
        var cluster = new NodePortCluster(run, options);
        cluster.Settings();
        cluster.Links();
        foreach (var addresses in options.Families.Select(f => f == AddressFamily.InterNetworkV6 ? ClusterAddresses.Ipv6 : ClusterAddresses.Ipv4))
            cluster.Address(addresses);
        if (!options.Offload)
            cluster.OffloadsOff();
        return cluster;
    }

    private void Settings()
    {
        // The host's defaults differ from machine to machine; these are what the incident's systems had.
        foreach (var end in (NetworkNamespace[])[Front, Pod])
            end.Sysctl("net.ipv4.tcp_mtu_probing=0", "net.ipv4.tcp_timestamps=1", "net.ipv4.tcp_sack=1");
        foreach (var router in (NetworkNamespace[])[Fabric, ForwardingNode, Worker])
            router.Sysctl("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        foreach (var host in (NetworkNamespace[])[Front, Fabric, ForwardingNode, Worker, Pod])
        {
            host.Sysctl("net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.default.router_solicitations=0");
            if (!Options.Families.Contains(AddressFamily.InterNetworkV6))
                host.Sysctl("net.ipv6.conf.default.disable_ipv6=1");
        }
    }

    private void Links()
    {
        Fabric.Ip("link add br0 type bridge");
        Fabric.Ip("link set br0 up");
        Join(Front, "eth0", Fabric, "front", Options.UnderlayMtu);
        Join(ForwardingNode, "eth0", Fabric, "node1", Options.UnderlayMtu);
        Join(Worker, "eth0", Fabric, "node2", Options.UnderlayMtu);
        Fabric.Ip("link set node1 master br0");
        Fabric.Ip("link set node2 master br0");
        Join(Pod, "eth0", Worker, PodLink, Options.PodMtu);
    }

    private static void Join(NetworkNamespace one, string name, NetworkNamespace other, string otherName, int mtu)
    {
        one.Ip($"link add {name} mtu {mtu} type veth peer name {otherName} mtu {mtu} netns {other.Name}");
        one.Ip($"link set {name} up");
        other.Ip($"link set {otherName} up");
    }

    private void Address(ClusterAddresses a)
    {
        Front.Ip($"addr add {a.Front}/{a.LanBits} dev eth0 {a.AtOnce}");
        Fabric.Ip($"addr add {a.FrontGateway}/{a.LanBits} dev front {a.AtOnce}");
        Fabric.Ip($"addr add {a.NodeGateway}/{a.LanBits} dev br0 {a.AtOnce}");
        ForwardingNode.Ip($"addr add {a.ForwardingNode}/{a.LanBits} dev eth0 {a.AtOnce}");
        Worker.Ip($"addr add {a.Worker}/{a.LanBits} dev eth0 {a.AtOnce}");
        Front.Ip($"{a.Flag} route add default via {a.FrontGateway}");
        ForwardingNode.Ip($"{a.Flag} route add default via {a.NodeGateway}");
        Worker.Ip($"{a.Flag} route add default via {a.NodeGateway}");

        Pod.Ip($"addr add {a.Pod}/{a.HostBits} dev eth0 {a.AtOnce}");
        Worker.Ip($"{a.Flag} route add {a.Pod}/{a.HostBits} dev {PodLink}");
        if (a.IsIpv6)
        {
            Worker.Ip($"addr add {a.PodGateway}/64 dev {PodLink} {a.AtOnce}");
            Pod.Ip($"-6 route add default via {a.PodGateway} dev eth0");
        }
        else
        {
            Worker.Sysctl($"net.ipv4.conf.{PodLink}.proxy_arp=1");
            Pod.Ip($"route add {a.PodGateway} dev eth0 scope link");
            Pod.Ip($"route add default via {a.PodGateway} dev eth0");
        }
    }

    private void OffloadsOff()
    {
        (NetworkNamespace Where, string Name)[] links =
            [(Front, "eth0"), (Fabric, "front"), (Fabric, "node1"), (Fabric, "node2"), (ForwardingNode, "eth0"), (Worker, "eth0"), (Worker, PodLink), (Pod, "eth0")];
        foreach (var (where, name) in links)
            where.Exec("ethtool", "-K", name, "tso", "off", "gso", "off", "gro", "off", "tx", "off");
    }
}

using System.Net;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Topologies.Pods;

/// <summary>Client pod – node-a – fabric – node-b – server pod, each a host of its own; what else stands there is said by the options.</summary>
public sealed class PodNetwork
{
    private readonly List<(NetworkNamespace Host, string Device)> links = [];

    private PodNetwork(LabRun run, PodNetworkOptions options)
    {
        Options = options;
        Names = options.Names;
        Addresses = new PodAddresses(Names, options.Ipv6, options.Switched);
        OtherAddresses = options.DualStack ? new PodAddresses(Names, !options.Ipv6, options.Switched) : null;
        Fabric = run.AddNamespace("fabric");
        NodeA = run.AddNamespace(Names.NodeA);
        NodeB = run.AddNamespace(Names.NodeB);
        Client = run.AddNamespace(Names.Client);
        LeafB = options.Spines ? run.AddNamespace("leaf-b") : Fabric;
        Spines = options.Spines ? [run.AddNamespace("spine-1"), run.AddNamespace("spine-2")] : [];
        Balancer = options.LoadBalancer ? run.AddNamespace("lb") : null;
    }

    /// <summary>How it was built.</summary>
    public PodNetworkOptions Options { get; }

    /// <summary>Names of hosts and devices.</summary>
    public PodNames Names { get; }

    /// <summary>Addresses.</summary>
    public PodAddresses Addresses { get; }

    /// <summary>Those of the other IP version; null unless <see cref="PodNetworkOptions.DualStack"/>.</summary>
    public PodAddresses? OtherAddresses { get; }

    /// <summary>The client: a pod on node-a, or a host outside.</summary>
    public NetworkNamespace Client { get; }

    /// <summary>Node of the client pod, and of the Service's rules.</summary>
    public NetworkNamespace NodeA { get; }

    /// <summary>The router between the nodes; with <see cref="PodNetworkOptions.Switched"/> the switch, with <see cref="PodNetworkOptions.Spines"/> the leaf at node-a. Its devices are "to-a", "to-b", "to-client", "to-lb", "to-spine-1", "to-spine-2", "br0".</summary>
    public NetworkNamespace Fabric { get; }

    /// <summary>The leaf at node-b: the fabric itself when there are no spines.</summary>
    public NetworkNamespace LeafB { get; }

    /// <summary>Spines; none unless asked for. Their devices are "to-leaf-a" and "to-leaf-b".</summary>
    public IReadOnlyList<NetworkNamespace> Spines { get; }

    /// <summary>The load balancer, when there is one.</summary>
    public NetworkNamespace? Balancer { get; }

    /// <summary>Node of the server pod.</summary>
    public NetworkNamespace NodeB { get; }

    /// <summary>The server pod's namespace.</summary>
    public NetworkNamespace Server => ServerPod.Space;

    /// <summary>The client pod; null when the client is outside.</summary>
    public Pod? ClientPod { get; private set; }

    /// <summary>The server pod.</summary>
    public Pod ServerPod { get; private set; } = null!;

    /// <summary>The second server pod on node-b, when asked for.</summary>
    public Pod? Server2 { get; private set; }

    /// <summary>The server pod on node-a, when asked for.</summary>
    public Pod? ServerA { get; private set; }

    /// <summary>Name of the overlay device on both nodes; null without overlay.</summary>
    public string? OverlayDevice { get; private set; }

    /// <summary>Address of the client as its own host knows it.</summary>
    public string ClientAddress => ClientPod?.Address ?? Addresses.Outside;

    /// <summary>Address and port that the server listens on.</summary>
    public IPEndPoint ServerEndPoint => new(IPAddress.Parse(ServerPod.Address), Names.ServerPort);

    /// <summary>Where clients connect to: the load balancer, the NodePort, the ClusterIP, or the pod itself.</summary>
    public IPEndPoint Target => TargetIn(Addresses);

    /// <summary>The same in the other IP version; null unless <see cref="PodNetworkOptions.DualStack"/>.</summary>
    public IPEndPoint? OtherTarget => OtherAddresses is { } others ? TargetIn(others) : null;

    /// <summary>The processor that does all receive processing of this run.</summary>
    public int Processor { get; } = System.Security.Cryptography.RandomNumberGenerator.GetInt32(Math.Min(Environment.ProcessorCount, 32));

    /// <summary>Every pod.</summary>
    public IEnumerable<Pod> Pods => new[] { ClientPod, ServerPod, Server2, ServerA }.OfType<Pod>();

    /// <summary>Hosts that a user can collect from, in packet order, each with the devices worth a capture.</summary>
    public IReadOnlyList<PodHost> Hosts =>
    [
        new PodHost(HostRole.Client, Client, ["eth0"]),
        .. Balancer is null ? [] : new[] { new PodHost(HostRole.Balancer, Balancer, ["eth0"]) },
        new PodHost(HostRole.NodeA, NodeA, [Names.Uplink, .. OverlayDevices, .. HostLinks(NodeA)]),
        .. ServerA is null ? [] : new[] { new PodHost(HostRole.ServerA, ServerA.Space, ["eth0"]) },
        new PodHost(HostRole.NodeB, NodeB, [Names.Uplink, .. OverlayDevices, .. HostLinks(NodeB)]),
        new PodHost(HostRole.Server, Server, ["eth0"]),
        .. Server2 is null ? [] : new[] { new PodHost(HostRole.Server2, Server2.Space, ["eth0"]) },
    ];

    private IEnumerable<string> OverlayDevices => OverlayDevice is null ? [] : [OverlayDevice];

    /// <summary>Builds it; what it makes ends with the run.</summary>
    public static PodNetwork Build(LabRun run, PodNetworkOptions options)
    {
        if (options.LoadBalancer)
            options = options with { ExternalClient = true, Service = true };
        var network = new PodNetwork(run, options);
        network.BuildFabric();
        network.BuildPods(run);
        PodAddressing.Give(network, network.Addresses);
        network.OverlayDevice = PodOverlay.Build(run, network);
        PodAddressing.Route(network, network.Addresses, overlay: network.OverlayDevice is not null);
        if (network.OtherAddresses is { } others)
        {
            PodAddressing.Give(network, others);
            PodAddressing.Route(network, others, overlay: false);
        }

        if (options.Conntrack)
            PodService.Track(network);
        if (options.Service)
        {
            foreach (var addresses in new[] { network.Addresses, network.OtherAddresses }.OfType<PodAddresses>())
                PodService.Publish(network, addresses);
        }

        if (!options.Offload)
            network.OffloadsOff();
        network.KeepOrder();
        return network;
    }

    /// <summary>Address of a pod among those of one IP version.</summary>
    internal string AddressOf(Pod pod, PodAddresses among) => pod == ClientPod ? among.Client : pod == ServerPod ? among.Server : pod == Server2 ? among.Server2 : among.ServerA;

    /// <summary>Host ends of the pods of a node.</summary>
    public IEnumerable<string> HostLinks(NetworkNamespace node) => Pods.Where(p => p.Node == node).Select(p => p.HostLink);

    /// <summary>Nodes cut what they send into the fabric by themselves, as without a network card that does it: a frame in the fabric is a segment, whatever offload is in the pods.</summary>
    public void SegmentAtUplinks()
    {
        foreach (var node in (NetworkNamespace[])[NodeA, NodeB])
            node.Exec("ethtool", "-K", Names.Uplink, "tso", "off", "gso", "off");
    }

    /// <summary>Drops what the kernel remembers of destinations, so that a cold path does not shape the run.</summary>
    public void ForgetPathMetrics()
    {
        foreach (var host in Hosts)
            host.Space.Ip("tcp_metrics flush all");
    }

    private IPEndPoint TargetIn(PodAddresses a) => Options switch
    {
        { LoadBalancer: true } => new IPEndPoint(IPAddress.Parse(a.Balancer), Names.ServicePort),
        { Service: true, ExternalClient: true } => new IPEndPoint(IPAddress.Parse(a.NodeA), Names.NodePort),
        { Service: true } => new IPEndPoint(IPAddress.Parse(a.ClusterIp), Names.ServicePort),
        _ => new IPEndPoint(IPAddress.Parse(a.Server), Names.ServerPort),
    };

    private void BuildFabric()
    {
        var hosts = new List<NetworkNamespace> { Fabric, NodeA, NodeB };
        hosts.AddRange(Spines);
        if (Options.Spines)
            hosts.Add(LeafB);
        if (Balancer is not null)
            hosts.Add(Balancer);
        foreach (var host in hosts)
            Settle(host, forwards: true);
        Settle(Client, forwards: false);

        Link(NodeA, Names.Uplink, Fabric, "to-a", Options.UnderlayMtu);
        Link(NodeB, Names.Uplink, LeafB, "to-b", Options.UnderlayMtu);
        if (Options.Switched)
            Fabric.IpLines("link add br0 type bridge", "link set br0 up", "link set to-a master br0", "link set to-b master br0");
        for (var spine = 0; spine < Spines.Count; spine++)
        {
            Link(Fabric, $"to-spine-{spine + 1}", Spines[spine], "to-leaf-a", Options.UnderlayMtu);
            Link(LeafB, $"to-spine-{spine + 1}", Spines[spine], "to-leaf-b", Options.UnderlayMtu);
        }

        if (Options.ExternalClient)
            Link(Client, "eth0", Fabric, "to-client", Options.UnderlayMtu);
        if (Balancer is not null)
            Link(Balancer, "eth0", Fabric, "to-lb", Options.UnderlayMtu);
    }

    private void BuildPods(LabRun run)
    {
        if (Options.Wiring == PodWiring.Bridge)
        {
            foreach (var node in (NetworkNamespace[])[NodeA, NodeB])
                node.IpLines($"link add cni0 mtu {Options.EffectivePodMtu} type bridge", "link set cni0 up");
        }

        if (!Options.ExternalClient)
            ClientPod = AddPod(Client, NodeA, Addresses.Client, 0);
        ServerPod = AddPod(run.AddNamespace(Names.Server), NodeB, Addresses.Server, 1);
        if (Options.SecondServer)
            Server2 = AddPod(run.AddNamespace(Names.Server2), NodeB, Addresses.Server2, 2);
        if (Options.ServerOnA)
            ServerA = AddPod(run.AddNamespace(Names.ServerA), NodeA, Addresses.ServerA, 3);
    }

    private Pod AddPod(NetworkNamespace space, NetworkNamespace node, string address, int number)
    {
        var routed = Options.Wiring == PodWiring.Routed;
        var pod = new Pod(space, node, routed ? $"cali{Names.Hash}{0xb20 + number:x3}" : $"veth{Names.Hash[..7]}{number:x}", address);
        if (space != Client)
            Settle(space, forwards: false);
        Link(space, "eth0", node, pod.HostLink, Options.EffectivePodMtu);
        if (!routed)
            node.IpLines($"link set {pod.HostLink} master cni0");
        return pod;
    }

    private void Link(NetworkNamespace one, string name, NetworkNamespace other, string otherName, int mtu)
    {
        one.IpLines($"link add {name} mtu {mtu} type veth peer name {otherName} mtu {mtu} netns {other.Name}", $"link set {name} up");
        other.IpLines($"link set {otherName} up");
        links.Add((one, name));
        links.Add((other, otherName));
    }

    /// <summary>The machine's own defaults differ; these are the kernel's.</summary>
    private void Settle(NetworkNamespace host, bool forwards)
    {
        var settings = new List<string>
        {
            "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.default.router_solicitations=0", "net.ipv6.conf.all.accept_ra=0",
            "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0", "net.ipv4.tcp_mtu_probing=0", "net.ipv4.tcp_timestamps=1", "net.ipv4.tcp_sack=1",
        };
        if (forwards)
            settings.AddRange(["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.fib_multipath_hash_policy=1", "net.ipv6.fib_multipath_hash_policy=1"]);
        if (!Options.Ipv6 && !Options.DualStack)
            settings.AddRange(["net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"]);
        host.Sysctl([.. settings]);
    }

    private void OffloadsOff()
    {
        foreach (var (host, device) in links)
            host.Exec("ethtool", "-K", device, "tso", "off", "gso", "off", "gro", "off", "tx", "off");
    }

    /// <summary>
    /// All receive processing of the run on one processor: what a sender that moves between processors puts into the receive queue of each would
    /// overtake itself (net/core/dev.c get_rps_cpu), which no wire does.
    /// </summary>
    private void KeepOrder()
    {
        foreach (var host in links.Select(l => l.Host).Distinct())
            host.Feed($"for f in /sys/class/net/*/queues/rx-*/rps_cpus; do echo {1 << Processor:x} > $f; done\n", "sh");
    }
}

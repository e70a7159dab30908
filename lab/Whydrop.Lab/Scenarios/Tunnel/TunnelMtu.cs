using System.Net;
using System.Net.Sockets;
using Whydrop.Lab.Collection;
using Whydrop.Lab.Injectors;
using Whydrop.Lab.Namespaces;
using Whydrop.Lab.Topologies;
using Whydrop.Lab.Workloads;

namespace Whydrop.Lab.Scenarios.Tunnel;

/// <summary>A front end times out against a NodePort service: the overlay device of the forwarding node has a smaller MTU than the pods, and ICMP is filtered.</summary>
public sealed class TunnelMtu : LabScenario
{
    private const int UnderlayMtu = 1500;
    private const int SecondWrite = 1307;
    private const int AnswerBytes = 180;
    private const int TimestampOption = 12;

    public override string Name => "tunnel-mtu";

    public override string Summary => "segments larger than the overlay device's MTU vanish on the node that should encapsulate them, small ones pass; no ICMP tells the sender";

    public override string Topology => "front -> router -> fwd-node (NodePort 30170, DNAT + masquerade) -> tunl0 -> router -> worker-node (tunl0) -> pod";

    public override string Fault => "pmtu-blackhole";

    public override IReadOnlyList<LabParameter> Parameters { get; } =
    [
        LabParameter.Number("mtu", 1440, "MTU of the overlay device on both nodes, bytes; 1500 is healthy", 576, 9000),
        LabParameter.Choice("family", "IP version of client, service and pod", "4", "6"),
        LabParameter.Choice("underlay", "IP version that carries the tunnel between the nodes", "4", "6"),
        LabParameter.Choice("tunnel", "encapsulation: IP-in-IP on tunl0 (by the kernel where it can, else by a program), or a tunnel device of the kernel", "ipip", "vxlan", "gre", "geneve", "wireguard").Drawing("ipip", "vxlan"),
        LabParameter.Choice("icmp", "ICMP \"fragmentation needed\": dropped by the node that makes it, dropped by the router, or let through (healthy)", "filtered", "filtered-upstream", "open"),
        LabParameter.AutoNumber("payload", "bytes of the large write; auto makes an IP datagram of 1450 bytes", 600, 1448),
        LabParameter.AutoNumber("pod-mtu", "MTU of the pod's veth, bytes; auto makes the large write one full segment", 700, 1500),
        LabParameter.Choice("direction", "which side sends the large write: the front end through fwd-node's tunnel, or the pod through worker-node's", "request", "response"),
        LabParameter.Choice("offload", "segmentation, receive and checksum offloads of the links", "on", "off"),
        LabParameter.Number("connections", 2, "connections that send the large write", 1, 20),
        LabParameter.Number("small", 4, "connections that send small requests only", 0, 50),
        LabParameter.Number("seconds", 10, "how long the front end waits for an answer", 1, 60),
        LabParameter.Choice("evidence", "what is collected: every host, the forwarding node, or its front side only", "all", "node", "front-only"),
    ];

    public override IReadOnlyList<string> Randomise(Random random)
    {
        var ipv6 = random.Next(3) == 0;
        var direction = random.Next(4) == 0 ? "response" : "request";
        return
        [
            $"mtu={random.Next(ipv6 ? 1300 : 1100, 1440)}",
            $"family={(ipv6 ? 6 : 4)}",
            $"tunnel={(random.Next(2) == 0 ? "ipip" : "vxlan")}",
            $"icmp={(direction == "request" && random.Next(2) == 0 ? "filtered-upstream" : "filtered")}",
            $"direction={direction}",
            $"offload={(random.Next(2) == 0 ? "on" : "off")}",
            "seconds=5",
        ];
    }

    public override IReadOnlyList<Need> Needs(LabSettings settings)
    {
        var needs = new List<Need>
        {
            Need.Root, Need.Tool("ip", "iproute2"), Need.Tool("nft", "nftables"), Need.Tool("tcpdump", "tcpdump"),
            Need.Tool("sysctl", "procps"), Need.Tool("netstat", "net-tools"), Need.Tool("nstat", "iproute2"), Need.Tool("timeout", "coreutils"),
        };
        needs.AddRange(settings.Word("tunnel") switch
        {
            "ipip" => [Need.Tun],
            "vxlan" => [Need.Tool("bridge", "iproute2")],
            "gre" => [Need.Module("ip_gre")],
            "geneve" => [Need.Module("geneve")],
            _ => (Need[])[Need.Module("wireguard"), Need.Tool("wg", "wireguard-tools")],
        });
        if (settings.Word("offload") == "off")
            needs.Add(Need.Tool("ethtool", "ethtool"));
        return needs;
    }

    public override Truth Make(LabRun run, LabSettings settings)
    {
        var plan = Plan.From(settings);
        run.Report($"building {Topology}");
        var cluster = NodePortCluster.Build(run, plan.Cluster);
        var overlay = plan.Tunnel switch
        {
            "ipip" => Overlay.IpInIp(run, cluster, plan.Mtu),
            "vxlan" => Overlay.Vxlan(cluster, plan.Mtu),
            "gre" => Overlay.Gre(cluster, plan.Mtu),
            "geneve" => Overlay.Geneve(cluster, plan.Mtu),
            _ => Overlay.Wireguard(cluster, plan.Mtu),
        };
        NodePortService.Publish(cluster);
        var narrow = plan.FromPod ? cluster.Worker : cluster.ForwardingNode;
        if (plan.IcmpFiltered)
            run.Inject(new TooBigFilter(plan.FilteredUpstream ? cluster.Fabric : narrow, leaving: !plan.FilteredUpstream));

        var podAddress = new IPEndPoint(IPAddress.Parse(cluster.Service.Pod), NodePortCluster.PodPort);
        run.Own("server in the pod", FramedServer.Start(cluster.Pod, podAddress, FramedMessage.Whole(AnswerBytes), new FramedMessage([plan.Payload, SecondWrite])));

        TryPath(cluster);
        var collector = Collect(run, settings.Word("evidence"), cluster, overlay, plan);
        var before = KernelCounters.Read(narrow);
        var (large, small) = Load(run, settings, cluster, plan);
        // Everything that is on its way arrives before the captures end.
        run.Pause(TimeSpan.FromMilliseconds(500));
        var after = KernelCounters.Read(narrow);
        run.Report("collecting counters and tables");
        collector.Finish();

        var counter = plan.Ipv6 ? "Ip6FragFails" : "Ip.FragFails";
        return Judge(settings, plan, narrow.Label, overlay, large, small, after[counter] - before[counter]);
    }

    /// <summary>One small request: the path works before anything is measured, neighbours are resolved, and the tunnel programs are warm.</summary>
    private static void TryPath(NodePortCluster cluster)
    {
        var tried = FramedClient.Run(cluster.Front, cluster.ServiceEndPoint, [FramedMessage.Whole(100), FramedMessage.Whole(100)], TimeSpan.FromSeconds(5), CancellationToken.None);
        if (tried.Failure is not null)
            throw new LabException($"the path front -> pod does not work before the fault is made: {tried.Failure}");
        // The kernel remembers round-trip times per destination; those of a cold path must not shape the run.
        cluster.Front.Ip("tcp_metrics flush all");
        cluster.Pod.Ip("tcp_metrics flush all");
    }

    private static Collector Collect(LabRun run, string evidence, NodePortCluster cluster, Overlay overlay, Plan plan)
    {
        run.Report("first reading of the counters, starting captures");
        var collector = new Collector(run, plan.AnyIpv6);
        var all = evidence == "all";
        collector.Dump(cluster.ForwardingNode, isNode: true);
        if (all)
        {
            collector.Dump(cluster.Front, isNode: false);
            collector.Dump(cluster.Worker, isNode: true);
            collector.Dump(cluster.Pod, isNode: false);
        }

        collector.Capture(cluster.ForwardingNode, "eth0", plan.SnapLength, evidence == "front-only" ? $"host {cluster.Service.Front}" : "");
        if (evidence == "front-only")
            return collector;
        collector.Capture(cluster.ForwardingNode, overlay.Device, plan.SnapLength);
        if (!all)
            return collector;
        collector.Capture(cluster.Front, "eth0", plan.SnapLength);
        collector.Capture(cluster.Worker, "eth0", plan.SnapLength);
        collector.Capture(cluster.Worker, overlay.Device, plan.SnapLength);
        if (plan.FromPod)
            collector.Capture(cluster.Worker, NodePortCluster.PodLink, plan.SnapLength);
        collector.Capture(cluster.Pod, "eth0", plan.SnapLength);
        return collector;
    }

    private static (IReadOnlyList<Exchange> Large, IReadOnlyList<Exchange> Small) Load(LabRun run, LabSettings settings, NodePortCluster cluster, Plan plan)
    {
        var seconds = settings.Number("seconds");
        var patience = TimeSpan.FromSeconds(seconds);
        run.Report($"load: {settings.Number("connections")} connections with a write of {plan.Payload} bytes (IP datagram {plan.Datagram}), {settings.Number("small")} with small ones; at most {seconds} s");
        var large = run.Own("large clients", new ClientGroup(cluster.Front, cluster.ServiceEndPoint, patience));
        var small = run.Own("small clients", new ClientGroup(cluster.Front, cluster.ServiceEndPoint, patience));

        // 2878 bytes of ordinary requests come first, so that the pattern starts at relative sequence number 2879.
        FramedMessage[] chat = [.. Enumerable.Repeat(FramedMessage.Whole(396), 6), FramedMessage.Whole(474)];
        var pattern = plan.FromPod ? FramedMessage.Whole(396, wantsLargeAnswer: true) : new FramedMessage([plan.Payload, SecondWrite]);
        for (var i = 0; i < settings.Number("connections"); i++)
        {
            large.Start([.. chat, pattern, .. chat, pattern]);
            run.Pause(TimeSpan.FromMilliseconds(150));
        }

        for (var i = 0; i < settings.Number("small"); i++)
        {
            small.Start(chat);
            run.Pause(TimeSpan.FromMilliseconds(100));
        }

        return (large.Wait(run), small.Wait(run));
    }

    private Truth Judge(LabSettings settings, Plan plan, string node, Overlay overlay, IReadOnlyList<Exchange> large, IReadOnlyList<Exchange> small, long dropped)
    {
        var wrong = new List<string>();
        foreach (var exchange in small.Where(e => e.Failure is not null))
            wrong.Add($"a connection with small requests only failed ({exchange.Failure})");
        if (plan.BlackHole && dropped == 0)
            wrong.Add($"{node} counted no datagram as too big");
        if (!plan.TooBig && dropped != 0)
            wrong.Add($"{node} counted {dropped} datagrams as too big");
        foreach (var exchange in large.Where(e => plan.BlackHole ? e.Failure is null : e.Failure is not null))
            wrong.Add(plan.BlackHole ? "a connection with the large write was answered" : $"a connection with the large write failed ({exchange.Failure})");

        return new Truth
        {
            Scenario = Name,
            Parameters = settings.All,
            Fault = plan.BlackHole ? Fault : null,
            Node = plan.BlackHole ? node : null,
            Interface = plan.BlackHole ? overlay.Device : null,
            Status = !plan.BlackHole ? null : Conclusive(plan, settings.Word("evidence")) ? "confirmed" : "suspected",
            Figures = new SortedDictionary<string, long>(StringComparer.Ordinal)
            {
                ["tunnelMtuBytes"] = plan.Mtu,
                ["largestDatagramBytes"] = plan.Datagram,
                ["datagramsTooBig"] = dropped,
                ["connectionsStalled"] = large.Count(e => e.Failure is not null),
                ["connectionsServed"] = large.Concat(small).Count(e => e.Failure is null),
            },
            Means = new Dictionary<string, string> { ["tunnel"] = overlay.Means },
            Contradictions = wrong,
        };
    }

    /// <summary>Whether what is collected shows the datagram arrive at the node that drops it, and not leave.</summary>
    private static bool Conclusive(Plan plan, string evidence) => evidence == "all" || (evidence == "node" && !plan.FromPod);

    /// <summary>What follows from the parameters before anything is built.</summary>
    private sealed record Plan(ClusterOptions Cluster, string Tunnel, int Mtu, int Payload, int Datagram, bool IcmpFiltered, bool FilteredUpstream, bool FromPod)
    {
        public bool Ipv6 => Cluster.Family == AddressFamily.InterNetworkV6;

        public bool AnyIpv6 => Cluster.Families.Contains(AddressFamily.InterNetworkV6);

        public bool TooBig => Datagram > Mtu;

        public bool BlackHole => TooBig && IcmpFiltered;

        /// <summary>All headers of an encapsulated segment with 40 bytes of TCP options, rounded up; payload stays out of the captures but for a few bytes.</summary>
        public int SnapLength
        {
            get
            {
                var outer = 14 + (Cluster.UnderlayFamily == AddressFamily.InterNetworkV6 ? 40 : 20) + Wrapping(Tunnel);
                var headers = outer + (Ipv6 ? 40 : 20) + 60;
                return Math.Max(128, (headers + 15) / 16 * 16);
            }
        }

        /// <summary>Bytes between the outer IP header and the inner one, and behind it: GRE 4; UDP 8, VXLAN or Geneve 8 and Ethernet 14; UDP 8 and WireGuard 32.</summary>
        private static int Wrapping(string tunnel) => tunnel switch { "ipip" => 0, "gre" => 4, "wireguard" => 40, _ => 30 };

        public static Plan From(LabSettings settings)
        {
            var family = settings.Word("family") == "6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
            var underlay = settings.Word("underlay") == "6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
            var ipHeader = family == AddressFamily.InterNetworkV6 ? 40 : 20;
            var headers = ipHeader + 20 + TimestampOption;
            var mtu = settings.Number("mtu");
            var tunnel = settings.Word("tunnel");
            if (tunnel == "gre" && underlay == AddressFamily.InterNetworkV6)
                throw new LabUsageException("--set tunnel=gre with underlay=6: GRE is made over IPv4 only");
            if (family == AddressFamily.InterNetworkV6 && mtu < 1280)
                throw new LabUsageException($"--set mtu={mtu}: IPv6 needs at least 1280 (RFC 8200)");

            var payload = settings.NumberOr("payload", 1450 - headers);
            var podMtu = settings.NumberOr("pod-mtu", Math.Min(UnderlayMtu, payload + headers));
            // The MSS in the pod's SYN-ACK cuts larger writes (RFC 6691: without options).
            var largest = Math.Min(Math.Max(payload, SecondWrite), podMtu - headers);
            var datagram = largest + headers;
            var overhead = (underlay == AddressFamily.InterNetworkV6 ? 40 : 20) + Wrapping(tunnel);
            if (datagram <= mtu && datagram + overhead > UnderlayMtu)
                throw new LabUsageException($"payload {payload} with mtu {mtu}: {datagram} + {overhead} bytes exceed the underlay's {UnderlayMtu}, which is another fault; choose a smaller payload or mtu");
            var icmp = settings.Word("icmp");
            var fromPod = settings.Word("direction") == "response";
            if (fromPod && icmp == "filtered-upstream")
                throw new LabUsageException("--set icmp=filtered-upstream with direction=response: what worker-node tells its pod does not cross the router; use icmp=filtered");
            var options = new ClusterOptions(family, underlay, UnderlayMtu, podMtu, settings.Word("offload") == "on");
            return new Plan(options, tunnel, mtu, payload, datagram, icmp != "open", icmp == "filtered-upstream", fromPod);
        }
    }
}

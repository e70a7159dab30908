using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Journeys.Tests.Simulation;

/// <summary>front → node (NodePort: DNAT and SNAT, tunnel) → worker → pod, with a capture at each and a lossy hop between every two.</summary>
public sealed class NodePortPath
{
    private const long Hour = 3_600_000_000_000;
    private readonly bool ipv6;

    public NodePortPath(TunnelType tunnel = TunnelType.IpIp, bool ipv6 = false, int seed = 1)
    {
        this.ipv6 = ipv6;
        Random = new Random(seed);
        var (nodeSide, workerSide) = (IPAddress.Parse("10.1.0.1"), IPAddress.Parse("10.1.0.2"));
        Front = new SimCapture("front.pcap", "front", "eth0") { ClockOffset = -3 * Hour, Drift = 40e-6 };
        Node = new SimCapture("node.pcap", "node", "eth0");
        Worker = new SimCapture("worker.pcap", "worker", "eth0") { ClockOffset = 2 * Hour, Drift = -50e-6 };
        Pod = new SimCapture("pod.pcap", "pod", "eth0") { ClockOffset = 3 * Hour, Drift = 20e-6 };
        FrontToNode = new LossyHop("front-node", p => Drops(0, p));
        InsideNode = new LossyHop("node", p => Drops(1, p));
        NodeToWorker = new LossyHop("node-worker", p => Drops(2, p));
        WorkerToPod = new LossyHop("worker-pod", p => Drops(3, p));
        Build = () =>
        [
            new Tap(Front), new Router(200_000, Random), FrontToNode, new Tap(Node),
            new Nat(flow => End("10.1.0.1", "fd00:1::1", 20_000 + flow), End("10.244.3.7", "fd00:244::7", 8080)),
            new Router(15_000, Random), InsideNode, new TunnelEnd(tunnel, nodeSide, workerSide, true), new Tap(Node),
            new Router(300_000, Random, lowersTtl: false), NodeToWorker, new Tap(Worker), new TunnelEnd(tunnel, nodeSide, workerSide, false),
            new Router(20_000, Random), WorkerToPod, new Tap(Pod),
        ];
    }

    public Random Random { get; }
    public SimCapture Front { get; set; }
    public SimCapture Node { get; set; }
    public SimCapture Worker { get; set; }
    public SimCapture Pod { get; set; }
    public LossyHop FrontToNode { get; }
    public LossyHop InsideNode { get; }
    public LossyHop NodeToWorker { get; }
    public LossyHop WorkerToPod { get; }

    /// <summary>What hop 0 to 3 drops.</summary>
    public Func<int, SimPacket, bool> Drops { get; set; } = (_, _) => false;

    public Func<IReadOnlyList<PathElement>> Build { get; set; }

    public IPEndPoint End(string v4, string v6, int port) => new(IPAddress.Parse(ipv6 ? v6 : v4), port);

    public SimFlow Flow(int n, long start = 0) => new()
    {
        Client = End("192.0.2.10", "fd00::10", 40_000 + n),
        Server = End("192.0.2.80", "fd00::80", 30170),
        ClientIsn = (uint)Random.NextInt64(1, uint.MaxValue),
        ServerIsn = (uint)Random.NextInt64(1, uint.MaxValue),
        Start = start,
    };

    public Topology Play(params IReadOnlyList<SimFlow> flows)
    {
        var topology = new Topology(Build(), Random.Next());
        topology.Play(flows);
        return topology;
    }

    public static IReadOnlyList<int> Sizes(int count, int length = 1448) => Enumerable.Repeat(length, count).ToArray();

    /// <summary>The transmissions a hop dropped, as (frame time on the capture's clock, original sequence).</summary>
    public static IEnumerable<(Timestamp Sent, bool FromClient, int Length)> Truth(LossyHop hop, Func<SimPacket, long> lastSeen) =>
        hop.Dropped.Where(p => p.Length > 0).Select(p => (new Timestamp(lastSeen(p)), p.FromClient, p.Length));

    public static (bool, uint, int) Key(SegmentPlacement p) => (p.FromClient, p.Sequence, p.Length);

    public static (bool, uint, int) Key(SimPacket p) => (p.FromClient, p.Sequence, p.Length);
}

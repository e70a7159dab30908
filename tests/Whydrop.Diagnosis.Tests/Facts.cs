using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Tests;

/// <summary>Hand-made facts, as the readers and the capture analysis would make them.</summary>
internal sealed class Facts
{
    internal static readonly VantagePoint NodeEth0 = new("node-a", null, "eth0");
    internal static readonly VantagePoint NodeTunl0 = new("node-a", null, "tunl0");
    private readonly List<Fact> facts = [];
    private long frame;

    internal FactSet Set => new(facts);

    internal Facts Add(params IEnumerable<Fact> more)
    {
        facts.AddRange(more);
        return this;
    }

    internal Facts Capture(int capture, VantagePoint at, Func<CaptureSummary, CaptureSummary>? change = null)
    {
        var summary = new CaptureSummary(at, new Provenance($"{at}.pcap"), capture, 1, false) { Frames = 100, TcpSegments = 100, Flows = 1, First = Seconds(0), Last = Seconds(100), KernelDrops = 0 };
        return Add(change?.Invoke(summary) ?? summary);
    }

    internal Facts Flow(int capture, VantagePoint at, long segments, long bytes, int flow = 0, int? mss = 1460, string client = "10.1.0.9", string server = "10.1.0.80", string? encapsulation = null, bool fromServer = false)
    {
        var busy = Sender(segments, bytes, mss, 7000u + (uint)flow);
        var idle = Sender(0, 0, mss, 9000u + (uint)flow);
        return Add(new TcpFlow(
            at, new Provenance($"{at}.pcap", null, 1), capture, flow, new IPEndPoint(IPAddress.Parse(client), 40000 + flow), new IPEndPoint(IPAddress.Parse(server), 30170), encapsulation,
            Seconds(0), Seconds(100), 2 * segments, fromServer ? idle : busy, fromServer ? busy : idle, true, TimeSpan.FromMilliseconds(1)));
    }

    internal Facts Lost(int capture, VantagePoint at, uint sequence, int length, int datagram, int transmission = 1, bool never = true, bool proven = true, double seconds = 1, Fate fate = Fate.LostAfter, int flow = 0, long ordinal = 0, bool fromClient = true, bool df = true)
    {
        var unseen = fate == Fate.LostBefore;
        return Add(new SegmentFate(
            at, new Provenance($"{at}.pcap", null, ++frame), capture, flow, fromClient, sequence, sequence, length, unseen ? null : datagram, unseen ? null : df, transmission,
            transmission > 1 ? Recovery.Timeout : null, fate, proven, null, Seconds(seconds), never, ordinal, 0, TimeSpan.FromMilliseconds(1)));
    }

    internal Facts Sizes(int capture, VantagePoint at, int flow, bool fromClient, params (int Length, long Delivered, long Lost)[] sizes) =>
        Add(new DatagramSizes(at, new Provenance($"{at}.pcap"), capture, flow, fromClient, [.. sizes.Select(s => new SizeCount(s.Length, true, s.Delivered, s.Lost))]));

    internal Facts Tally(int capture, VantagePoint at, Fate fate, long segments, long bytes, long unique) =>
        Add(new FateTally(at, new Provenance($"{at}.pcap"), capture, fate, segments, bytes, unique));

    internal Facts Device(VantagePoint at, int mtu, string? kind = null, TunnelSettings? tunnel = null, int? index = null, int? peer = null, string? peerNetns = null) =>
        Add(new NetworkInterface(at, new Provenance($"{at.Stack}/ip-link.txt", 3), index, mtu, kind, true, true, null, null, peer, peerNetns, tunnel, null, null));

    internal Facts Address(VantagePoint at, string address) => Add(new InterfaceAddress(at, new Provenance($"{at.Stack}/ip-addr.txt", 3), IPAddress.Parse(address), 24));

    internal Facts Grown(VantagePoint at, string name, long delta) => Add(new CounterDelta(at, new Provenance($"{at.Stack}/after.txt", 3), name, 0, delta, delta, new Provenance($"{at.Stack}/before.txt", 3)));

    internal Facts Placed(VantagePoint at, int capture, VantagePoint missing, int missingCapture, uint sequence, int length, int datagram, double seconds, int? passed, string? encapsulation = null, bool proven = true, int flow = 0, bool fromClient = true) =>
        Add(new SegmentPlacement(
            at, new Provenance($"{at}.pcap", null, ++frame), capture, flow, fromClient, sequence, length, datagram, true, missing, missingCapture, flow, encapsulation, proven,
            "neighbours of the same flow were seen there", passed, passed is null ? null : new Provenance($"{at}.pcap", Frame: 5), false, Seconds(seconds)));

    internal Facts Paired(int capture, VantagePoint at, int other, VantagePoint otherAt, bool translated = true, int flow = 0) =>
        Add(new FlowPairing(at, new Provenance($"{at}.pcap"), capture, flow, otherAt, other, flow, 10, true, translated, TimeSpan.Zero, TimeSpan.Zero));

    /// <summary>What was measured from one place to the next.</summary>
    internal Facts Hop(int capture, VantagePoint at, int other, VantagePoint otherAt, int flow, double atLoss, double slowest, double? ninetieth = null, int gaps = 20) => Add(new HopSummary(
        at, new Provenance($"{at}.pcap"), capture, flow, true, otherAt, other, flow, 2000, 1980, 20, 0, 2000 * 1448, 1980 * 1448, 20 * 1448, 1980,
        TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(slowest), null) { DelayAtLoss = TimeSpan.FromMilliseconds(atLoss), P90Delay = TimeSpan.FromMilliseconds(ninetieth ?? slowest), LossGaps = gaps });

    internal static Timestamp Seconds(double seconds) => new(1_708_400_000_000_000_000 + (long)(seconds * 1e9));

    private static TcpSender Sender(long segments, long bytes, int? mss, uint initial) => new(
        segments, bytes, bytes, 0, mss, 7, true, true, initial, 1500, 1500, 64, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), new Dictionary<string, long>(), false, null);

    /// <summary>Incident 2 as the front-side capture of the forwarding node saw it: 4 bytes pass, 1398 never, 1307 pass.</summary>
    internal static Facts FrontOnly(bool devices = true, int large = 1450, int mtu = 1440, int repeats = 7)
    {
        var f = new Facts().Capture(0, NodeEth0).Flow(0, NodeEth0, 2 + repeats, 4 + 1307 + repeats * 1398L);
        f.Sizes(0, NodeEth0, 0, true, (56, 1, 0), (1359, 1, 0), (large, 0, repeats));
        for (var i = 0; i < repeats; i++)
        {
            f.Lost(0, NodeEth0, 2883, 1398, large, i + 1, seconds: 1 + 0.2 * Math.Pow(2, i), proven: i == 0);
        }

        f.Tally(0, NodeEth0, Fate.Delivered, 2, 1311, 1311).Tally(0, NodeEth0, Fate.LostAfter, repeats, repeats * 1398L, 1398);
        return devices ? f.Device(NodeEth0, 1500).Device(NodeTunl0, mtu, "ipip").Address(NodeEth0, "10.1.0.80") : f;
    }

    /// <summary>The same with a capture on the tunnel device as well.</summary>
    internal static Facts BothSides(int large = 1450, int mtu = 1440, int repeats = 7)
    {
        var f = FrontOnly(true, large, mtu, repeats).Capture(1, NodeTunl0).Flow(1, NodeTunl0, 2, 1311, client: "10.9.0.1", server: "10.244.1.5").Paired(0, NodeEth0, 1, NodeTunl0);
        f.Sizes(1, NodeTunl0, 0, true, (56, 1, 0), (1359, 1, 0));
        f.Lost(1, NodeTunl0, 2883, 1398, large, fate: Fate.LostBefore);
        f.Tally(1, NodeTunl0, Fate.Delivered, 2, 1311, 1311).Tally(1, NodeTunl0, Fate.LostBefore, 1, 1398, 1398);
        for (var i = 0; i < repeats; i++)
        {
            f.Placed(NodeEth0, 0, NodeTunl0, 1, 2883, 1398, large, 1 + 0.2 * Math.Pow(2, i), 1359);
        }

        return f.Grown(NodeEth0.Stack, "Ip.FragFails", repeats);
    }
}

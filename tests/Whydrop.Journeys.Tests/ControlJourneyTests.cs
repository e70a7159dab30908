using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Evidence.Stack;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

public sealed class ControlJourneyTests
{
    private const byte Syn = 2, Fin = 1, Ack = 16;
    private static readonly (string From, string To)[] Hops = [("front", "node"), ("node", "node"), ("node", "worker"), ("worker", "pod")];

    public static TheoryData<int, TunnelType, bool, bool> EveryHop()
    {
        var data = new TheoryData<int, TunnelType, bool, bool>();
        for (var hop = 0; hop < 4; hop++)
        {
            data.Add(hop, TunnelType.IpIp, false, true);
            data.Add(hop, TunnelType.Vxlan, false, false);
            data.Add(hop, TunnelType.Vxlan, true, true);
            data.Add(hop, TunnelType.IpIp, true, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryHop))]
    public void Each_lost_opening_is_on_its_hop_when_a_later_one_passed(int hop, TunnelType tunnel, bool ipv6, bool timestamps)
    {
        var path = new NodePortPath(tunnel, ipv6, seed: 3);
        path.Drops = (h, p) => h == hop && p.Flow == 1 && p.Flags == Syn && p.Transmission < 4;
        _ = path.Play(Warm(path, timestamps), path.Flow(1, 4_000_000_000) with { Timestamps = timestamps });

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod);

        Assert.Equal(Enumerable.Range(1, 3).Select(n => (Hops[hop].From, Hops[hop].To, ControlKind.Syn, n)), facts.Controls().Select(Key).Order());
        Assert.All(facts.Controls(), p => Assert.True(p.AbsenceProven, p.Reason));
        Assert.All(facts.Controls(), p => Assert.NotNull(p.MissingFlow));
        Assert.Empty(facts.Placements());
        Assert.Empty(facts.Births());
    }

    [Theory]
    [MemberData(nameof(EveryHop))]
    public void An_opening_that_never_passes_is_placed_by_what_other_connections_show(int hop, TunnelType tunnel, bool ipv6, bool timestamps)
    {
        var path = new NodePortPath(tunnel, ipv6, seed: 5);
        path.Drops = (h, p) => h == hop && p.Flow == 1 && p.Flags == Syn;
        _ = path.Play(Warm(path, timestamps), path.Flow(1, 4_000_000_000) with { Timestamps = timestamps, MostTransmissions = 5 });
        Chatter(path, 30_000_000_000);

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod);

        Assert.Equal(Enumerable.Range(1, 5).Select(n => (Hops[hop].From, Hops[hop].To, ControlKind.Syn, n)), facts.Controls().Select(Key).Order());
        Assert.All(facts.Controls(), p => Assert.True(p.AbsenceProven, p.Reason));
        Assert.All(facts.Controls(), p => Assert.Null(p.MissingFlow));
    }

    [Theory]
    [MemberData(nameof(EveryHop))]
    public void Each_lost_answer_is_on_its_hop(int hop, TunnelType tunnel, bool ipv6, bool timestamps)
    {
        var path = new NodePortPath(tunnel, ipv6, seed: 7);
        path.Drops = (h, p) => h == hop && p.Flow == 1 && p.Flags == (Syn | Ack);
        _ = path.Play(Warm(path, timestamps), path.Flow(1, 4_000_000_000) with { Timestamps = timestamps, MostTransmissions = 4 });
        Chatter(path, 30_000_000_000);

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod);

        Assert.Equal(
            Enumerable.Range(1, 4).Select(n => (Hops[hop].To, Hops[hop].From, ControlKind.SynAck, n)),
            facts.Controls().Where(p => p.Kind == ControlKind.SynAck).Select(Key).Order());
        Assert.All(facts.Controls(), p => Assert.True(p.AbsenceProven, p.Reason));
        Assert.All(facts.Controls(), p => Assert.False(p.FromClient));
    }

    [Theory]
    [MemberData(nameof(EveryHop))]
    public void Each_lost_end_is_on_its_hop(int hop, TunnelType tunnel, bool ipv6, bool timestamps)
    {
        var path = new NodePortPath(tunnel, ipv6, seed: 9);
        path.Drops = (h, p) => h == hop && p.FromClient && (p.Flags & Fin) != 0 && p.Transmission < 3;
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(20), Timestamps = timestamps, Closes = true });
        Chatter(path, 30_000_000_000);

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod);

        Assert.Equal(Enumerable.Range(1, 2).Select(n => (Hops[hop].From, Hops[hop].To, ControlKind.Fin, n)), facts.Controls().Select(Key).Order());
        Assert.All(facts.Controls(), p => Assert.True(p.AbsenceProven, p.Reason));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void What_the_last_place_received_is_not_lost(bool silent, bool refused)
    {
        var path = new NodePortPath(seed: 11);
        _ = path.Play(Warm(path, true), path.Flow(1, 4_000_000_000) with { Silent = silent, Refused = refused });
        Chatter(path, 30_000_000_000);

        var facts = SimFacts.Join(Addresses(), path.Front, path.Node, path.Worker, path.Pod);

        Assert.Empty(facts.Controls());
        Assert.Empty(facts.Births());
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void A_refusal_made_on_the_way_was_not_made_by_the_server(int hop, bool drops)
    {
        var path = new NodePortPath(seed: 13);
        var rejecter = new Rejecter(p => p.Flow == 1 && p.Flags == Syn, drops);
        var build = path.Build;
        // The places of the lossy hops.
        var at = new[] { 2, 6, 10, 14 }[hop];
        path.Build = () => [.. build().Take(at), rejecter, .. build().Skip(at)];
        _ = path.Play(Warm(path, true), path.Flow(1, 4_000_000_000) with { MostTransmissions = 1 });
        Chatter(path, 30_000_000_000);

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod);

        var birth = Assert.Single(facts.Births());
        Assert.Equal((Hops[hop].From, Hops[hop].To, ControlKind.Reset, false), (birth.At.Node, birth.NotSeenAt.Node, birth.Kind, birth.FromClient));
        Assert.True(birth.AbsenceProven, birth.Reason);
        Assert.Equal(drops ? 1 : 0, facts.Controls().Count());
    }

    [Theory]
    [InlineData(0, TunnelType.IpIp, false)]
    [InlineData(1, TunnelType.Vxlan, false)]
    [InlineData(2, TunnelType.Vxlan, true)]
    [InlineData(3, TunnelType.IpIp, true)]
    public void A_reset_forged_in_the_middle_of_a_stream_is_born_there(int hop, TunnelType tunnel, bool ipv6)
    {
        var path = new NodePortPath(tunnel, ipv6, seed: 23);
        var rejecter = new Rejecter(p => p.FromClient && p is { Length: > 0, Transmission: 1, StreamOffset: > 14_000 and < 14_500 }, drops: false);
        var build = path.Build;
        var at = new[] { 2, 6, 10, 14 }[hop];
        path.Build = () => [.. build().Take(at), rejecter, .. build().Skip(at)];
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(30), Responses = NodePortPath.Sizes(30) });
        Chatter(path, 30_000_000_000);

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod);

        var made = Assert.Single(rejecter.Made);
        var birth = Assert.Single(facts.Births());
        Assert.Equal(
            (Hops[hop].From, Hops[hop].To, ControlKind.Reset, false, made.Sequence, true),
            (birth.At.Node, birth.NotSeenAt.Node, birth.Kind, birth.FromClient, birth.Sequence, birth.AbsenceProven));
        Assert.Empty(facts.Controls());
    }

    [Fact]
    public void A_reset_that_the_client_sent_and_somebody_dropped_is_placed()
    {
        var path = new NodePortPath(TunnelType.Vxlan, seed: 25);
        var rejecter = new Rejecter(p => !p.FromClient && p is { Length: > 0, Transmission: 1, StreamOffset: > 14_000 and < 14_500 }, drops: false);
        var build = path.Build;
        path.Build = () => [rejecter, .. build()];
        path.Drops = (h, p) => h == 2 && (p.Flags & 4) != 0;
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(30), Responses = NodePortPath.Sizes(30) });
        Chatter(path, 30_000_000_000);

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod);

        var placement = Assert.Single(facts.Controls());
        Assert.Equal(("node", "worker", ControlKind.Reset, true, true), (placement.At.Node, placement.MissingAt.Node, placement.Kind, placement.FromClient, placement.AbsenceProven));
        Assert.Empty(facts.Births());
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void A_reset_after_a_hole_in_a_capture_is_not_lost_behind_it(double hole)
    {
        var path = new NodePortPath(TunnelType.Vxlan, seed: 25);
        var rejecter = new Rejecter(p => p.Flow == 0 && !p.FromClient && p is { Length: > 0, Transmission: 1, StreamOffset: > 14_000 and < 14_500 }, drops: false);
        var build = path.Build;
        path.Build = () => [rejecter, .. build()];
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(30), Responses = NodePortPath.Sizes(30) }, Whole(1), Whole(2), Whole(3), Whole(4));
        Chatter(path, 30_000_000_000);
        var reset = path.Front.Seen.First(p => p.Flow == 0 && (p.Flags & 4) != 0 && p.FromClient).Time;
        var (first, second) = (Part(path.Front, long.MinValue, (long)(hole * reset)), Part(path.Front, reset, long.MaxValue));

        var facts = SimFacts.JoinAll(first, second, path.Node, path.Worker, path.Pod);

        Assert.DoesNotContain(facts.Controls(), c => c.AbsenceProven);
        Assert.DoesNotContain(facts.Births(), b => b.AbsenceProven);
        Assert.DoesNotContain(facts.Placements(), p => p.AbsenceProven);

        SimFlow Whole(int flow) => path.Flow(flow, (flow + 3) * 1_000_000_000L) with { Requests = NodePortPath.Sizes(3), Responses = NodePortPath.Sizes(3) };

        SimCapture Part(SimCapture whole, long begin, long end)
        {
            var part = new SimCapture(begin > 0 ? "front.pcap2" : "front.pcap0", whole.Node, whole.Interface) { ClockOffset = whole.ClockOffset, Drift = whole.Drift, StartsAt = begin, EndsAt = end };
            part.Seen.AddRange(whole.Seen.Where(p => p.Flow != 0 || p.Time <= reset));
            return part;
        }
    }

    [Theory]
    [InlineData(TunnelType.Vxlan, false)]
    [InlineData(TunnelType.IpIp, true)]
    public void A_total_block_is_placed_by_the_addresses_of_the_tunnel(TunnelType tunnel, bool ipv6)
    {
        var path = new NodePortPath(tunnel, ipv6, seed: 15);
        path.Drops = (h, p) => h == 2;
        _ = path.Play(path.Flow(0) with { MostTransmissions = 4 });
        Chatter(path, 30_000_000_000);

        var facts = SimFacts.Join([.. Addresses(), Asked(0), Asked(1), Asked(2), Asked(3)], path.Front, path.Node, path.Worker, path.Pod);

        Assert.Equal(Enumerable.Range(1, 4).Select(n => ("node", "worker", ControlKind.Syn, n)), facts.Controls().Select(Key).Order());
        Assert.All(facts.Controls(), p => Assert.Null(p.MissingFlow));
        // The clocks of node and worker are hours apart, and nothing was seen at both to tell.
        Assert.All(facts.Controls(), p => Assert.False(p.AbsenceProven));

        path = new NodePortPath(tunnel, ipv6, seed: 15);
        path.Worker = new SimCapture("worker.pcap", "worker", "eth0") { ClockOffset = 40_000_000 };
        path.Drops = (h, p) => h == 2;
        path.Build = Rebuilt(path);
        _ = path.Play(path.Flow(0) with { MostTransmissions = 4 });
        Chatter(path, 30_000_000_000);
        Talk(path, -2_000_000_000);
        var near = SimFacts.Join([.. Addresses(), Asked(0), Asked(1), Asked(2), Asked(3)], path.Front, path.Node, path.Worker, path.Pod);
        Assert.All(near.Controls(), p => Assert.True(p.AbsenceProven, p.Reason));
        Assert.Equal(Enumerable.Range(1, 4).Select(n => ("node", "worker", ControlKind.Syn, n)), near.Controls().Select(Key).Order());

        // A capture that shows nothing of the kind may have had a filter.
        var filtered = SimFacts.Join(Addresses(), path.Front, path.Node, path.Worker, path.Pod);
        Assert.All(filtered.Controls(), p => Assert.False(p.AbsenceProven));
        Assert.All(filtered.Controls(), p => Assert.Contains("filter", p.Reason));

        // One that kept what hosts say of their groups had none.
        path.Worker.GroupMessages = 1;
        Assert.All(SimFacts.Join(Addresses(), path.Front, path.Node, path.Worker, path.Pod).Controls(), p => Assert.True(p.AbsenceProven, p.Reason));

        // So had one that holds each frame that its device counted, and none that holds fewer.
        path.Worker.GroupMessages = 0;
        var frames = path.Worker.Frames().Count;
        IReadOnlyList<Fact> Counted(long sent) => SimFacts.Join([.. Addresses(), Grown("Link.RxPackets", frames), Grown("Link.TxPackets", sent)], path.Front, path.Node, path.Worker, path.Pod);
        Assert.All(Counted(0).Controls(), p => Assert.True(p.AbsenceProven, p.Reason));
        Assert.All(Counted(1).Controls(), p => Assert.False(p.AbsenceProven));
    }

    [Fact]
    public void Data_that_nobody_further_on_saw_is_placed_by_the_addresses_of_the_tunnel()
    {
        // The connection began before the worker's and the pod's captures; then the tunnel is blocked.
        var path = new NodePortPath(TunnelType.Vxlan, seed: 21);
        path.Worker = new SimCapture("worker.pcap", "worker", "eth0") { StartsAt = 200_000_000 };
        path.Pod = new SimCapture("pod.pcap", "pod", "eth0") { StartsAt = 200_000_000 };
        path.Build = Rebuilt(path);
        path.Drops = (h, p) => h == 2 && p.Time > 150_000_000;
        _ = path.Play(path.Flow(0) with { Requests = [.. NodePortPath.Sizes(20), 700, 300], Gap = 5_500_000, MostTransmissions = 8 });
        path.Worker.WithChatter(210_000_000, 90_000_000_000);
        path.Pod.WithChatter(210_000_000, 90_000_000_000);
        Talk(path, 80_000_000_000);

        var facts = SimFacts.Join([.. Addresses(), Asked(1), Asked(2)], path.Node, path.Worker, path.Pod);

        // What was sent before those captures began is left open.
        var late = path.NodeToWorker.Dropped.Where(p => p.Time > 210_000_000).Select(NodePortPath.Key).Order().ToArray();
        Assert.NotEmpty(late);
        Assert.Equal(late, facts.Placements().Where(p => p.MissingAt.Node == "worker").Select(NodePortPath.Key).Order());
        Assert.All(facts.Placements().Where(p => p.MissingAt.Node == "worker"), p =>
            Assert.Equal((true, null, "vxlan 7 10.1.0.1>10.1.0.2"), (p.AbsenceProven, p.MissingFlow, p.MissingEncapsulation)));

        // Had the captures run before, the segments that did arrive would have been seen: the way is another.
        path.Worker.WithChatter(-90_000_000_000);
        var elsewhere = new SimCapture("worker.pcap", "worker", "eth0").WithChatter(-90_000_000_000, 90_000_000_000);
        Assert.DoesNotContain(SimFacts.Join([.. Addresses(), Asked(1)], path.Node, elsewhere).Placements(), p => p.MissingAt.Node == "worker");
    }

    private static Func<IReadOnlyList<PathElement>> Rebuilt(NodePortPath path)
    {
        var build = path.Build;
        return () =>
        {
            var elements = build().ToArray();
            (elements[3], elements[8], elements[11], elements[15]) = (new Tap(path.Node), new Tap(path.Node), new Tap(path.Worker), new Tap(path.Pod));
            return elements;
        };
    }

    /// <summary>Address resolution that a capture without a filter shows.</summary>
    private static NeighbourQuery Asked(int capture) => new(
        VantagePoint.Unknown, new Provenance("x.pcap"), capture, IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), 1, 1, [],
        new Timestamp(0), new Timestamp(0));

    private static CounterDelta Grown(string name, long by) => new(new VantagePoint("worker", null, "eth0"), new Provenance("proc-net-dev.txt"), name, 0, by, by, null);

    private static SimFlow Warm(NodePortPath path, bool timestamps) =>
        path.Flow(0) with { Requests = NodePortPath.Sizes(30), Responses = NodePortPath.Sizes(30), Timestamps = timestamps, Closes = true };

    /// <summary>What the nodes say to each other, seen at both: it compares their clocks.</summary>
    private static void Talk(NodePortPath path, long start)
    {
        var random = new Random(3);
        new Topology([new Tap(path.Node), new Router(20_000, random), new Tap(path.Worker), new Router(20_000, random)], random.Next()).Play(new SimFlow
        {
            Client = IPEndPoint.Parse("10.1.0.1:50000"), Server = IPEndPoint.Parse("10.1.0.2:10250"), ClientIsn = 0x11112222, ServerIsn = 0x33334444,
            Requests = [200], Responses = [300], Start = start,
        });
    }

    private static void Chatter(NodePortPath path, long until)
    {
        foreach (var capture in new[] { path.Front, path.Node, path.Worker, path.Pod })
        {
            _ = capture.WithChatter(-3_000_000_000, until);
        }
    }

    private static List<Fact> Addresses() =>
    [
        Owned("front", "192.0.2.10"), Owned("node", "10.1.0.1"), Owned("node", "192.0.2.80"), Owned("worker", "10.1.0.2"), Owned("pod", "10.244.3.7"),
        Owned("node", "fd00::80"), Owned("pod", "fd00:244::7"),
    ];

    private static InterfaceAddress Owned(string node, string address) =>
        new(new VantagePoint(node, null, "eth0"), new Provenance($"{node}/ip-addr.txt"), IPAddress.Parse(address), 24);

    private static (string, string, ControlKind, int) Key(ControlPlacement p) => (p.At.Node!, p.MissingAt.Node!, p.Kind, p.Transmission);
}

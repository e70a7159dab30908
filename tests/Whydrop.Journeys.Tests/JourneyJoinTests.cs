using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

public sealed class JourneyJoinTests
{
    [Fact]
    public void The_tunnel_black_hole_is_placed_inside_the_node()
    {
        var path = new NodePortPath();
        path.Drops = (hop, p) => hop == 1 && p.FromClient && p.DatagramLength > 1440;
        _ = path.Play(path.Flow(0) with { Requests = [700, 4, 1398, 1307] });

        var facts = SimFacts.Join(path.Node);

        var pairing = Assert.Single(facts.OfType<FlowPairing>());
        Assert.True(pairing.ByHandshake);
        Assert.True(pairing.Translated);
        Assert.Equal(TimeSpan.Zero, pairing.ClockOffset);
        Assert.Equal(0, pairing.Flow);
        Assert.Equal(1, pairing.OtherFlow);
        var placements = facts.Placements().ToArray();
        Assert.Equal(12, placements.Length);
        Assert.All(placements, p =>
        {
            Assert.Equal((true, 1398, 1450, true, 0, 1), (p.FromClient, p.Length, p.DatagramLength, p.DontFragment, p.Flow, p.MissingFlow));
            Assert.Equal("ipip 10.1.0.1>10.1.0.2", p.MissingEncapsulation);
            Assert.Equal(1359, p.LargestPassed);
            Assert.False(p.LaterSeen);
        });
        // Nothing is captured after the last transmission, so its absence stays open.
        Assert.Equal(11, placements.Count(p => p.AbsenceProven));
        Assert.Contains("too soon", placements.Single(p => !p.AbsenceProven).Reason);
    }

    [Theory]
    [InlineData(TunnelType.IpIp, false, true)]
    [InlineData(TunnelType.IpIp, false, false)]
    [InlineData(TunnelType.Vxlan, false, true)]
    [InlineData(TunnelType.Vxlan, true, true)]
    [InlineData(TunnelType.IpIp, true, false)]
    public void Every_loss_is_on_its_hop_and_none_is_invented(TunnelType tunnel, bool ipv6, bool timestamps)
    {
        var path = new NodePortPath(tunnel, ipv6, seed: 7);
        var random = new Random(3);
        path.Drops = (_, p) => p.Length > 0 && random.Next(100) < 3;
        _ = path.Play([.. Enumerable.Range(0, 6).Select(n => path.Flow(n, n * 1_000_000L) with
        {
            Requests = NodePortPath.Sizes(300),
            Responses = NodePortPath.Sizes(200, 900),
            Timestamps = timestamps,
        })]);

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod);

        Assert.Equal(24, facts.OfType<FlowPairing>().Count());
        AssertPlaced(path, facts);
        AssertConserved(facts);
    }

    /// <summary>The same bytes leave several times in one tick of the TCP timestamp, without IP Identification: only the order of the places tells one from the other.</summary>
    [Theory]
    [InlineData(1, 600_000, false)]
    [InlineData(2, 600_000, false)]
    [InlineData(3, 600_000, false)]
    [InlineData(1, 600_000, true)]
    [InlineData(2, 250_000, true)]
    public void Losses_repeated_within_a_tick_and_lost_again_further_on_are_each_on_their_hop(int seed, long repeatsAfter, bool mirrored)
    {
        var path = new NodePortPath(TunnelType.Vxlan, ipv6: true, seed);
        var random = new Random(seed);
        path.Drops = (_, p) => p.Length > 0 && random.Next(100) < 10;
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(400), Responses = NodePortPath.Sizes(300, 900), RepeatsAfter = repeatsAfter });
        if (mirrored)
        {
            // A port that is mirrored too shows one of them twice: the others are no copies for that.
            var shown = path.Node.Seen.First(s => s.Length > 0);
            path.Node.Seen.Add(shown with { Time = shown.Time + 5_000 });
        }

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod);

        AssertPlaced(path, facts);
        AssertConserved(facts);
    }

    [Fact]
    public void Clock_offsets_are_found_within_a_round_trip_in_spite_of_drift()
    {
        var path = new NodePortPath(seed: 11);
        var random = new Random(5);
        path.Drops = (hop, p) => hop == 0 && p.Length > 0 && random.Next(100) < 2;
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(3000), Gap = 20_000_000 });

        var facts = SimFacts.Join(path.Front, path.Pod);

        var pairing = Assert.Single(facts.OfType<FlowPairing>());
        var first = 0L;
        var truth = path.Pod.ClockAt(first) - path.Front.ClockAt(first);
        Assert.InRange(Math.Abs((pairing.ClockOffset.Ticks * 100) - truth), 0, 1_500_000);
        Assert.True(pairing.ClockError < TimeSpan.FromMilliseconds(1.5));
        var hop = facts.OfType<HopSummary>().Single(h => h.FromClient);
        Assert.InRange(hop.MinDelay!.Value.TotalMicroseconds, 100, 1500);
    }

    [Fact]
    public void A_capture_that_starts_late_proves_nothing_before_its_start()
    {
        var path = new NodePortPath(seed: 13);
        path.Worker = new SimCapture("worker.pcap", "worker", "eth0") { ClockOffset = 7_000_000_000_000, StartsAt = 400_000_000 };
        var random = new Random(9);
        path.Drops = (hop, p) => hop == 2 && p.Length > 0 && random.Next(100) < 4;
        path = Rebuilt(path);
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(400) });

        var facts = SimFacts.Join(path.Node, path.Worker);

        var lost = path.NodeToWorker.Dropped.Where(p => p.Length > 0).ToArray();
        var proven = facts.Placements().Where(p => p.AbsenceProven).ToArray();
        Assert.NotEmpty(proven);
        Assert.All(proven, p => Assert.True(p.Sent.UnixNanoseconds >= path.Node.ClockAt(400_000_000 - 1_000_000)));
        Assert.Equal(
            lost.Where(p => p.Time > 402_000_000).Select(NodePortPath.Key).Order(),
            proven.Where(p => p.Sent.UnixNanoseconds > path.Node.ClockAt(401_700_000)).Select(NodePortPath.Key).Order());
    }

    [Fact]
    public void A_capture_with_drops_proves_nothing_and_the_next_one_widens_the_interval()
    {
        var path = new NodePortPath(seed: 17);
        var random = new Random(4);
        path.Worker = new SimCapture("worker.pcap", "worker", "eth0") { KernelDrops = 40 };
        path.Drops = (hop, p) => hop == 3 && p.Length > 0 && random.Next(100) < 4;
        path = Rebuilt(path, p => random.Next(100) >= 5);
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(500) });

        var facts = SimFacts.Join(path.Node, path.Worker, path.Pod);

        var lost = path.WorkerToPod.Dropped.Where(p => p.Length > 0).ToArray();
        Assert.NotEmpty(lost);
        var placements = facts.Placements().ToArray();
        Assert.Equal(lost.Select(NodePortPath.Key).Order(), placements.Select(NodePortPath.Key).Order());
        Assert.All(placements, p => Assert.Equal("pod", p.MissingAt.Node));
        Assert.All(placements, p => Assert.True(p.AbsenceProven, p.Reason));
        // Where the dropping capture did see it, the loss is after it; where not, it is only known to be after the node.
        Assert.Contains(placements, p => p.At.Node == "worker");
        Assert.Contains(placements, p => p.At.Node == "node");
    }

    [Fact]
    public void A_capture_that_hides_its_drops_is_found_out_by_the_acknowledgments()
    {
        var path = new NodePortPath(seed: 19);
        var random = new Random(4);
        path.Pod = new SimCapture("pod.pcap", "pod", "eth0") { KernelDrops = null };
        path.Drops = (hop, p) => hop == 3 && p.Length > 0 && random.Next(100) < 4;
        path = Rebuilt(path, podKeeps: p => random.Next(100) >= 5);
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(500) });

        var facts = SimFacts.Join(path.Node, path.Pod);

        Assert.NotEmpty(facts.Placements());
        Assert.All(facts.Placements(), p => Assert.False(p.AbsenceProven));
        Assert.All(facts.Placements(), p => Assert.Contains("acknowledged", p.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Merged_packets_on_either_side_leave_byte_ranges_alone(bool mergedFirst)
    {
        var path = new NodePortPath(seed: 23);
        path.Node = new SimCapture("node.pcap", "node", "eth0") { Merges = mergedFirst };
        path.Pod = new SimCapture("pod.pcap", "pod", "eth0") { Merges = !mergedFirst };
        var random = new Random(4);
        path.Drops = (hop, p) => hop == 3 && p.Length > 0 && random.Next(100) < 3;
        path = Rebuilt(path);
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(800), Gap = 30_000 });

        var facts = SimFacts.Join(path.Node, path.Pod);

        Assert.Contains((mergedFirst ? path.Node : path.Pod).Frames(), p => p.Length > 1448);
        Assert.Equal(
            path.WorkerToPod.Dropped.Where(p => p.Length > 0).Select(NodePortPath.Key).Order(),
            facts.Placements().Select(NodePortPath.Key).Order());
        Assert.All(facts.Placements(), p => Assert.Equal(1500, p.DatagramLength));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_connection_joined_in_the_middle_is_recognised_by_its_segments(bool timestamps)
    {
        var path = new NodePortPath(seed: 29);
        path.Node = new SimCapture("node.pcap", "node", "eth0") { StartsAt = 300_000_000 };
        path.Pod = new SimCapture("pod.pcap", "pod", "eth0") { ClockOffset = -9_000_000_000_000, StartsAt = 150_000_000 };
        var random = new Random(4);
        path.Drops = (hop, p) => hop == 3 && p.Length > 0 && random.Next(100) < 3;
        path = Rebuilt(path);
        _ = path.Play([.. Enumerable.Range(0, 4).Select(n => path.Flow(n) with { Requests = NodePortPath.Sizes(400), Timestamps = timestamps })]);

        var facts = SimFacts.Join(path.Node, path.Pod);

        Assert.Equal(8, facts.OfType<FlowPairing>().Count());
        Assert.All(facts.OfType<FlowPairing>(), p => Assert.False(p.ByHandshake));
        var placed = facts.Placements().Where(p => p.AbsenceProven).ToArray();
        Assert.Equal(
            path.WorkerToPod.Dropped.Where(p => p.Length > 0 && p.Time > 301_500_000).Select(NodePortPath.Key).Order(),
            placed.Select(NodePortPath.Key).Order());
    }

    [Fact]
    public void Rewritten_sequence_numbers_are_followed_by_their_distance()
    {
        var path = new NodePortPath(seed: 31);
        var random = new Random(4);
        path.Drops = (hop, p) => hop == 1 && p.Length > 0 && random.Next(100) < 4;
        var build = path.Build;
        path.Build = () => [.. build().Take(6), new SequenceRewriter(0x9000_0000, 12345), .. build().Skip(6)];
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(200), Responses = NodePortPath.Sizes(100, 700) });

        var facts = SimFacts.Join(path.Front, path.Pod);

        var pairing = Assert.Single(facts.OfType<FlowPairing>());
        Assert.Equal((0x9000_0000u, 12345u), (pairing.ClientSequenceShift, pairing.ServerSequenceShift));
        Assert.Equal(path.InsideNode.Dropped.Count(p => p.Length > 0), facts.Placements().Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_sides_of_a_middlebox_that_moves_numbers_are_one_connection_however_often_each_was_captured(bool timestamps)
    {
        var path = new NodePortPath(seed: 32);
        var random = new Random(4);
        path.Drops = (hop, p) => hop == 2 && p.Length > 0 && random.Next(100) < 4;
        var build = path.Build;
        path.Build = () => [.. build().Take(9), new SequenceRewriter(0x9000_0000, 12345), .. build().Skip(9)];
        _ = path.Play([.. Enumerable.Range(0, 3).Select(n => path.Flow(n) with { Requests = NodePortPath.Sizes(200), Responses = NodePortPath.Sizes(50, 700), Timestamps = timestamps })]);

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker, path.Pod);

        var moved = facts.OfType<FlowPairing>().Where(p => p.ClientSequenceShift != 0).ToArray();
        Assert.Equal(12, facts.OfType<FlowPairing>().Count());
        Assert.Equal(3, moved.Length);
        Assert.All(moved, p => Assert.Equal((0x9000_0000u, 12345u, "node", "worker"), (p.ClientSequenceShift, p.ServerSequenceShift, p.At.Node, p.OtherAt.Node)));
        Assert.Equal(path.NodeToWorker.Dropped.Count(p => p.Length > 0), facts.Placements().Count(p => p is { AbsenceProven: true, At.Node: "node", MissingAt.Node: "worker" } or { AbsenceProven: true, At.Node: "worker", MissingAt.Node: "node" }));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void What_arrived_is_not_lost_because_its_acknowledgments_were(int hop, bool timestamps)
    {
        var path = new NodePortPath(seed: 33);
        var random = new Random(4);
        var flow = path.Flow(0) with { Requests = NodePortPath.Sizes(150), Timestamps = timestamps, Gap = 40_000_000 };
        bool Deaf(uint sequence) => ((sequence - flow.ClientIsn) / 1448) % 7 == 3;
        var lost = new HashSet<uint>();
        path.Drops = (at, p) => (at == hop && p is { FromClient: false, Length: 0 } && Deaf(p.Acknowledgment - 1448) && lost.Add(p.Acknowledgment))
            || (at == 2 && p is { FromClient: true, Length: > 0 } && random.Next(100) < 10);
        _ = path.Play(flow with { Unheard = p => p is { FromClient: true, Length: > 0, Transmission: 1 } && Deaf(p.Sequence) });

        _ = SimFacts.Join(out var facts, path.Front, path.Pod);

        var sent = path.Front.Seen.Where(p => p is { FromClient: true, Length: > 0 }).ToLookup(p => p.Sequence);
        var arrived = path.Pod.Seen.Where(p => p is { FromClient: true, Length: > 0 }).ToLookup(p => p.Sequence);
        var front = facts.Of<CaptureSummary>().Single(c => c.At.Node == "front").Capture;
        var fates = facts.Of<SegmentFate>().Where(f => f.Capture == front && f.FromClient).ToArray();

        // Behind an earlier hole, and without SACK, the receiver's word is of no transmission: there the pod's own capture cannot tell either.
        var unclear = facts.Of<SegmentFate>().Where(f => f.Capture != front && f.Fate == Fate.LostAfter).Select(f => f.Sequence).ToHashSet();
        Assert.InRange(unclear.Count, 0, 3);
        Assert.Contains(sent, s => arrived[s.Key].Count() > 1);
        Assert.All(fates.Where(f => f.Fate == Fate.LostAfter && !unclear.Contains(f.Sequence)).GroupBy(f => f.Sequence), g => Assert.Equal(sent[g.Key].Count() - arrived[g.Key].Count(), g.Count()));
        Assert.All(fates.Where(f => f.Fate == Fate.RetransmittedNeedlessly).GroupBy(f => f.Sequence), g => Assert.Equal(arrived[g.Key].Count() - 1, g.Count()));
        var tallies = facts.Of<FateTally>().Where(t => t.Capture == front).ToArray();
        Assert.Equal(sent.Sum(s => s.Count()), tallies.Sum(t => t.Segments));
        Assert.Equal(fates.Count(f => f.Fate == Fate.LostAfter), tallies.Where(t => t.Fate == Fate.LostAfter).Sum(t => t.Segments));
        Assert.All(tallies, t => Assert.InRange(t.UniqueBytes, 0, t.Bytes));
        var load = facts.Of<LoadTimeline>().Single(l => l.Capture == front && l.FromClient);
        Assert.Equal(
            fates.Where(f => f.Fate == Fate.LostAfter).GroupBy(f => (int)((f.Sent - load.Start) / load.BinWidth)).Select(g => (g.Key, g.Count())).Order(),
            load.Bins.Select((b, i) => (i, b.LostSegments)).Where(b => b.LostSegments > 0));
    }

    [Fact]
    public void A_proxy_that_copies_bytes_is_not_taken_for_one_connection()
    {
        var path = new NodePortPath(seed: 37);
        var random = new Random(4);
        path.Drops = (_, p) => p.Length > 0 && random.Next(100) < 3;
        // Two connections with the same bytes in the same segments at nearly the same time, each with its own numbers and timestamps.
        var flow = path.Flow(0) with { Requests = NodePortPath.Sizes(200) };
        var other = path.Flow(0) with { Requests = flow.Requests, Start = 400_000 };
        var build = path.Build;
        var front = path.Front;
        path.Build = () => [new Tap(front, p => p.Flow == 0), .. build().Skip(1).SkipLast(1), new Tap(path.Pod, p => p.Flow == 1)];
        _ = path.Play(flow, other);

        var facts = SimFacts.Join(path.Front, path.Pod);

        Assert.Empty(facts.OfType<FlowPairing>());
        Assert.Empty(facts.Placements());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_arrives_late_is_not_lost(bool timestamps)
    {
        var path = new NodePortPath(seed: 41);
        var random = new Random(4);
        var slow = new SlowHop(p => p.Length > 0 && p.Transmission == 1 && random.Next(100) < 3, 900_000_000);
        var build = path.Build;
        path.Build = () => [.. build().Take(6), slow, .. build().Skip(6)];
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(400), Timestamps = timestamps });

        var facts = SimFacts.Join(path.Node, path.Pod);

        Assert.NotEmpty(slow.Held);
        Assert.Equal(2, facts.OfType<FlowPairing>().Count());
        Assert.Empty(facts.Placements());
    }

    [Fact]
    public void One_capture_under_two_names_has_no_order()
    {
        var path = new NodePortPath(seed: 42) { Front = new SimCapture("one.pcap", "one", "eth0") };
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(20) });
        var again = new SimCapture("again.pcap", "again", "eth0");
        again.Seen.AddRange(path.Front.Seen);

        var facts = SimFacts.JoinAll(path.Front, again);

        Assert.Equal([UnjoinedReason.OrderUnknown, UnjoinedReason.OrderUnknown], facts.OfType<UnjoinedFlow>().Select(f => f.Why));
        Assert.Equal([0, 1], facts.OfType<UnjoinedFlow>().Select(f => f.Capture).Order());
        Assert.Empty(facts.OfType<FlowPairing>());
    }

    [Fact]
    public void Ports_used_again_are_another_connection()
    {
        var path = new NodePortPath(seed: 43);
        var random = new Random(4);
        path.Drops = (hop, p) => hop == 2 && p.Length > 0 && random.Next(100) < 4;
        var build = path.Build;
        var first = path.Flow(0) with { Requests = NodePortPath.Sizes(100) };
        var second = path.Flow(0, 3_000_000_000) with { Requests = NodePortPath.Sizes(100) };
        _ = path.Play(first, second);

        var facts = SimFacts.Join(path.Front, path.Node, path.Worker);

        Assert.Equal(6, facts.OfType<FlowPairing>().Count());
        AssertPlaced(path, facts, path.NodeToWorker);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Handshakes_with_fixed_numbers_are_joined_by_the_packets_own_marks_or_not_at_all(bool ipv6)
    {
        var path = new NodePortPath(ipv6: ipv6, seed: 47);
        path.Drops = (hop, p) => hop == 2 && p.Length > 0 && p.Transmission == 1 && p.Sequence % 5 == 1;
        _ = path.Play([.. Enumerable.Range(0, 12).Select(n => path.Flow(n, n * 3_000_000L) with
        {
            ClientIsn = 0,
            ServerIsn = 0,
            Requests = NodePortPath.Sizes(20),
            Timestamps = false,
        })]);

        var facts = SimFacts.Join(path.Node, path.Worker);

        if (ipv6)
        {
            Assert.Empty(facts.OfType<FlowPairing>());
            Assert.Empty(facts.Placements());
            Assert.Contains(facts.OfType<Gap>(), g => g.Reason.Contains("cannot be told apart"));
        }
        else
        {
            Assert.Equal(24, facts.OfType<FlowPairing>().Count());
            AssertPlaced(path, facts, path.NodeToWorker);
        }
    }

    [Fact]
    public void A_healthy_case_costs_no_second_reading()
    {
        var path = new NodePortPath(seed: 53);
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(50) });

        Assert.Empty(SimFacts.Join(path.Front, path.Pod));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Several_interfaces_in_one_file_are_several_places(bool anyDevice)
    {
        // A: uplink in, B: tunnel device, C: uplink out, encapsulated.
        var path = new NodePortPath(seed: 59);
        var all = new SimCapture("all.pcap", "node", "any") { AnyDevice = anyDevice, Interfaces = anyDevice ? [] : ["eth0", "tunl0"] };
        var random = new Random(4);
        path.Drops = (hop, p) => hop == 1 && p.Length > 0 && random.Next(100) < 4;
        var build = path.Build;
        path.Build = () =>
        {
            var elements = build().ToArray();
            return
            [
                new Tap(all), .. elements[4..7], new Tap(all, number: 1), new Router(3_000, random, lowersTtl: false),
                elements[7], new Tap(all), .. elements[9..],
            ];
        };
        _ = path.Play([.. Enumerable.Range(0, 3).Select(n => path.Flow(n) with { Requests = NodePortPath.Sizes(200), Responses = NodePortPath.Sizes(50) })]);

        var facts = SimFacts.Join(all);

        Assert.Equal(6, facts.OfType<FlowPairing>().Count());
        var (plain, tunnel) = anyDevice ? ("if2", "if3") : ("eth0", "tunl0");
        Assert.Equal(
            path.InsideNode.Dropped.Where(p => p.Length > 0)
                .Select(p => (p.FromClient ? plain : tunnel, p.FromClient ? tunnel : plain, p.FromClient, p.Sequence)).Order(),
            facts.Placements().Select(p => (p.At.Interface!, p.MissingAt.Interface!, p.FromClient, p.Sequence)).Order());
        Assert.All(facts.Placements(), p => Assert.True(p.AbsenceProven, p.Reason));
    }

    [Fact]
    public void Sequence_numbers_wrap_around()
    {
        var path = new NodePortPath(seed: 61);
        var random = new Random(4);
        path.Drops = (hop, p) => hop == 2 && p.Length > 0 && random.Next(100) < 8;
        _ = path.Play(path.Flow(0) with
        {
            ClientIsn = uint.MaxValue - 100_000, ServerIsn = uint.MaxValue, Requests = NodePortPath.Sizes(200), Responses = NodePortPath.Sizes(50),
        });

        var facts = SimFacts.Join(path.Node, path.Worker);

        AssertPlaced(path, facts, path.NodeToWorker);
        AssertConserved(facts);
    }

    [Fact]
    public void Roles_are_matched_when_the_ports_do_not_tell_them()
    {
        var path = new NodePortPath(seed: 67);
        path.Node = new SimCapture("node.pcap", "node", "eth0") { StartsAt = 120_000_000 };
        path.Pod = new SimCapture("pod.pcap", "pod", "eth0") { ClockOffset = 5_000_000_000, StartsAt = 150_000_000 };
        var random = new Random(4);
        path.Drops = (hop, p) => hop == 3 && p.Length > 0 && random.Next(100) < 4;
        path = Rebuilt(path);
        // On the way in the server has the higher port, behind the NAT the client has.
        _ = path.Play(path.Flow(0) with
        {
            Client = path.End("192.0.2.10", "::", 1024), Requests = NodePortPath.Sizes(200), Responses = NodePortPath.Sizes(100),
        });

        var facts = SimFacts.Join(path.Node, path.Pod);

        Assert.Contains(facts.OfType<FlowPairing>(), p => p.RolesSwapped);
        var expected = path.WorkerToPod.Dropped.Where(p => p.Length > 0 && p.Time > 151_000_000).Select(p => (p.FromClient ? "node" : "pod", p.Sequence));
        Assert.Equal(expected.Order(), facts.Placements().Where(p => p.AbsenceProven).Select(p => (p.At.Node!, p.Sequence)).Order());
    }

    [Fact]
    public void One_direction_is_enough_for_its_own_losses()
    {
        var path = new NodePortPath(seed: 71);
        path.Pod = new SimCapture("pod.pcap", "pod", "eth0") { ClockOffset = -8_000_000_000_000 };
        var random = new Random(4);
        path.Drops = (hop, p) => hop == 3 && p.FromClient && p.Length > 0 && random.Next(100) < 4;
        path = Rebuilt(path, podKeeps: p => p.FromClient);
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(200) });

        var facts = SimFacts.Join(path.Worker, path.Pod);

        Assert.Equal(TimeSpan.MaxValue, Assert.Single(facts.OfType<FlowPairing>()).ClockError);
        Assert.Equal(path.WorkerToPod.Dropped.Select(NodePortPath.Key).Order(), facts.Placements().Select(NodePortPath.Key).Order());
        Assert.All(facts.Placements(), p => Assert.True(p.AbsenceProven, p.Reason));
    }

    [Fact]
    public void Without_ttl_or_both_directions_no_order_is_claimed()
    {
        var path = new NodePortPath(seed: 73);
        var left = new SimCapture("left.pcap", "left", "eth0");
        var right = new SimCapture("right.pcap", "right", "eth0") { ClockOffset = 60_000_000_000 };
        var random = new Random(4);
        path.Drops = (hop, p) => hop == 2 && p.FromClient && p.Length > 0 && random.Next(100) < 4;
        var build = path.Build;
        path.Build = () =>
        {
            var elements = build().ToArray();
            return [.. elements[..8], new Tap(left, p => p.FromClient), elements[9], elements[10], new Tap(right, p => p.FromClient), .. elements[12..]];
        };
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(100) });

        var facts = SimFacts.Join(left, right);

        Assert.Empty(facts.OfType<FlowPairing>());
        Assert.Empty(facts.Placements());
        Assert.Contains(facts.OfType<Gap>(), g => g.Reason.Contains("which place comes first"));
    }

    [Fact]
    public void Different_snap_lengths_do_not_matter()
    {
        var path = new NodePortPath(TunnelType.Vxlan, seed: 79);
        path.Node = new SimCapture("node.pcap", "node", "eth0") { SnapLength = 128, StartsAt = 100_000_000 };
        path.Pod = new SimCapture("pod.pcap", "pod", "eth0") { SnapLength = 68, StartsAt = 100_000_000 };
        var random = new Random(4);
        path.Drops = (hop, p) => hop == 3 && p.Length > 0 && random.Next(100) < 4;
        path = Rebuilt(path);
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(200) });

        var facts = SimFacts.Join(path.Node, path.Pod);

        Assert.Equal(
            path.WorkerToPod.Dropped.Where(p => p.Length > 0 && p.Time > 101_000_000).Select(NodePortPath.Key).Order(),
            facts.Placements().Where(p => p.AbsenceProven).Select(NodePortPath.Key).Order());
    }

    [Fact]
    public void A_stream_of_one_segment_repeated_ends_in_bounded_time()
    {
        var path = new NodePortPath(seed: 89);
        path.Drops = (hop, p) => hop == 3 && p.Transmission % 3 != 0 && p.Length > 0;
        var flow = path.Flow(0) with { Requests = [500], Timestamps = false };
        var build = path.Build;
        var repeater = new Repeater(30_000);
        path.Build = () => [repeater, .. build()];
        _ = path.Play(flow);
        repeater.Into(path.Worker, 50_100_000);
        repeater.Into(path.Pod, 50_110_000, each: 3);

        var facts = SimFacts.Join(path.Worker, path.Pod);

        Assert.Equal(30_003, path.Worker.Frames().Count(p => p.Length > 0));
        Assert.All(facts.Placements(), p => Assert.False(p.AbsenceProven));
        Assert.Contains(facts.OfType<Gap>(), g => g.Reason.Contains("too often"));
    }

    [Fact]
    public void Every_loss_that_one_capture_saw_is_placed_by_the_next()
    {
        var path = new NodePortPath(seed: 83);
        var random = new Random(4);
        path.Drops = (hop, p) => hop > 1 && p.FromClient && p.Length > 0 && random.Next(100) < 2;
        _ = path.Play(path.Flow(0) with { Requests = NodePortPath.Sizes(400) });

        var facts = SimFacts.Join(out var first, path.Worker, path.Pod);

        var fates = first.Of<SegmentFate>().Where(f => f.Capture == 0 && f.Fate == Fate.LostAfter).Select(f => (f.From.Frame, f.Sequence)).ToHashSet();
        Assert.Equal(path.WorkerToPod.Dropped.Count, fates.Count);
        Assert.Equal(fates.Order(), facts.Placements().Select(p => (p.From.Frame, p.Sequence)).Order());
    }

    private static NodePortPath Rebuilt(NodePortPath path, Func<SimPacket, bool>? workerKeeps = null, Func<SimPacket, bool>? podKeeps = null)
    {
        var build = path.Build;
        path.Build = () =>
        {
            var elements = build().ToArray();
            elements[0] = new Tap(path.Front);
            elements[3] = new Tap(path.Node);
            elements[8] = new Tap(path.Node);
            elements[11] = new Tap(path.Worker, workerKeeps);
            elements[15] = new Tap(path.Pod, podKeeps);
            return elements;
        };
        return path;
    }

    private static void AssertPlaced(NodePortPath path, IReadOnlyList<Fact> facts, params LossyHop[] hops)
    {
        var all = new (LossyHop Hop, string Client, string Server)[]
        {
            (path.FrontToNode, "front", "node"), (path.InsideNode, "node", "node"),
            (path.NodeToWorker, "node", "worker"), (path.WorkerToPod, "worker", "pod"),
        };
        var expected = all.Where(h => hops.Length == 0 || hops.Contains(h.Hop)).SelectMany(h => h.Hop.Dropped.Where(p => p.Length > 0).Select(p =>
            (p.FromClient ? h.Client : h.Server, p.FromClient ? h.Server : h.Client, p.FromClient, p.Sequence, p.Length)));
        var actual = facts.Placements().Select(p => (p.At.Node!, p.MissingAt.Node!, p.FromClient, p.Sequence, p.Length));
        Assert.Equal(expected.Order(), actual.Order());
        Assert.All(facts.Placements(), p => Assert.True(p.AbsenceProven, p.Reason));
    }

    private static void AssertConserved(IReadOnlyList<Fact> facts)
    {
        var hops = facts.OfType<HopSummary>().ToArray();
        Assert.All(hops, h => Assert.Equal(h.SegmentsIn, h.SegmentsOut + h.Lost + h.Unproven));
        Assert.All(hops, h => Assert.Equal(0, h.Unproven));
        foreach (var hop in hops)
        {
            if (hops.SingleOrDefault(n => (n.Capture, n.Flow, n.FromClient) == (hop.OtherCapture, hop.OtherFlow, hop.FromClient)) is { } next)
            {
                Assert.Equal(hop.SegmentsOut, next.SegmentsIn);
            }
        }
    }
}

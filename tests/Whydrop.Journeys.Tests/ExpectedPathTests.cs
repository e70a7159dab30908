using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Evidence.Stack;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

/// <summary>A pod, its node, another node and its pod: nothing ever arrives, and tables say where it should have come by.</summary>
public sealed class ExpectedPathTests
{
    private static readonly string[] Places = ["client/eth0", "node-a/cali1", "node-a/eth0", "node-b/eth0", "node-b/cali2", "server/eth0"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_total_block_is_placed_between_two_neighbours_by_routes_and_cables(int before)
    {
        var facts = SimFacts.Join([.. Tables(), .. Open(6)], Play(before));

        Assert.Equal(4, facts.Controls().Count());
        Assert.All(facts.Controls(), p => Assert.Equal((Places[before - 1], Places[before], null), (p.At.ToString(), p.MissingAt.ToString(), p.MissingFlow)));
        Assert.All(facts.Controls(), p => Assert.True(p.AbsenceProven, p.Reason));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void An_answer_that_is_lost_on_the_way_back_is_placed_by_the_tables_too(int droppedBefore)
    {
        var captures = Captures();
        var elements = Elements(captures, out var random);
        elements.Insert((droppedBefore * 2) + 1, new LossyHop("", p => !p.FromClient));
        new Topology(elements, random.Next()).Play(Flow());

        var facts = SimFacts.Join([.. Tables(), .. Open(6)], Alive(captures));

        var answers = facts.Controls().Where(p => p.Kind == ControlKind.SynAck).ToArray();
        Assert.Equal(4, answers.Length);
        Assert.All(answers, p => Assert.Equal((Places[droppedBefore + 1], Places[droppedBefore]), (p.At.ToString(), p.MissingAt.ToString())));
        Assert.All(answers, p => Assert.True(p.AbsenceProven, p.Reason));
    }

    [Theory]
    [InlineData(TunnelType.Esp)]
    [InlineData(TunnelType.WireGuard)]
    public void Where_a_tunnel_came_by_that_hides_what_it_carries_silence_proves_nothing(TunnelType type)
    {
        var captures = Captures();
        var hidden = new Encapsulation(type, IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"));
        var played = Play(2, captures);
        foreach (var packet in captures[1].Seen.Where(p => p.FromClient && p.Flow == 0).ToArray())
        {
            captures[2].Seen.Add(packet with { Time = packet.Time + 20_000, Tunnel = hidden });
        }

        var facts = SimFacts.Join([.. Tables(), .. Open(6)], played);

        Assert.Equal(4, facts.Controls().Count());
        Assert.DoesNotContain(facts.Controls(), p => p.AbsenceProven && p.MissingAt.ToString() == "node-a/eth0");
        Assert.Contains(facts.OfType<Gap>(), g => g.At.ToString() == "node-a/eth0" && g.Kind == GapKind.Unsupported);
    }

    [Fact]
    public void Without_the_rules_a_route_is_not_sure()
    {
        var facts = SimFacts.Join([.. Tables().Where(f => f is not RoutingRule), .. Open(6)], Play(2));

        // The owner of the destination is beyond doubt, whatever the way.
        Assert.All(facts.Controls(), p => Assert.Equal(("node-a/cali1", true), (p.At.ToString(), p.AbsenceProven)));
        Assert.All(facts.Controls(), p => Assert.Contains(p.MissingAt.ToString(), new[] { "node-b/cali2", "server/eth0" }));
    }

    [Fact]
    public void Behind_a_gateway_that_was_not_collected_the_way_goes_on_but_proves_nothing()
    {
        var tables = Tables().Where(f => f is not Route { Via: not null, At.Node: "node-a" or "node-b" })
            .Concat([Routed("node-a", "eth0", "10.244.2.0/24", "10.0.0.254"), Routed("node-b", "eth0", "10.244.1.0/24", "10.0.0.254")]).ToArray();

        var facts = SimFacts.Join([.. tables, .. Open(4)], Play(3)[..4]);

        Assert.Equal(4, facts.Controls().Count());
        Assert.All(facts.Controls(), p => Assert.Equal(("node-a/eth0", "node-b/eth0", false), (p.At.ToString(), p.MissingAt.ToString(), p.AbsenceProven)));
        Assert.All(facts.Controls(), p => Assert.Contains("gateway", p.Reason));
    }

    [Theory]
    [InlineData("8080", true)]
    [InlineData("80", false)]
    [InlineData("80 443", false)]
    [InlineData("80 443 6443 9090", true)]
    public void A_capture_that_shows_few_ports_may_have_filtered_by_them(string ports, bool keeps)
    {
        var captures = Captures();
        var elements = Elements(captures, out var random);
        SimFlow[] others = [.. ports.Split(' ').Select((port, n) => Flow(n) with { Client = IPEndPoint.Parse("10.244.1.6:" + (42000 + n)), Server = IPEndPoint.Parse("10.244.2.7:" + port), Requests = [100], Start = -3_000_000_000 })];
        elements[8] = new Tap(captures[4], p => p.Flow == others.Length);
        elements.Insert(10, new LossyHop("", p => p.Flow == others.Length));
        new Topology(elements, random.Next()).Play([.. others, Flow(9)]);

        // At the server no address resolution was kept, and nothing else says what its filter was.
        var played = Alive(captures);
        var facts = SimFacts.Join([.. Tables(), .. Open(1)], [played[4], played[5]]);

        Assert.NotEmpty(facts.Controls());
        Assert.All(facts.Controls(), p => Assert.Equal((keeps, "server/eth0"), (p.AbsenceProven, p.MissingAt.ToString())));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_capture_of_one_direction_proves_nothing_of_the_other(bool group)
    {
        // What leaves node-b was kept at its uplink (tcpdump -Q out); what is lost behind it had come in there.
        var captures = Captures();
        var played = Play(4, captures);
        var random = new Random(11);
        new Topology([new Tap(captures[2]), new Router(20_000, random), new Tap(captures[4]), new Router(20_000, random)], random.Next()).Play(Flow(3) with { Requests = [200], Responses = [300], Start = -3_800_000_000 });
        _ = captures[3].Seen.RemoveAll(p => p.FromClient && p.Flow != 999);
        captures[3].GroupMessages = group ? 1 : 0;
        var queries = Open(6).OfType<NeighbourQuery>().Select(q => q.Capture != 3 ? q : q with { Answered = 0 });

        var facts = SimFacts.Join([.. Tables(), .. queries], played);

        Assert.NotEmpty(facts.Controls());
        Assert.DoesNotContain(facts.Controls(), p => p.AbsenceProven && p.MissingAt.ToString() == Places[3]);
    }

    [Fact]
    public void Without_any_table_nothing_is_expected_anywhere()
    {
        var facts = SimFacts.Join([.. Open(6)], Play(2));

        Assert.Empty(facts.Controls());
        Assert.Empty(facts.Placements());
    }

    [Theory]
    [InlineData("late")]
    [InlineData("drops")]
    [InlineData("short")]
    [InlineData("filtered")]
    [InlineData("empty")]
    public void A_capture_that_may_have_missed_it_proves_nothing(string lack)
    {
        var captures = Captures();
        captures[3] = lack switch
        {
            "late" => new SimCapture("node-b-eth0.pcap", "node-b", "eth0") { StartsAt = 5_000_000_000 },
            "short" => new SimCapture("node-b-eth0.pcap", "node-b", "eth0") { EndsAt = -2_000_000_000 },
            "drops" => new SimCapture("node-b-eth0.pcap", "node-b", "eth0") { KernelDrops = 3 },
            _ => captures[3],
        };
        var played = Play(3, captures);
        if (lack == "empty")
        {
            captures[3].Seen.Clear();
        }

        // Only the next capture is there.
        var facts = SimFacts.Join([.. Tables(), .. lack is "filtered" or "empty" ? [] : Open(4)], played[..4]);

        Assert.Equal(4, facts.Controls().Count());
        Assert.All(facts.Controls(), p => Assert.Equal(("node-a/eth0", "node-b/eth0", false), (p.At.ToString(), p.MissingAt.ToString(), p.AbsenceProven)));
        var said = lack switch { "late" => "begun later", "short" => "too soon", "drops" => "dropped 3", "filtered" => "filter", _ => "no frame" };
        Assert.All(facts.Controls(), p => Assert.Contains(said, p.Reason));
    }

    [Fact]
    public void The_same_opening_under_other_numbers_is_not_held_absent()
    {
        // A middlebox rewrites sequence numbers, so the sightings beyond it are not recognised.
        var captures = Captures();
        var elements = Elements(captures, out var random);
        elements.Insert(6, new SequenceRewriter(1000, 2000));
        new Topology(elements, random.Next()).Play(Flow() with { Silent = true, Timestamps = false });

        var facts = SimFacts.Join([.. Tables(), .. Open(6)], Alive(captures));

        Assert.All(facts.Controls(), p => Assert.False(p.AbsenceProven, p.Reason));
    }

    [Fact]
    public void An_address_of_nobody_may_be_translated_anywhere()
    {
        var captures = Captures();
        var elements = Elements(captures, out var random);
        elements.Insert(4, new LossyHop("", _ => true));
        new Topology(elements, random.Next()).Play(Flow() with { Server = IPEndPoint.Parse("10.96.0.10:80") });

        var facts = SimFacts.Join([.. Tables(), .. Open(6)], Alive(captures));

        Assert.All(facts.Controls(), p => Assert.False(p.AbsenceProven, p.Reason));
    }

    [Fact]
    public void A_reset_without_its_sender_is_found_when_the_server_saw_nothing_at_all()
    {
        var captures = Captures();
        var elements = Elements(captures, out var random);
        elements.Insert(6, new Rejecter(p => (p.Flags & 2) != 0));
        new Topology(elements, random.Next()).Play(Flow() with { MostTransmissions = 1 });

        var facts = SimFacts.Join([.. Tables(), .. Open(6)], Alive(captures));

        var birth = Assert.Single(facts.Births());
        Assert.Equal(("node-a/eth0", false), (birth.At.ToString(), birth.FromClient));
        Assert.True(birth.AbsenceProven, birth.Reason);
        Assert.Contains(birth.NotSeenAt.ToString(), new[] { "node-b/cali2", "server/eth0", "node-b/eth0" });
    }

    [Fact]
    public void Two_ways_for_others_make_neither_sure()
    {
        // Two spines: connections go by one or the other.
        var (left, right) = (new SimCapture("left.pcap", "left", "eth0"), new SimCapture("right.pcap", "right", "eth0"));
        var captures = Captures();
        var elements = Elements(captures, out var random);
        elements.Insert(6, new Tap(left, p => p.Flow % 2 == 0));
        elements.Insert(7, new Router(30_000, random));
        elements.Insert(8, new Tap(right, p => p.Flow % 2 == 1));
        elements.Insert(9, new LossyHop("", p => p.Flow == 4));
        new Topology(elements, random.Next()).Play([.. Enumerable.Range(0, 5).Select(n => Flow(n) with { Start = n * 3_000_000_000L, Requests = n < 4 ? [300, 200] : [] })]);

        var facts = SimFacts.Join([.. Open(8)], [captures[2], left, right, .. Alive(captures)[3..]]);

        // It was seen at the left one, whose others all came to the next node.
        Assert.All(facts.Controls(), p => Assert.Equal(("left/eth0", "node-b/eth0"), (p.At.ToString(), p.MissingAt.ToString())));
        Assert.All(facts.Controls(), p => Assert.True(p.AbsenceProven, p.Reason));
        Assert.Equal(4, facts.Controls().Count());
    }

    private static SimCapture[] Captures() => [.. Places.Select(p => new SimCapture(p.Replace('/', '-') + ".pcap", p.Split('/')[0], p.Split('/')[1]))];

    private static List<PathElement> Elements(SimCapture[] captures, out Random random)
    {
        var used = random = new Random(5);
        return [.. captures.SelectMany((c, i) => new PathElement[] { new Tap(c), new Router(20_000, used, lowersTtl: i is 1 or 2 or 3) })];
    }

    private static SimCapture[] Play(int before, SimCapture[]? captures = null)
    {
        captures ??= Captures();
        var elements = Elements(captures, out var random);
        elements.Insert((before * 2) - 1, new LossyHop("", _ => true));
        new Topology(elements, random.Next()).Play(Flow());
        return Alive(captures);
    }

    /// <summary>The captures ran long, and what the nodes themselves say to each other was seen at both.</summary>
    private static SimCapture[] Alive(SimCapture[] captures)
    {
        var random = new Random(9);
        foreach (var start in new[] { -3_500_000_000L, 9_000_000_000L })
        {
            new Topology([new Tap(captures[2]), new Router(20_000, random), new Tap(captures[3]), new Router(20_000, random)], random.Next()).Play(new SimFlow
            {
                Client = new IPEndPoint(IPAddress.Parse("10.0.0.1"), 50_000 + (int)(start % 1000)), Server = IPEndPoint.Parse("10.0.0.2:10250"),
                ClientIsn = 0x11112222 + (uint)(start & 0xFFFF), ServerIsn = 0x33334444, Requests = [200], Responses = [300], Start = start,
            });
        }

        return [.. captures.Select(c => c.WithChatter(-4_000_000_000, 30_000_000_000))];
    }

    private static SimFlow Flow(int n = 0) => new()
    {
        Client = new IPEndPoint(IPAddress.Parse("10.244.1.5"), 41000 + n), Server = IPEndPoint.Parse("10.244.2.7:8080"),
        ClientIsn = 0x5A5A1234 + (uint)(n * 77_777_777), ServerIsn = 0x1122FFEE + (uint)(n * 55_555_555), MostTransmissions = 4,
    };

    private static IEnumerable<Fact> Open(int captures) => Enumerable.Range(0, captures).Select(c => new NeighbourQuery(
        VantagePoint.Unknown, new Provenance("x"), c, IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), 1, 1, [], new Timestamp(0), new Timestamp(0)));

    private static List<Fact> Tables() =>
    [
        Owned("client", "eth0", "10.244.1.5", 32), Owned("node-a", "eth0", "10.0.0.1", 24), Owned("node-b", "eth0", "10.0.0.2", 24),
        Owned("server", "eth0", "10.244.2.7", 32),
        Routed("client", "eth0", "0.0.0.0/0", "169.254.1.1"), Routed("server", "eth0", "0.0.0.0/0", "169.254.1.1"),
        Routed("node-a", "eth0", "10.244.2.0/24", "10.0.0.2"), Routed("node-a", "cali1", "10.244.1.5/32", null), Routed("node-a", "eth0", "10.0.0.0/24", null),
        Routed("node-b", "eth0", "10.244.1.0/24", "10.0.0.1"), Routed("node-b", "cali2", "10.244.2.7/32", null), Routed("node-b", "eth0", "10.0.0.0/24", null),
        Device("client", "eth0", 2, 5), Device("node-a", "cali1", 5, 2), Device("server", "eth0", 2, 5), Device("node-b", "cali2", 5, 2),
        .. new[] { "client", "node-a", "node-b", "server" }.SelectMany(Rules),
    ];

    private static InterfaceAddress Owned(string node, string device, string address, int prefix) => new(At(node, device), From, IPAddress.Parse(address), prefix);

    private static Route Routed(string node, string device, string to, string? via) =>
        new(At(node, device), From, "main", "unicast", IPNetwork.Parse(to), via is null ? null : IPAddress.Parse(via), null, null, null, false, null, false);

    private static NetworkInterface Device(string node, string device, int index, int peer) =>
        new(At(node, device), From, index, 1500, "veth", true, true, null, null, peer, null, null, null, null);

    private static IEnumerable<Fact> Rules(string node) =>
    [
        new RoutingRule(new VantagePoint(node), From, 0, "from all", "local"), new RoutingRule(new VantagePoint(node), From, 32766, "from all", "main"),
    ];

    private static Provenance From => new("tables.txt");

    private static VantagePoint At(string node, string device) => new(node, null, device);
}

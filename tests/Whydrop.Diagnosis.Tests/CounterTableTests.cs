using Whydrop.Diagnosis.Counters;
using Whydrop.Diagnosis.Layers;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Tests;

public class CounterTableTests
{
    private static readonly VantagePoint Pod = new("pod-x");

    [Fact]
    public void No_counter_is_told_twice_and_each_says_what_it_counts_and_when_it_is_unhealthy()
    {
        Assert.Equal(CounterMeanings.All.Count, CounterMeanings.All.Select(m => m.Name).Distinct().Count());
        Assert.All(CounterMeanings.All, m => Assert.NotEmpty(m.Meaning));
        Assert.All(CounterMeanings.All.Where(m => !m.IsVolume), m => Assert.NotEmpty(m.Otherwise));
        Assert.All(CounterMeanings.All.Where(m => m.BadFrom > 0), m => Assert.True(m.BadFrom > m.LookFrom, m.Name));
        Assert.All(CounterMeanings.All.Where(m => m.LookFrom > 0), m => Assert.NotEmpty(m.Of));
        Assert.All(CounterMeanings.All.SelectMany(m => m.Of), o => Assert.True(CounterMeanings.Find(o)?.IsVolume == true || o is "Tcp.RetransSegs" or "TcpExt.TCPTimeouts" or "Ip.ReasmReqds" || o.StartsWith("Ip6.", StringComparison.Ordinal), o));
    }

    [Theory]
    [InlineData(50, CounterHealth.Fine)] // 0.05 % of 100 000
    [InlineData(500, CounterHealth.Look)]
    [InlineData(2000, CounterHealth.Bad)]
    public void Retransmissions_are_judged_by_their_share(long again, CounterHealth health)
    {
        var row = Row(Table(("Tcp.OutSegs", 100_000), ("Tcp.RetransSegs", again)), "Tcp.RetransSegs");
        Assert.Equal((health, again / 100_000.0), (row.Health, row.Ratio));
    }

    [Fact]
    public void A_share_without_its_base_is_no_verdict() =>
        Assert.Equal((CounterHealth.Look, null), (Row(Table(("Tcp.RetransSegs", 9)), "Tcp.RetransSegs").Health, Row(Table(("Tcp.RetransSegs", 9)), "Tcp.RetransSegs").Ratio));

    [Fact]
    public void Two_events_are_no_rate() =>
        Assert.Equal(CounterHealth.Look, Row(Table(("Tcp.OutSegs", 10), ("Tcp.RetransSegs", 2)), "Tcp.RetransSegs").Health);

    [Theory]
    [InlineData(1_000_000_000, CounterHealth.Look)]
    [InlineData(1_000_000, CounterHealth.Bad)]
    public void What_was_rare_since_the_namespace_was_made_needs_a_second_reading(long received, CounterHealth health) =>
        Assert.Equal(health, Row(Table(("Tcp.InSegs", received), ("TcpExt.ListenDrops", 3), ("TcpExt.TCPRcvQDrop", 3)), "TcpExt.TCPRcvQDrop").Health);

    [Fact]
    public void Growth_counts_when_there_are_two_readings_and_the_worst_stands_first()
    {
        FactSet facts = new(
        [
            Counter("Tcp.InSegs", 9_000_000), Counter("Tcp.OutSegs", 8_000_000), Counter("TcpExt.PruneCalled", 700), Counter("TcpExt.TCPRcvQDrop", 40), Counter("TcpExt.ListenDrops", 5),
            Delta("Tcp.InSegs", 1000), Delta("Tcp.OutSegs", 900), Delta("TcpExt.PruneCalled", 12), Delta("TcpExt.TCPRcvQDrop", 4), Delta("TcpExt.ListenDrops", 0), Delta("Tcp.RetransSegs", 0),
        ]);
        var table = Assert.Single(CounterTable.Of(facts));
        Assert.True(table.Twice);
        Assert.Equal(["TcpExt.TCPRcvQDrop", "TcpExt.PruneCalled"], table.Rows.Take(2).Select(r => r.Name));
        Assert.Equal((40L, 4L, 0.004, CounterHealth.Bad), (table.Rows[0].Value, table.Rows[0].Delta, table.Rows[0].Ratio, table.Rows[0].Health));
        Assert.Equal((CounterHealth.Fine, 0L), (Row(table, "TcpExt.ListenDrops").Health, Row(table, "TcpExt.ListenDrops").Judged));
        Assert.Contains("TCPRcvQDrop 4", table.Overrun!.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_read_once_did_not_happen_between_two_readings()
    {
        var table = Assert.Single(CounterTable.Of(new FactSet([Counter("TcpExt.TCPRcvQDrop", 4000), Counter("Tcp.InSegs", 9000), Delta("Tcp.InSegs", 1000)])));

        Assert.Equal(CounterHealth.Unknown, Row(table, "TcpExt.TCPRcvQDrop").Health);
        Assert.Null(table.Overrun);
    }

    [Fact]
    public void Queues_that_were_compacted_without_loss_are_not_said_to_have_dropped()
    {
        var overrun = Table(("TcpExt.PruneCalled", 12), ("TcpExt.TCPRcvCollapsed", 80)).Overrun!;
        Assert.DoesNotContain("were dropped", overrun.Summary, StringComparison.Ordinal);
        Assert.Equal(2, overrun.Rows.Count);
        Assert.DoesNotContain("sent again", overrun.Summary, StringComparison.Ordinal);
        Assert.Contains("only 0.02 % was sent again", Table(("TcpExt.PruneCalled", 12), ("Tcp.OutSegs", 10_000), ("Tcp.RetransSegs", 2)).Overrun!.Summary, StringComparison.Ordinal);
        Assert.Null(Table(("TcpExt.PruneCalled", 0), ("Tcp.RetransSegs", 80)).Overrun);
        Assert.Null(Table(("TcpExt.PruneCalled", 0), ("TcpExt.BeyondWindow", 8)).Overrun);
    }

    [Fact]
    public void Counters_of_ipv6_have_the_meaning_of_their_twins_and_their_own_base()
    {
        var row = Row(Table(("Ip6.ReasmReqds", 1000), ("Ip6.ReasmFails", 50), ("Ip.ReasmReqds", 7)), "Ip6.ReasmFails");
        Assert.Equal((CounterHealth.Bad, "Ip6.ReasmReqds"), (row.Health, row.RatioOf));
    }

    [Fact]
    public void A_counter_that_nobody_knows_is_shown_and_not_judged() =>
        Assert.Equal(CounterHealth.Unknown, Row(Table(("TcpExt.TCPOfTomorrow", 7)), "TcpExt.TCPOfTomorrow").Health);

    [Fact]
    public void Layers_stand_side_by_side_and_only_differences_that_matter_are_reasoned()
    {
        var (node, other) = (new VantagePoint("node-a"), new VantagePoint("vm"));
        var table = LayerTable.Of(new FactSet(
        [
            Setting(Pod, "net.ipv4.tcp_congestion_control", "cubic"), Setting(node, "net.ipv4.tcp_congestion_control", "htcp"), Setting(Pod, "net.ipv4.tcp_sack", "1"), Setting(node, "net.ipv4.tcp_sack", "1"),
            Setting(other, "net.ipv4.tcp_congestion_control", "dctcp"), Setting(other, "vm.swappiness", "60"),
            Device(Pod, "eth0", 1500, "noqueue"), Device(node, "eth0", 1500, "mq"), Device(node, "cali1", 1500, "noqueue"), Device(node, "lo", 65_536, "noqueue"),
        ]))!;
        Assert.Equal(["node-a", "pod-x", "vm"], table.Layers.Select(l => l.Node));
        Assert.Equal(("net.ipv4.tcp_congestion_control", true), (table.Rows[0].Name, table.Rows[0].Matters));
        Assert.Equal(["queueing discipline", "net.ipv4.tcp_sack", "MTU"], table.Rows.Skip(1).Select(r => r.Name));
        Assert.Equal(["htcp", "cubic", "dctcp"], table.Rows[0].Values);
        Assert.Equal(["1", "1", null], table.Rows.Single(r => r.Name == "net.ipv4.tcp_sack").Values);

        // A pod's device has no queue of its own, so there is nothing to compare the node's with; loopback is on no path.
        Assert.Equal((true, false), (table.Rows.Single(r => r.Name == "queueing discipline").Differs, table.Rows.Single(r => r.Name == "queueing discipline").Matters));
        Assert.Equal(["1500", "1500", null], table.Rows.Single(r => r.Name == "MTU").Values);
        Assert.Null(LayerTable.Of(new FactSet([Setting(Pod, "net.ipv4.tcp_sack", "1")])));
    }

    private static CounterTable Table(params IEnumerable<(string Name, long Value)> counters) => Assert.Single(CounterTable.Of(new FactSet(counters.Select(c => Counter(c.Name, c.Value)))));

    private static CounterRow Row(CounterTable table, string name) => Assert.Single(table.Rows, r => r.Name == name);

    private static Counter Counter(string name, long value) => new(Pod, new Provenance("netstat-s.txt", 1), name, value);

    private static CounterDelta Delta(string name, long delta) => new(Pod, new Provenance("netstat-s.txt", 1), name, null, null, delta, null);

    private static Sysctl Setting(VantagePoint at, string key, string value) => new(at, new Provenance("sysctl.txt", 1), key, value);

    private static NetworkInterface Device(VantagePoint at, string name, int mtu, string qdisc) =>
        new(at with { Interface = name }, new Provenance("ip-link.txt", 1), null, mtu, null, true, true, null, null, null, null, null, null, qdisc);
}

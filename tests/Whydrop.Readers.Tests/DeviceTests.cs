using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class DeviceTests
{
    [Fact]
    public void Statistics_of_a_driver_are_counters_of_the_device_that_the_command_names()
    {
        var reading = Reading.Of("$ ethtool -S ens5\n" + DeviceSamples.Statistics).WithoutGaps();
        Assert.Equal((401, 12, 7, 3), (
            reading.Value("Ethtool.rx_missed_errors", "ens5"), reading.Value("Ethtool.port.rx_dropped", "ens5"), reading.Value("Ethtool.[0]: rx_ucast_packets", "ens5"), reading.Value("Ethtool.bw_in_allowance_exceeded", "ens5")));
        Assert.Null(Reading.Of(DeviceSamples.Statistics).All<Counter>()[0].At.Interface);
        Assert.Equal("eth7", Reading.Of("# ethtool -S eth7\n" + DeviceSamples.Statistics).All<Counter>()[0].At.Interface);
    }

    [Theory]
    [InlineData(DeviceSamples.Features, "features", "tcp-segmentation-offload", "on", "eth0")]
    [InlineData(DeviceSamples.Features, "features", "tx-checksum-ipv4", "off [fixed]", "eth0")]
    [InlineData(DeviceSamples.OldFeatures, "features", "tcp segmentation offload", "on", "eth0")]
    [InlineData(DeviceSamples.Ring, "ring", "RX", "256", "eth2")]
    [InlineData(DeviceSamples.Ring, "ring", "RX maximum", "4096", "eth2")]
    [InlineData(DeviceSamples.Ring, "ring", "TX", "512", "eth2")]
    [InlineData(DeviceSamples.Coalesce, "coalesce", "Adaptive TX", "on", "eth0")]
    [InlineData(DeviceSamples.Coalesce, "coalesce", "rx-usecs", "50", "eth0")]
    [InlineData(DeviceSamples.Driver, "driver", "driver", "ena", null)]
    [InlineData(DeviceSamples.Driver, "driver", "bus-info", "0000:00:05.0", null)]
    [InlineData(DeviceSamples.Settings, "link", "Duplex", "Half", "eth1")]
    [InlineData(DeviceSamples.Settings, "link", "Link detected", "yes", "eth1")]
    public void Settings_are_kept_as_printed(string text, string group, string key, string value, string? device)
    {
        var setting = Assert.Single(Reading.Of(text).WithoutGaps().All<DeviceSetting>(), s => s.Key == key);
        Assert.Equal((group, value, device), (setting.Group, setting.Value, setting.At.Interface));
    }

    [Fact]
    public void All_outputs_in_one_text_stay_apart()
    {
        var reading = Reading.Of("Settings for eth1:\n\tSpeed: 1000Mb/s\n" + DeviceSamples.Ring + DeviceSamples.Features + "$ ethtool -i eth3\n" + DeviceSamples.Driver + "$ ethtool -S eth4\n" + DeviceSamples.Statistics).WithoutGaps();
        Assert.Equal(["eth1", "eth2", "eth0", "eth3"], reading.All<DeviceSetting>().Select(s => s.At.Interface!).Distinct());
        Assert.Equal("eth4", reading.All<Counter>()[0].At.Interface);
    }

    [Theory]
    [InlineData("no stats available\n")]
    [InlineData("netlink error: Operation not supported\n")]
    [InlineData("Cannot get device ring settings: Operation not supported\nRing parameters for lo:\n")]
    [InlineData("Settings for dummy2:\nNo data available\n")]
    public void A_refusal_is_known_and_says_nothing(string text)
    {
        var reading = Reading.Of(text).WithoutGaps();
        Assert.Empty(reading.Result.Facts);
        Assert.True(reading.Result.Recognised);
    }

    [Fact]
    public void Disciplines_have_rates_bursts_limits_and_backlogs()
    {
        var reading = Reading.Of(DeviceSamples.Disciplines).WithoutGaps();
        var all = reading.All<QueueDiscipline>();
        Assert.Equal([("tbf", "8003:", "root"), ("ingress", "ffff:", "ffff:fff1"), ("htb", "1:", "root"), ("netem", "10:", "1:10"), ("bfifo", "20:", "1:20")], all.Select(d => (d.Kind, d.Handle, d.Parent)));
        Assert.Equal((100_000_000L, 10_240L, 51_240L, 3028L, "eth0"), (all[0].Rate, all[0].Burst, all[0].LimitBytes, all[0].Backlog, all[0].At.Interface));
        Assert.Equal((1000L, null, 15_360L), (all[3].LimitPackets, all[3].LimitBytes, all[3].Backlog));
        Assert.Equal((15_360L, null), (all[4].LimitBytes, all[4].LimitPackets));
        Assert.Equal(2, reading.Value("Qdisc.Dropped", "eth0"));
        Assert.Equal((10240L, 1), (Reading.Of(Samples.TcQdisc).All<QueueDiscipline>()[2].LimitPackets, Reading.Of(Samples.TcQdisc).All<QueueDiscipline>().Count(d => d.Kind == "noqueue")));
    }

    [Fact]
    public void The_json_of_disciplines_says_the_same()
    {
        const string Json = """
            [{"kind":"tbf","handle":"8003:","dev":"eth0","root":true,"refcnt":3,"options":{"rate":12500000,"burst":10240,"lat":3280},"bytes":0,"packets":0,"drops":2,"overlimits":0,"requeues":0,"backlog":3028,"qlen":2},{"kind":"netem","handle":"10:","dev":"eth1","parent":"1:10","options":{"limit":1000},"bytes":0,"packets":0,"drops":0,"overlimits":0,"requeues":0,"backlog":0,"qlen":0}]
            """;
        var all = Reading.Of(Json).WithoutGaps().All<QueueDiscipline>();
        Assert.Equal((100_000_000L, 10_240L, 51_240L, 3028L), (all[0].Rate, all[0].Burst, all[0].LimitBytes, all[0].Backlog));
        Assert.Equal(("1:10", 1000L), (all[1].Parent, all[1].LimitPackets));
    }

    [Fact]
    public void Classes_count_each_under_its_own_name()
    {
        var reading = Reading.Of("$ tc -s -d class show dev eth1\n" + DeviceSamples.Classes).WithoutGaps();
        Assert.Equal((9, 4, 6), (reading.Value("Class.1:10.SentPackets", "eth1"), reading.Value("Class.1:10.Dropped", "eth1"), reading.Value("Class.1:10.Overlimits", "eth1")));
        var all = reading.All<QueueDiscipline>();
        Assert.Equal([("1:10", "1:1", 2_000_000L, 15_360L, 1024L), ("1:1", "root", 10_000_000L, 1600L, 0L)], all.Select(c => (c.Handle, c.Parent, c.Rate!.Value, c.Burst!.Value, c.Backlog!.Value)));
        Assert.Null(Reading.Of(DeviceSamples.Classes).All<QueueDiscipline>()[0].At.Interface);
    }

    [Fact]
    public void Filters_tell_what_actions_and_policers_dropped()
    {
        var reading = Reading.Of("$ tc -s filter show dev eth1 ingress\n" + DeviceSamples.Filters).WithoutGaps();
        Assert.Equal((3, 5), (reading.Value("Filter.Ingress.PoliceDropped", "eth1"), reading.Value("Filter.Ingress.ActionDropped", "eth1")));
        var policer = Assert.Single(reading.All<QueueDiscipline>());
        Assert.Equal(("police", "pref 49152", "ingress", 1_000_000L, 10_240L), (policer.Kind, policer.Handle, policer.Parent, policer.Rate, policer.Burst));
        Assert.True(Reading.Of(DeviceSamples.Filters.Replace("parent ffff: ", "dev eth9 parent ffff:fff3 ", StringComparison.Ordinal)).Has("Filter.Egress.ActionDropped", "eth9"));
        Assert.True(Reading.Of(DeviceSamples.Filters.Replace("parent ffff: ", "", StringComparison.Ordinal)).Has("Filter.ActionDropped"));
    }

    [Theory]
    [InlineData("100Mbit", 100_000_000)]
    [InlineData("1500bit", 1500)]
    [InlineData("1.5Gbit", 1_500_000_000)]
    [InlineData("12Kbps", 96_000)]
    [InlineData("1Mibit", 1_048_576)]
    public void Rates(string rate, long bits) =>
        Assert.Equal(bits, Assert.Single(Reading.Of($"qdisc tbf 1: dev e root refcnt 2 rate {rate} burst 4Kb lat 50ms \n Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) \n").All<QueueDiscipline>()).Rate);
}

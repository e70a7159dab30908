using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class WindowsTests
{
    [Fact]
    public void Counters_of_windows_are_those_of_the_kernel_where_they_mean_the_same()
    {
        var reading = Reading.Of(WindowsSamples.Statistics.ReplaceLineEndings("\r\n")).WithoutGaps();
        Assert.Equal((480001, 400002, 57, 6043, 31), (reading.Value("Tcp.InSegs"), reading.Value("Tcp.OutSegs"), reading.Value("Tcp.RetransSegs"), reading.Value("Tcp.ActiveOpens"), reading.Value("Tcp.AttemptFails")));
        Assert.Equal((6, 1005), (reading.Value("Tcp6.RetransSegs"), reading.Value("Tcp6.OutSegs")));
        Assert.Equal((500123, 12, 3, 5), (reading.Value("Ip.InReceives"), reading.Value("Ip.InDiscards"), reading.Value("Ip.OutDiscards"), reading.Value("Ip.FragFails")));
        Assert.Equal((33, 44, 9, 0), (reading.Value("Icmp.InDestUnreachs"), reading.Value("Icmp.OutDestUnreachs"), reading.Value("Icmp.OutEchoReps"), reading.Value("Icmp.OutEchos")));
        Assert.Equal((17, 2), (reading.Value("Udp.NoPorts"), reading.Value("Udp.InErrors")));
        Assert.False(reading.Section("Tcp").OmitsZeros);
    }

    [Fact]
    public void Only_the_template_in_use_stands_under_the_kernels_names()
    {
        var settings = Reading.Of(WindowsSamples.TcpSettings).WithoutGaps().All<Sysctl>();
        string Value(string key) => Assert.Single(settings, s => s.Key == key).Value;
        Assert.Equal(("cubic", "0", "0", "1", "4"), (Value("net.ipv4.tcp_congestion_control"), Value("net.ipv4.tcp_timestamps"), Value("net.ipv4.tcp_ecn"), Value("net.ipv4.tcp_moderate_rcvbuf"), Value("net.ipv4.tcp_syn_retries")));
        Assert.Equal("49152 65535", Value("net.ipv4.ip_local_port_range"));
        Assert.Equal(("DCTCP", "CUBIC"), (Value("windows.tcp.Datacenter.CongestionProvider"), Value("windows.tcp.Internet.CongestionProvider")));
    }

    [Fact]
    public void The_templates_of_2012_are_read_and_one_without_values_says_nothing()
    {
        var settings = Reading.Of(WindowsSamples.TcpSettings2012).WithoutGaps().All<Sysctl>();
        string Value(string key) => Assert.Single(settings, s => s.Key == key).Value;
        Assert.Equal(("ctcp", "1", "1", "10000 10999"), (Value("net.ipv4.tcp_congestion_control"), Value("net.ipv4.tcp_timestamps"), Value("net.ipv4.tcp_ecn"), Value("net.ipv4.ip_local_port_range")));
        Assert.Equal(("DCTCP", "CTCP", "4"), (Value("windows.tcp.Custom.CongestionProvider"), Value("windows.tcp.Internet.CongestionProvider"), Value("windows.tcp.Internet.InitialCongestionWindow(MSS)")));
        Assert.DoesNotContain(settings, s => s.Value.Length == 0 || s.Key.Contains("Automatic", StringComparison.Ordinal));
    }

    [Fact]
    public void A_value_without_a_twin_is_kept_under_its_own_name_only()
    {
        var now = Reading.Of(WindowsSamples.TcpGlobal).WithoutGaps().All<Sysctl>();
        Assert.Equal("default", Assert.Single(now, s => s.Key == "windows.tcp.global.Add-On Congestion Control Provider").Value);
        Assert.DoesNotContain(now, s => s.Key is "net.ipv4.tcp_congestion_control" or "net.ipv4.tcp_timestamps");
        var old = Reading.Of(WindowsSamples.TcpGlobal2012).WithoutGaps().All<Sysctl>();
        Assert.Equal(("ctcp", "1", "0"), (old.Single(s => s.Key == "net.ipv4.tcp_congestion_control").Value, old.Single(s => s.Key == "net.ipv4.tcp_timestamps").Value, old.Single(s => s.Key == "net.ipv4.tcp_moderate_rcvbuf").Value));
    }

    [Theory]
    [InlineData("\nIPv4-Statistik\n\n  Empfangene Pakete                    = 500123\n\nTCP-Statistik für IPv4\n\n  Aktiv geöffnet                       = 6043\n  Erneut übertragene Segmente          = 57\n")]
    [InlineData("\nStatistiques TCP pour IPv4\n\n  Ouvertures actives                      = 6043\n  Segments retransmis                     = 57\n")]
    public void Another_language_is_said_to_be_unrecognised(string text)
    {
        var reading = Reading.Of(text);
        Assert.Empty(reading.All<Counter>());
        Assert.Equal(GapKind.Unrecognised, Assert.Single(reading.Gaps).Kind);
    }

    [Fact]
    public void A_line_that_is_not_known_is_a_gap_and_the_rest_is_read()
    {
        var reading = Reading.Of("TCP Statistics for IPv4\n\n  Active Opens                        = 6\n  Segments Teleported                 = 1\n  Segments Sent                       = x\n");
        Assert.Equal(6, reading.Value("Tcp.ActiveOpens"));
        Assert.Equal(2, reading.Gaps.Count(g => g.Kind == GapKind.Unsupported));
    }
}

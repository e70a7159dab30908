using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Counters;

namespace Whydrop.Readers.Tests;

public sealed class CounterTests
{
    public static TheoryData<string, string, string> Sentences()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var sentence in CounterSentences.All)
        {
            data.Add(sentence.Group, sentence.Name, sentence.Text);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sentences))]
    public void A_sentence_below_its_heading_is_its_counter(string group, string name, string text)
    {
        foreach (var spelling in new[] { text, text + "." })
        {
            if (spelling != text && text.Contains(": N", StringComparison.Ordinal))
            {
                continue;
            }

            var line = System.Text.RegularExpressions.Regex.Replace(spelling, @"(?<![A-Za-z])N(?![A-Za-z])", "4711");
            var histogram = name.StartsWith("Out", StringComparison.Ordinal) ? "    ICMP output histogram:\n" : "    ICMP input histogram:\n";
            var heading = text.EndsWith(": N", StringComparison.Ordinal) ? histogram : "";
            var reading = Reading.Of($"{group}:\n{heading}    {line}\n");
            var counter = Assert.Single(reading.All<Counter>());
            Assert.Equal(($"{group}.{name}", 4711L), (counter.Name, counter.Value));
            Assert.DoesNotContain(reading.Gaps, g => g.Kind == GapKind.Unsupported);
        }
    }

    [Theory]
    [MemberData(nameof(Sentences))]
    public void The_raw_form_below_a_heading_is_its_counter(string group, string name, string text)
    {
        Assert.NotEmpty(text);
        var reading = Reading.Of($"{group}:\n    {name}: 4711\n");
        var counter = Assert.Single(reading.All<Counter>());
        Assert.Equal(($"{group}.{name}", 4711L), (counter.Name, counter.Value));
    }

    [Fact]
    public void No_sentence_means_two_counters_of_its_group()
    {
        var meanings = CounterSentences.All.GroupBy(s => (s.Group, Histogram: s.InHistogram ? s.Name[..2] : "", Key: CounterSentenceIndex.Key(s.Text, out _)));
        Assert.All(meanings, m => Assert.Single(m.Select(s => s.Name).Distinct()));
        Assert.All(CounterSentences.All, s => Assert.Contains('N', s.Text));
    }

    [Theory]
    [InlineData("    1 packet pruned from receive queue because of socket buffer overrun", "PruneCalled")]
    [InlineData("    1 packet pruned from receive queue", "RcvPruned")]
    [InlineData("    1 packet dropped from out-of-order queue because of socket buffer overrun", "OfoPruned")]
    [InlineData("\t1 packets collapsed in receive queue due to low socket buffer", "TCPRcvCollapsed")]
    [InlineData("    1 SYNs to LISTEN sockets ignored", "ListenDrops")]
    [InlineData("    1 time the listen queue of a socket overflowed", "ListenOverflows")]
    [InlineData("    Detected reordering 1 times using reno fast retransmit", "TCPRenoReorder")]
    [InlineData("    TCP ran low on memory 1 times", "TCPMemoryPressures")]
    [InlineData("    TCPNotYetInvented: 1", "TCPNotYetInvented")]
    [InlineData("    1 delayed acks sent", "DelayedACKs")]
    [InlineData("    1 delayed acks further delayed because of locked socket", "DelayedACKLocked")]
    public void Prefixes_plurals_and_new_names(string line, string name) => Assert.Equal(1, Reading.Of($"TcpExt:\n{line}\n").Value($"TcpExt.{name}"));

    [Fact]
    public void Histograms_share_words()
    {
        var reading = Reading.Of(Samples.NetstatStatistics).WithoutGaps();
        Assert.Equal((1454, 1430, 5, 6), (reading.Value("Icmp.InDestUnreachs"), reading.Value("Icmp.OutDestUnreachs"), reading.Value("Icmp.InEchos"), reading.Value("Icmp.OutEchos")));
        Assert.Equal((1430, 1454), (reading.Value("Icmp.OutMsgs"), reading.Value("IcmpMsg.InType3")));
        Assert.Equal((12, 4, 4, 214, 136, 9), (
            reading.Value("TcpExt.PruneCalled"), reading.Value("TcpExt.RcvPruned"), reading.Value("TcpExt.DelayedACKLost"), reading.Value("TcpExt.TCPTimeouts"),
            reading.Value("Tcp.RetransSegs"), reading.Value("Ip.FragFails")));
        Assert.Equal((1, 278), (reading.Value("Ip.Forwarding"), reading.Value("Udp.IgnoredMulti")));
    }

    [Fact]
    public void Sentences_of_net_tools_1_60()
    {
        var reading = Reading.Of(Samples.NetstatStatistics160).WithoutGaps();
        Assert.Equal((4, 428, 2890303, 1648, 0, 107, 54, 339500, 999263, 3), (
            reading.Value("Ip.FragOKs"), reading.Value("Tcp.RetransSegs"), reading.Value("Tcp.OutSegs"), reading.Value("Tcp.ActiveOpens"), reading.Value("Tcp.InErrs"),
            reading.Value("Udp.NoPorts"), reading.Value("TcpExt.TCPTimeouts"), reading.Value("TcpExt.TCPHPHitsToUser"), reading.Value("TcpExt.TCPPrequeued"), reading.Value("Icmp.OutEchos")));
    }

    [Theory]
    [InlineData("Forwarding is enabled", 1)]
    [InlineData("Forwarding is disabled", 2)]
    [InlineData("Forwarding: 2", 2)]
    public void Forwarding(string line, long value) => Assert.Equal(value, Reading.Of($"Ip:\n    {line}\n").Value("Ip.Forwarding"));

    [Fact]
    public void Ipv6_names_carry_their_group()
    {
        var reading = Reading.Of("Ip6:\n    7 total packets received\n    3 with packets too big\n    Ip6InOctets: 128\nIcmp6:\n    1 ICMP messages received\n    ICMP input histogram:\n        packets too big: 2\n        ICMP output histogram:\n        packets too big: 4\n        Icmp6OutType135: 9\nUdp6:\n    5 packets received\n");
        Assert.Equal((3, 128, 2, 4, 9, 5), (
            reading.Value("Ip6.InTooBigErrors"), reading.Value("Ip6.InOctets"), reading.Value("Icmp6.InPktTooBigs"), reading.Value("Icmp6.OutPktTooBigs"),
            reading.Value("Icmp6.OutType135"), reading.Value("Udp6.InDatagrams")));
    }

    [Fact]
    public void An_absent_counter_is_zero_only_in_a_whole_group()
    {
        var whole = Reading.Of(Samples.NetstatStatistics);
        Assert.All(["Ip", "Icmp", "IcmpMsg", "Tcp", "Udp", "UdpLite", "TcpExt", "IpExt", "MPTcpExt"], g => Assert.True(whole.Section(g).OmitsZeros, g));

        // Cut within TcpExt: what follows is not known to be zero.
        var cut = Reading.Of(Samples.NetstatStatistics[..Samples.NetstatStatistics.IndexOf("    TCPTimeouts", StringComparison.Ordinal)]);
        Assert.True(cut.Section("Tcp").OmitsZeros);
        Assert.False(cut.Section("TcpExt").OmitsZeros);
        Assert.Equal(GapKind.Truncated, Assert.Single(cut.Gaps).Kind);

        // Picked out with grep: headings stand, but lines that are always printed are missing.
        var picked = Reading.Of("Tcp:\n    136 segments retransmitted\nTcpExt:\n    12 packets pruned from receive queue because of socket buffer overrun\nIpExt:\n");
        Assert.All(["Tcp", "TcpExt", "IpExt"], g => Assert.False(picked.Section(g).OmitsZeros, g));

        // A line that is not understood may be any counter.
        var foreign = Reading.Of(Samples.NetstatStatistics.Replace("TCPTimeouts: 214", "214 Zeitüberschreitungen", StringComparison.Ordinal));
        Assert.False(foreign.Section("TcpExt").OmitsZeros);
        Assert.Equal((GapKind.Unsupported, 37L), (Assert.Single(foreign.Gaps).Kind, foreign.Gaps[0].From.Line!.Value));
    }

    [Theory]
    [MemberData(nameof(RecognitionTests.AllSamples), MemberType = typeof(RecognitionTests))]
    public void A_group_is_announced_before_its_counters(string id, string shape, string text)
    {
        Assert.NotEmpty(id + shape);
        var announced = new HashSet<(VantagePoint, string)>();
        foreach (var fact in Reading.Of(text).Result.Facts)
        {
            if (fact is CounterSection section)
            {
                announced.Add((section.At, section.Group));
            }
            else if (fact is Counter counter)
            {
                Assert.Contains((counter.At, counter.Name[..counter.Name.IndexOf('.', StringComparison.Ordinal)]), announced);
            }
        }
    }

    [Fact]
    public void Lines_without_heading_are_read_when_their_words_are_unique()
    {
        var reading = Reading.Of("$ netstat -s | grep -iE 'prune|retrans|forwarded'\n    12 packets pruned from receive queue because of socket buffer overrun\n    136 segments retransmitted\n    7 forwarded\n");
        Assert.Equal((12, 136), (reading.Value("TcpExt.PruneCalled"), reading.Value("Tcp.RetransSegs")));
        Assert.Empty(reading.All<CounterSection>());
        Assert.Equal(2, reading.All<Counter>().Count);
        Assert.Equal(4, Assert.Single(reading.Gaps).From.Line);
    }

    [Fact]
    public void A_missing_source_is_a_gap()
    {
        var reading = Reading.Of("error parsing /proc/net/netstat: No such file or directory\nIp:\n    6440 total packets received\nIcmp:\n    1 ICMP messages received\nTcp:\n    5 segments received\n");
        Assert.Equal(GapKind.Unreadable, Assert.Single(reading.Gaps, g => g.From.Line == 1).Kind);
        Assert.DoesNotContain(reading.All<CounterSection>(), s => s.Group == "TcpExt");
    }

    [Fact]
    public void Proc_files_pair_names_and_values()
    {
        var reading = Reading.Of(Samples.ProcSnmp).WithoutGaps();
        Assert.Equal((7, 227, -1, 12, 3, 64), (
            reading.Value("Ip.FragFails"), reading.Value("Tcp.RetransSegs"), reading.Value("Tcp.MaxConn"), reading.Value("TcpExt.PruneCalled"), reading.Value("TcpExt.RcvPruned"), reading.Value("Ip.DefaultTTL")));
        Assert.All(reading.All<CounterSection>(), s => Assert.False(s.OmitsZeros));
        Assert.Equal(["Ip", "Tcp", "TcpExt"], reading.All<CounterSection>().Select(s => s.Group));
        Assert.Equal((3, 2), (Reading.Of(Samples.ProcSnmp6).WithoutGaps().Value("Ip6.InTooBigErrors"), Reading.Of(Samples.ProcSnmp6).Value("Icmp6.OutPktTooBigs")));
    }

    [Fact]
    public void Values_of_a_cut_line_are_not_shifted_and_the_last_is_not_trusted()
    {
        var reading = Reading.Of("Tcp: RtoAlgorithm RtoMin RtoMax MaxConn RetransSegs\nTcp: 1 200 12");
        Assert.Equal((1, 200), (reading.Value("Tcp.RtoAlgorithm"), reading.Value("Tcp.RtoMin")));
        Assert.False(reading.Has("Tcp.RtoMax"));
        Assert.Equal(GapKind.Truncated, Assert.Single(reading.Gaps).Kind);
        Assert.Equal(GapKind.Truncated, Assert.Single(Reading.Of("Tcp: RtoAlgorithm RtoMin\n").Gaps).Kind);
        var more = Reading.Of("Tcp: RtoAlgorithm\nTcp: 1 2\nUdp: InErrors\nUdp: 3\n");
        Assert.Equal("Udp.InErrors", Assert.Single(more.All<Counter>()).Name);
    }

    [Fact]
    public void A_value_beyond_the_range_is_kept_at_its_bound() =>
        Assert.Equal(long.MaxValue, Reading.Of("Ip: InReceives\nIp: 18446744073709551615\n").Value("Ip.InReceives"));

    [Fact]
    public void Counters_of_one_device_are_not_the_namespaces()
    {
        const string Text = "ifIndex                         \t2\nIp6InReceives                   \t7\n";
        var named = Reading.Of(Text, "node-a/proc/net/dev_snmp6/eth0").WithoutGaps();
        Assert.Equal(7, named.Value("Ip6.InReceives", "eth0"));
        var unnamed = Reading.Of(Text);
        Assert.Empty(unnamed.All<Counter>());
        Assert.Equal(GapKind.Unsupported, Assert.Single(unnamed.Gaps).Kind);
    }

    [Fact]
    public void Nstat_values_and_increments()
    {
        var values = Reading.Of(Samples.NstatValues).WithoutGaps();
        Assert.Equal((265936, 0, 17, 2, 101), (
            values.Value("Ip.InReceives"), values.Value("Ip.InHdrErrors"), values.Value("TcpExt.ListenDrops"), values.Value("Ip6.OutNoRoutes"), values.Value("IcmpMsg.InType3")));
        Assert.False(values.Section("TcpExt").OmitsZeros);

        var increments = Reading.Of("$ nstat\n" + Samples.NstatIncrements).WithoutGaps();
        Assert.Empty(increments.All<Counter>());
        Assert.Empty(increments.All<CounterSection>());
        Assert.Equal([("Tcp.RetransSegs", 5L, null, null), ("TcpExt.TCPTimeouts", 2L, (long?)null, (long?)null)], increments.All<CounterDelta>().Select(d => (d.Name, d.Delta, d.Before, d.After)));
    }

    /// <summary>misc/nstat.c prints "#kernel" above both, and leaves zeros out of both without -z.</summary>
    [Fact]
    public void What_may_be_either_claims_no_growth()
    {
        var either = Reading.Of(Samples.NstatIncrements);
        Assert.Empty(either.All<CounterDelta>());
        Assert.Equal(5, either.Value("Tcp.RetransSegs"));
        Assert.False(either.Section("TcpExt").OmitsZeros); // with a pattern only what fits it is printed: nothing is known of the rest
        Assert.Equal((GapKind.Unsupported, true), (Assert.Single(either.Gaps).Kind, either.Gaps[0].Minor));
    }

    [Theory]
    [InlineData("$ nstat -a\n", true)]
    [InlineData("$ nstat -a TcpExtTCP* TcpRetransSegs\n", false)]
    public void Only_a_list_of_all_counters_says_that_an_absent_one_is_zero(string before, bool omitsZeros) =>
        Assert.Equal(omitsZeros, Reading.Of(before + Samples.NstatIncrements).Section("TcpExt").OmitsZeros);

    [Fact]
    public void A_counter_that_ran_over_is_an_increment()
    {
        var increments = Reading.Of(Samples.NstatOverflow).WithoutGaps();
        Assert.Equal([("Tcp.RetransSegs", 5L), ("Ip.InReceives", 7L)], increments.All<CounterDelta>().Select(d => (d.Name, d.Delta)));
    }

    [Theory]
    [InlineData("$ nstat -a\n", true)]
    [InlineData("$ nstat -as\n", true)]
    [InlineData("$ nstat --ignore\n", true)]
    [InlineData("$ nstat\n", false)]
    [InlineData("$ nstat -s\n", false)]
    [InlineData("nstat: history is stale, ignoring it.\n", true)]
    public void The_command_decides_when_it_is_shown(string before, bool areValues)
    {
        var reading = Reading.Of(before + Samples.NstatIncrements);
        Assert.Equal(areValues, reading.All<Counter>().Count == 2);
        Assert.Equal(!areValues, reading.All<CounterDelta>().Count == 2);
    }

    [Fact]
    public void Nstat_json()
    {
        var reading = Reading.Of(Samples.NstatJson).WithoutGaps();
        Assert.Equal((2992, 0, 2), (reading.Value("Ip.InReceives"), reading.Value("Ip.FragFails"), reading.Value("TcpExt.TCPTimeouts")));
        Assert.Equal(2, Reading.Of("{\"kernel\":{\"IpInReceives\":2}}").Value("Ip.InReceives"));
    }

    [Fact]
    public void Settings()
    {
        var reading = Reading.Of(Samples.Sysctl);
        Assert.Equal(
            [("net.ipv4.tcp_mtu_probing", "1"), ("net.ipv4.tcp_rmem", "4096 131072 6291456"), ("net.ipv4.conf.eth0/100.rp_filter", "2"), ("kernel.core_pattern", "|/usr/bin/x %p = y")],
            reading.All<Sysctl>().Select(s => (s.Key, s.Value)));
        Assert.Equal((GapKind.Unreadable, 4L), (Assert.Single(reading.Gaps).Kind, reading.Gaps[0].From.Line!.Value));
        Assert.Equal([("net.ipv4.tcp_mtu_probing", "0"), ("net.core.rmem_max", "212992")], Reading.Of(Samples.SysctlGrep).WithoutGaps().All<Sysctl>().Select(s => (s.Key, s.Value)));
    }

    [Theory]
    [InlineData("node-a/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n", "net.ipv4.tcp_rmem", "4096 131072 6291456")]
    [InlineData("proc/sys/net/ipv4/conf/eth0.100/rp_filter", "1\n", "net.ipv4.conf.eth0/100.rp_filter", "1")]
    [InlineData("sos/proc/sys/kernel/random/boot_id", "0b5a-11\n", "kernel.random.boot_id", "0b5a-11")]
    public void A_file_of_proc_sys_is_known_by_its_path(string path, string text, string key, string value)
    {
        var setting = Assert.Single(Reading.Of(text, path).WithoutGaps().All<Sysctl>());
        Assert.Equal((key, value), (setting.Key, setting.Value));
    }

    [Theory]
    [InlineData("net.ipv4.ip_forward = 1\n; reverse path\nnet.ipv4.conf.all.rp_filter = 0\n")]
    [InlineData("# Kernel settings\nnet.ipv4.ip_forward=1\n")]
    [InlineData("  net.ipv4.ip_forward = 1\n  kernel.panic = 10\n")]
    public void A_configuration_file_is_not_what_the_kernel_has(string text)
    {
        var reading = Reading.Of(text);
        Assert.Empty(reading.Result.Facts);
        Assert.Equal(GapKind.Unsupported, Assert.Single(reading.Gaps).Kind);
    }

    [Theory]
    [InlineData(Samples.TcQdisc)]
    [InlineData(Samples.TcQdiscJson)]
    public void A_queueing_discipline_is_counted_at_the_root_only(string text)
    {
        var reading = Reading.Of(text).WithoutGaps();
        string[] names = ["SentBytes", "SentPackets", "Dropped", "Overlimits", "Requeues"];
        Assert.Equal([1000L, 100, 7, 3, 2], names.Select(n => reading.Value($"Qdisc.{n}", "eth0")));
    }

    [Fact]
    public void A_queueing_discipline_without_its_device_takes_it_from_the_command()
    {
        const string Text = "qdisc pfifo_fast 0: root refcnt 2 bands 3\n Sent 10 bytes 2 pkt (dropped 4, overlimits 0 requeues 0) \n backlog 0b 0p requeues 0\n";
        Assert.Equal(4, Reading.Of("$ tc -s qdisc show dev eth1\n" + Text).WithoutGaps().Value("Qdisc.Dropped", "eth1"));
        var unnamed = Reading.Of(Text);
        Assert.Empty(unnamed.All<Counter>());
        Assert.Equal(GapKind.Unsupported, Assert.Single(unnamed.Gaps).Kind);
    }

    [Fact]
    public void Tcpdump_reports()
    {
        var report = Assert.Single(Reading.Of(Samples.Tcpdump).WithoutGaps().All<TcpdumpReport>());
        Assert.Equal(("eth0", "EN10MB", 262144, 12L, 24L, 3L, (long?)null), (report.At.Interface, report.LinkType, report.SnapshotLength, report.Captured, report.ReceivedByFilter, report.DroppedByKernel, report.DroppedByInterface));
        var old = Assert.Single(Reading.Of(Samples.Tcpdump4).WithoutGaps().All<TcpdumpReport>());
        Assert.Equal(("any", "LINUX_SLL", 96, 1L, 1L, 0L, 2L), (old.At.Interface, old.LinkType, old.SnapshotLength, old.Captured, old.ReceivedByFilter, old.DroppedByKernel, old.DroppedByInterface));
        var tail = Assert.Single(Reading.Of("12 packets captured\n24 packets received by filter\n0 packets dropped by kernel\n").WithoutGaps().All<TcpdumpReport>());
        Assert.Equal((null, null, 0L), (tail.At.Interface, tail.LinkType, tail.DroppedByKernel));
    }

    [Fact]
    public void Packets_printed_as_text_are_a_gap()
    {
        var reading = Reading.Of("listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n10:00:00.1 IP 10.0.0.1.80 > 10.0.0.2.99: Flags [S], seq 1, win 1, length 0\n10:00:00.2 IP 10.0.0.2.99 > 10.0.0.1.80: Flags [S.], seq 1, win 1, length 0\n2 packets captured\n");
        Assert.Equal(2, Assert.Single(reading.All<TcpdumpReport>()).Captured);
        Assert.Contains("2 lines", Assert.Single(reading.Gaps).Reason, StringComparison.Ordinal);
    }
}

using Whydrop.Evidence;
using Whydrop.Evidence.Cluster;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

/// <summary>Values checked by eye against the files.</summary>
public sealed class CorpusTests
{
    private const string Node = "canonical/hotsos/tests/unit/fake_data_root/kubernetes/";
    private const string Container = "canonical/hotsos/tests/unit/fake_data_root/vault/";
    private const string Jc = "kellyjonbrazil/jc/tests/fixtures/";
    private const string Insights = "RedHatInsights/insights-core/_extracted/";
    private const string Exporter = "prometheus/node_exporter/collector/fixtures/proc/net/";

    [CorpusFact]
    public void Every_dump_is_read()
    {
        var files = 0;
        foreach (var path in Directory.EnumerateFiles(Corpus.Dumps!, "*", SearchOption.AllDirectories))
        {
            var reading = Corpus.Read(Path.GetRelativePath(Corpus.Dumps!, path));
            Assert.True(reading.Result.Facts.Count + reading.Gaps.Count > 0 || reading.Result.Recognised, path);
            Assert.True(reading.Gaps.Count < 1000, path);
            files++;
        }

        Assert.InRange(files, 500, 100_000);
    }

    [CorpusFact]
    public void No_configuration_or_object_is_taken_for_a_known_tool()
    {
        string[] others = ["kubernetes/node-problem-detector", "replicatedhq", Insights + "nmcli", Insights + "ps"];
        foreach (var folder in others)
        {
            foreach (var path in Directory.EnumerateFiles(Path.Combine(Corpus.Dumps!, folder), "*", SearchOption.AllDirectories))
            {
                // What is an object of the cluster's API is read as one.
                var reading = Corpus.Read(Path.GetRelativePath(Corpus.Dumps!, path));
                Assert.True(reading.Result.Facts.All(f => f.GetType().Namespace == typeof(Pod).Namespace), path);
                if (!reading.Result.Recognised)
                {
                    Assert.Empty(reading.Result.Facts);
                    Assert.Equal(GapKind.Unrecognised, reading.Gaps[0].Kind);
                }
            }
        }
    }

    [CorpusFact]
    public void Sockets_of_several_distributions()
    {
        Assert.Equal(15, Corpus.Read(Insights + "netstat/Ss_TUPNA.txt").WithoutGaps().All<SocketState>().Count);
        Assert.Equal(6, Corpus.Read(Insights + "netstat/NETSTAT.txt").WithoutGaps().All<SocketState>().Count);
        var ss = Corpus.Read(Jc + "ubuntu-18.04/ss-sudo-tulpen.out").WithoutGaps().All<SocketState>();
        Assert.Equal("dnsmasq,pid=2783,fd=3", ss.Single(s => s.Local.ToString() == "0.0.0.0:67").Process);
        var tcp6 = Corpus.Read(Jc + "linux-proc/net_tcp6").WithoutGaps().All<SocketState>();
        Assert.Equal(("[2601:646:9e01:f100::3a4c]:59136", "TIME-WAIT"), (tcp6[1].Local.ToString(), tcp6[1].State));
        Assert.Equal(3 + 2 + 1 + 47, Corpus.Read(Exporter + "stat/nf_conntrack").WithoutGaps().Value("Conntrack.Invalid"));
    }

    [CorpusFact]
    public void Devices_of_a_kubernetes_node()
    {
        var reading = Corpus.Read(Node + "sos_commands/networking/ip_-s_-d_link").WithoutGaps();
        var flannel = reading.Link("flannel.1");
        Assert.Equal((3, 8908, "vxlan", "9a:e0:6b:c3:ce:e3"), (flannel.Index, flannel.Mtu, flannel.Kind, flannel.Mac));
        Assert.Equal(("10.6.3.201", "ens3", 1u, 8472), (flannel.Tunnel?.Local?.ToString(), flannel.Tunnel?.Underlay, flannel.Tunnel?.Identifier, flannel.Tunnel?.Port));
        Assert.Equal((13, 737, 93071, 190756), (reading.Value("Link.TxDropped", "flannel.1"), reading.Value("Link.TxPackets", "flannel.1"), reading.Value("Link.TxBytes", "flannel.1"), reading.Value("Link.RxBytes", "flannel.1")));
        Assert.Equal((8958, "fq_codel"), (reading.Link("ens3").Mtu, reading.Link("ens3").Qdisc));

        var addresses = Corpus.Read(Node + "sos_commands/networking/ip_-d_address").WithoutGaps();
        Assert.Equal(6, addresses.All<InterfaceAddress>().Count);
        Assert.Contains(addresses.All<InterfaceAddress>(), a => a.At.Interface == "ens3" && a.Address.ToString() == "10.6.3.201" && a.PrefixLength == 16);
        Assert.Equal(6, Corpus.Read(Node + "sos_commands/networking/ip_-o_addr").WithoutGaps().All<InterfaceAddress>().Count);

        var veth = Corpus.Read(Container + "sos_commands/networking/ip_-s_-d_link").WithoutGaps().Link("eth0");
        Assert.Equal((26, 27, "0", "veth"), (veth.Index, veth.PeerIndex, veth.PeerNetns, veth.Kind));
    }

    [CorpusFact]
    public void Routes_rules_and_neighbours_of_a_kubernetes_node()
    {
        var routes = Corpus.Read(Node + "sos_commands/networking/ip_route_show_table_all").WithoutGaps().All<Route>();
        Assert.Equal(21, routes.Count);
        Assert.Equal(("0.0.0.0/0", "10.6.0.1", 100), (routes[0].Destination.ToString(), routes[0].Via?.ToString(), routes[0].Metric));
        Assert.Equal(("10.1.7.0/24", "flannel.1"), (routes[1].Destination.ToString(), routes[1].At.Interface));
        Assert.Equal(13, routes.Count(r => r.Table == "local"));
        Assert.Equal(3, Corpus.Read(Node + "sos_commands/networking/ip_-4_rule").WithoutGaps().All<RoutingRule>().Count);
        var neighbours = Corpus.Read(Node + "sos_commands/networking/ip_-s_-s_neigh_show").WithoutGaps().All<Neighbour>();
        Assert.Equal((22, 2), (neighbours.Count, neighbours.Count(n => n.State == "PERMANENT")));
        Assert.Equal("92:22:3f:b6:02:6c", neighbours.Single(n => n.Address.ToString() == "10.1.12.0").Mac);
        Assert.Equal(GapKind.Unrecognised, Assert.Single(Corpus.Read(Node + "sos_commands/networking/ip_maddr_show").Gaps).Kind);
    }

    [CorpusFact]
    public void Counters_of_a_container()
    {
        var reading = Corpus.Read(Container + "sos_commands/networking/netstat_-s").WithoutGaps();
        Assert.Equal(66, reading.All<Counter>().Count);
        Assert.Equal((136, 214, 10, 11, 8, 278, 416784359), (
            reading.Value("Tcp.RetransSegs"), reading.Value("TcpExt.TCPTimeouts"), reading.Value("TcpExt.TCPLostRetransmit"), reading.Value("TcpExt.TCPSackRecovery"),
            reading.Value("TcpExt.TCPSACKReorder"), reading.Value("Udp.IgnoredMulti"), reading.Value("IpExt.OutOctets")));
        Assert.Equal((1454, 1430), (reading.Value("Icmp.InDestUnreachs"), reading.Value("Icmp.OutDestUnreachs")));
        Assert.All(reading.All<CounterSection>(), s => Assert.True(s.OmitsZeros, s.Group));

        // The same counters by nstat, taken seconds apart on the same machine.
        var nstat = Corpus.Read(Container + "sos_commands/networking/nstat_-zas").WithoutGaps();
        Assert.Equal(294, nstat.All<Counter>().Count);
        Assert.Equal(reading.Value("Icmp.InDestUnreachs"), nstat.Value("Icmp.InDestUnreachs"));
        Assert.Equal(3345722, nstat.Value("Ip.InReceives"));
        Assert.Equal(0, nstat.Value("Ip.FragFails"));
    }

    [CorpusFact]
    public void Sentences_of_an_older_release()
    {
        var reading = Corpus.Read(Insights + "netstat/NETSTAT_S.txt").WithoutGaps();
        Assert.Equal((428, 4, 8, 54, 1, 13, 9, 53, 72, 4, 1), (
            reading.Value("Tcp.RetransSegs"), reading.Value("Ip.FragOKs"), reading.Value("Ip.FragCreates"), reading.Value("TcpExt.TCPTimeouts"), reading.Value("TcpExt.TCPSackRecovery"),
            reading.Value("TcpExt.TCPDSACKRecv"), reading.Value("TcpExt.TCPDSACKOldSent"), reading.Value("TcpExt.TCPAbortOnTimeout"), reading.Value("TcpExt.TCPAbortOnData"),
            reading.Value("TcpExt.TCPAbortOnClose"), reading.Value("TcpExt.IPReversePathFilter")));
        Assert.Equal((4, 3), (reading.Value("Icmp.InEchos"), reading.Value("Icmp.OutEchos")));
        Assert.Equal(78, reading.All<Counter>().Count);
    }

    [CorpusFact]
    public void Proc_files()
    {
        var snmp = Corpus.Read(Exporter + "snmp").WithoutGaps();
        Assert.Equal((57740232, 397750, 227, 9, -1), (snmp.Value("Ip.InReceives"), snmp.Value("Ip.ForwDatagrams"), snmp.Value("Tcp.RetransSegs"), snmp.Value("Udp.RcvbufErrors"), snmp.Value("Tcp.MaxConn")));
        var netstat = Corpus.Read(Exporter + "netstat").WithoutGaps();
        Assert.Equal((2, 388812, 6286396970), (netstat.Value("TcpExt.SyncookiesFailed"), netstat.Value("TcpExt.TW"), netstat.Value("IpExt.InOctets")));
        var snmp6 = Corpus.Read(Exporter + "snmp6").WithoutGaps();
        Assert.Equal((5, 3003, 85), (snmp6.Value("Ip6.InNoRoutes"), snmp6.Value("Ip6.OutNoRoutes"), snmp6.All<Counter>().Count));
        Assert.Equal(7, Corpus.Read(Exporter + "arp").WithoutGaps().All<Neighbour>().Count);
        Assert.Equal(54271044841, Corpus.Read(Insights + "netstat/PROC_NETSTAT.txt").WithoutGaps().Value("TcpExt.TCPDirectCopyFromPrequeue"));
    }

    [CorpusFact]
    public void Queueing_disciplines()
    {
        var reading = Corpus.Read(Node + "sos_commands/networking/tc_-s_qdisc_show").WithoutGaps();
        Assert.Equal((30406877, 171821, 0), (reading.Value("Qdisc.SentBytes", "ens3"), reading.Value("Qdisc.SentPackets", "ens3"), reading.Value("Qdisc.Dropped", "ens3")));
    }

    [CorpusFact]
    public void Settings()
    {
        var all = Corpus.Read(Node + "sos_commands/kernel/sysctl_-a").WithoutGaps().All<Sysctl>();
        Assert.Equal(1120, all.Count);
        var single = Corpus.Read(Node + "proc/sys/net/ipv4/tcp_rmem").WithoutGaps().All<Sysctl>();
        Assert.Equal("net.ipv4.tcp_rmem", Assert.Single(single).Key);
        Assert.Equal(single[0].Value, all.Single(s => s.Key == "net.ipv4.tcp_rmem").Value);
        var refused = Corpus.Read(Container + "sos_commands/kernel/sysctl_-a");
        Assert.Equal((775, GapKind.Unreadable), (refused.All<Sysctl>().Count, Assert.Single(refused.Gaps).Kind));
    }

    [CorpusFact]
    public void Net_tools_of_several_distributions()
    {
        var ifconfig = Corpus.Read(Jc + "centos-7.7/ifconfig.out").WithoutGaps();
        Assert.Equal((1500, false, 65536), (ifconfig.Link("docker0").Mtu, ifconfig.Link("docker0").Carrier, ifconfig.Link("lo").Mtu));
        Assert.Equal((8061, 866622), (ifconfig.Value("Link.RxPackets", "ens33"), ifconfig.Value("Link.TxBytes", "ens33")));
        Assert.Equal(21, Corpus.Read(Jc + "centos-7.7/route-6-n.out").WithoutGaps().All<Route>().Count);
        Assert.Equal(3, Corpus.Read(Jc + "ubuntu-18.04/netstat-rnee.out").WithoutGaps().All<Route>().Count);
        Assert.Equal(3, Corpus.Read(Jc + "centos-7.7/route-vn.out").WithoutGaps().All<Route>().Count);
        Assert.Equal(3, Corpus.Read(Jc + "centos-7.7/arp-a.out").WithoutGaps().All<Neighbour>().Count);
        Assert.Equal(GapKind.Unrecognised, Corpus.Read(Jc + "aix-7.1/arp-a.out").Gaps[0].Kind);
        Assert.Equal(94, Corpus.Read(Jc + "ubuntu-18.04/netstat-i.out").WithoutGaps().Value("Link.RxPackets", "lo"));
    }

    [CorpusFact]
    public void Texts_with_oddities()
    {
        var virtualFunctions = Corpus.Read(Insights + "ip/IP_S_LINK_ALL_4.txt");
        Assert.Equal((67, 16), (virtualFunctions.Value("Link.RxDropped", "ens1f1"), Assert.Single(virtualFunctions.Gaps).From.Line));
        Assert.Equal("bond1", virtualFunctions.Link("ens1f0").Master);
        var routes = Corpus.Read(Insights + "ip/IP_ROUTE_SHOW_TABLE_ALL_TEST_2.txt").WithoutGaps().All<Route>();
        Assert.Equal((8, 12), (routes.Count(r => r.Cached), routes.Count(r => r.Mtu == 1492)));
        var cut = Corpus.Read(Insights + "ip/IP_ROUTE_SHOW_TABLE_ALL_TEST_BAD.txt");
        Assert.Equal(("ff02::/16", 2), (Assert.Single(cut.All<Route>()).Destination.ToString(), cut.Gaps.Count));
        Assert.Equal(8, Corpus.Read(Insights + "ip/IPV4_NEIGH_CONTEXT.txt").WithoutGaps().All<Neighbour>().Count);
        Assert.Equal((14, 2), (Corpus.Read(Insights + "ip/IP_NEIGH_SHOW.txt").All<Neighbour>().Count, Corpus.Read(Insights + "ip/IP_NEIGH_SHOW.txt").All<Neighbour>().Count(n => n.State == "INCOMPLETE")));
    }
}

using System.Net;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class LinkTests
{
    [Fact]
    public void Ipip_device_with_its_settings_and_counters()
    {
        var reading = Reading.Of(Samples.IpStatisticsLink5).WithoutGaps();
        var tunnel = reading.Link("tunl0");
        Assert.Equal((2, 1440, "ipip", true, true), (tunnel.Index, tunnel.Mtu, tunnel.Kind, tunnel.Up, tunnel.Carrier));
        Assert.Null(tunnel.Lower);
        Assert.Null(tunnel.Mac);
        Assert.Equal("noqueue", tunnel.Qdisc);
        Assert.Equal(new TunnelSettings(null, null, null, false, null, null, null), tunnel.Tunnel);
        Assert.Equal(new Provenance("node-a/dump.txt", 7), tunnel.From);
        string[] rx = ["RxBytes", "RxPackets", "RxErrors", "RxDropped", "RxOverruns", "RxMulticast"];
        string[] tx = ["TxBytes", "TxPackets", "TxErrors", "TxDropped", "TxCarrierErrors", "TxCollisions"];
        Assert.Equal([11L, 12, 13, 14, 15, 16], rx.Select(n => reading.Value($"Link.{n}", "tunl0")));
        Assert.Equal([21L, 22, 23, 24, 25, 26], tx.Select(n => reading.Value($"Link.{n}", "tunl0")));
        Assert.False(reading.Section("Link", "lo").OmitsZeros);
        Assert.Equal(11, reading.All<Counter>().First(c => c.At.Interface == "tunl0").From.Line);
    }

    [Fact]
    public void Error_tables_of_iproute2_6()
    {
        var reading = Reading.Of(Samples.IpStatisticsLink6).WithoutGaps();
        var expected = new (string Name, long Value)[]
        {
            ("RxBytes", 131930815), ("RxPackets", 2967), ("RxErrors", 1), ("RxDropped", 2), ("RxMissed", 3), ("RxMulticast", 4), ("RxLengthErrors", 5),
            ("RxCrcErrors", 6), ("RxFrameErrors", 7), ("RxFifoErrors", 8), ("RxOverruns", 9), ("TxBytes", 134816), ("TxPackets", 1735), ("TxErrors", 10),
            ("TxDropped", 11), ("TxCarrierErrors", 12), ("TxCollisions", 13), ("TxAbortedErrors", 14), ("TxFifoErrors", 15), ("TxWindowErrors", 16),
            ("TxHeartbeatErrors", 17), ("CarrierChanges", 18),
        };
        Assert.Equal(expected.Select(e => ($"Link.{e.Name}", e.Value)).Order(), reading.All<Counter>().Select(c => (c.Name, c.Value)).Order());
        Assert.Equal("02:fc:00:00:00:01", reading.Link("eth0").Mac);
        Assert.Null(reading.Link("eth0").Kind);
    }

    [Fact]
    public void Error_table_of_iproute2_4_with_nohandler()
    {
        var reading = Reading.Of("""
            2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP mode DEFAULT group default qlen 1000
                link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
                RX: bytes  packets  errors  dropped overrun mcast   
                1          2        3       4       5       6       
                RX errors: length   crc     frame   fifo    missed nohandler
                           7        8       9       10      11       12      
                TX: bytes  packets  errors  dropped carrier collsns 
                13         14       15      16      17      18      
                TX errors: aborted  fifo   window heartbeat transns
                           19       20      21      22       23      
            """).WithoutGaps();
        Assert.Equal((5, 11, 12, 22), (reading.Value("Link.RxOverruns", "eth0"), reading.Value("Link.RxMissed", "eth0"), reading.Value("Link.RxNoHandler", "eth0"), reading.Value("Link.TxHeartbeatErrors", "eth0")));
    }

    [Theory]
    [InlineData("vxlan id 4096 remote 10.0.0.2 local 10.0.0.1 dev eth0 srcport 0 0 dstport 4789 nolearning ttl auto ageing 300 df set udpcsum", "vxlan", "10.0.0.1", "10.0.0.2", "eth0", null, "set", 4096L, 4789)]
    [InlineData("vxlan id 7 group 239.1.1.1 dev bond0.7 srcport 0 0 dstport 8472 ttl inherit", "vxlan", null, "239.1.1.1", "bond0.7", null, null, 7L, 8472)]
    [InlineData("vxlan id 7 local fd00::1 dev eth0 srcport 0 0 dstport 4789 df inherit", "vxlan", "fd00::1", null, "eth0", null, "inherit", 7L, 4789)]
    [InlineData("vxlan external addrgenmode eui64", "vxlan", null, null, null, null, null, null, null)]
    [InlineData("geneve id 100 remote 10.0.0.2 dstport 6081 ttl auto df unset udpcsum", "geneve", null, "10.0.0.2", null, null, "unset", 100L, 6081)]
    [InlineData("geneve external id 0 ttl auto dstport 6081 udp6zerocsumrx addrgenmode eui64", "geneve", null, null, null, null, null, null, 6081)]
    [InlineData("ipip any remote any local 1.2.3.4 ttl inherit pmtudisc numtxqueues 1", "ipip", "1.2.3.4", null, null, true, null, null, null)]
    [InlineData("ipip remote 10.0.0.2 local 10.0.0.1 dev eth0 ttl 64 nopmtudisc ", "ipip", "10.0.0.1", "10.0.0.2", "eth0", false, null, null, null)]
    [InlineData("sit ip6ip remote any local any ttl 64 nopmtudisc 6rd-prefix 2002::/16", "sit", null, null, null, false, null, null, null)]
    [InlineData("gre remote 10.0.0.2 local 10.0.0.1 ttl inherit pmtudisc key 0.0.0.5", "gre", "10.0.0.1", "10.0.0.2", null, true, null, 5L, null)]
    [InlineData("gretap remote 10.0.0.2 local any ttl inherit ikey 7 okey 9 nopmtudisc", "gretap", null, "10.0.0.2", null, false, null, 9L, null)]
    [InlineData("ip6tnl ip6ip6 remote fd00::2 local fd00::1 encaplimit 4 hoplimit 64 tclass 0x00 flowlabel 0x00000 (flowinfo 0x00000000)", "ip6tnl", "fd00::1", "fd00::2", null, null, null, null, null)]
    public void Tunnel_details(string details, string kind, string? local, string? remote, string? underlay, bool? discovery, string? df, long? id, int? port)
    {
        var reading = Reading.Of($"9: t0@NONE: <NOARP,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN mode DEFAULT group default\n    link/none  promiscuity 0 minmtu 68 maxmtu 65535 \n    {details}\n").WithoutGaps();
        var expected = new TunnelSettings(Address(local), Address(remote), underlay, discovery, df, (uint?)id, port);
        Assert.Equal((kind, expected), (reading.Link("t0").Kind, reading.Link("t0").Tunnel));
    }

    [Theory]
    [InlineData("veth addrgenmode eui64 numtxqueues 4", "veth")]
    [InlineData("veth ", "veth")]
    [InlineData("bridge forward_delay 1500 hello_time 200 max_age 2000 ageing_time 30000", "bridge")]
    [InlineData("vlan protocol 802.1Q id 100 <REORDER_HDR> addrgenmode eui64", "vlan")]
    [InlineData("bond mode 802.3ad miimon 100 updelay 0", "bond")]
    [InlineData("wireguard addrgenmode none numtxqueues 1", "wireguard")]
    [InlineData("tun type tun pi off vnet_hdr off persist off", "tun")]
    [InlineData("vrf table 10 addrgenmode eui64", "vrf")]
    [InlineData("newkind addrgenmode eui64 numtxqueues 1", "newkind")]
    public void Kinds_without_encapsulation(string details, string kind)
    {
        var link = Reading.Of($"9: x0: <UP> mtu 1450 qdisc noqueue state UNKNOWN\n    link/ether 02:00:00:00:00:09 brd ff:ff:ff:ff:ff:ff promiscuity 0\n    {details}\n").WithoutGaps().Link("x0");
        Assert.Equal((kind, (TunnelSettings?)null), (link.Kind, link.Tunnel));
    }

    [Theory]
    [InlineData("tunl0@NONE", "link/ipip 10.0.0.1 brd 0.0.0.0", "ipip", "10.0.0.1", null)]
    [InlineData("ipip1@eth0", "link/ipip 10.0.0.1 peer 10.0.0.2", "ipip", "10.0.0.1", "10.0.0.2")]
    [InlineData("sit0@NONE", "link/sit 0.0.0.0 brd 0.0.0.0", "sit", null, null)]
    [InlineData("gre0@NONE", "link/gre 0.0.0.0 brd 0.0.0.0", "gre", null, null)]
    [InlineData("ip6tnl0@NONE", "link/tunnel6 :: brd :: permaddr 3a14::", "ip6tnl", null, null)]
    public void Without_details_the_link_type_tells_a_tunnel(string name, string line, string kind, string? local, string? remote)
    {
        var link = Assert.Single(Reading.Of($"5: {name}: <NOARP,UP,LOWER_UP> mtu 1440 qdisc noqueue state UNKNOWN group default qlen 1000\n    {line}\n").WithoutGaps().All<NetworkInterface>());
        Assert.Equal((kind, Address(local), Address(remote)), (link.Kind, link.Tunnel?.Local, link.Tunnel?.Remote));
        Assert.Null(link.Tunnel?.PathMtuDiscovery);
    }

    [Fact]
    public void A_vti_device_has_the_same_link_type_and_is_not_taken_for_ipip() =>
        Assert.Null(Reading.Of("5: ip_vti0@NONE: <NOARP> mtu 1480 qdisc noop state DOWN\n    link/ipip 0.0.0.0 brd 0.0.0.0\n").Link("ip_vti0").Kind);

    [Theory]
    [InlineData("eth0@if12: <BROADCAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master br0 state UP", "link/ether 0a:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff link-netnsid 0", null, 12, "0", "br0")]
    [InlineData("cali1@if4: <BROADCAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP", "link/ether ee:ee:ee:ee:ee:ee brd ff:ff:ff:ff:ff:ff link-netns cni-1234", null, 4, "cni-1234", null)]
    [InlineData("veth1@veth0: <BROADCAST,UP,LOWER_UP> mtu 1450", "link/ether 0a:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff", "veth0", null, null, null)]
    [InlineData("eth0.100@eth0: <BROADCAST,UP,LOWER_UP> mtu 1450", "link/ether 0a:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff", "eth0", null, null, null)]
    public void Names_tell_the_other_end(string header, string line, string? lower, int? peerIndex, string? peerNetns, string? master)
    {
        var link = Assert.Single(Reading.Of($"12: {header}\n    {line}\n").WithoutGaps().All<NetworkInterface>());
        Assert.Equal((lower, peerIndex, peerNetns, master), (link.Lower, link.PeerIndex, link.PeerNetns, link.Master));
    }

    [Theory]
    [InlineData("<BROADCAST,MULTICAST,UP,LOWER_UP>", true, true)]
    [InlineData("<NO-CARRIER,BROADCAST,MULTICAST,UP>", true, false)]
    [InlineData("<BROADCAST,MULTICAST>", false, false)]
    public void Flags(string flags, bool up, bool carrier)
    {
        var link = Reading.Of($"2: eth0: {flags} mtu 1500 qdisc mq state DOWN\n").Link("eth0");
        Assert.Equal((up, carrier), (link.Up, link.Carrier));
    }

    [Fact]
    public void Counters_of_virtual_functions_are_not_their_devices()
    {
        var reading = Reading.Of("""
            7: ens1f1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP mode DEFAULT
                link/ether b4:96:91:e5:c8:a9 brd ff:ff:ff:ff:ff:ff
                RX: bytes  packets  errors  dropped missed  mcast
                17496609   257835   0       67      0       792
                TX: bytes  packets  errors  dropped carrier collsns
                33991      231      0       0       0       0
                vf 0     link/ether 6e:cc:c3:fe:ad:7f brd ff:ff:ff:ff:ff:ff, spoof checking on
                RX: bytes  packets  mcast   bcast   dropped
                14069717   192865   0       192865  192865
                TX: bytes  packets   dropped
                0          0        0
            """).WithoutGaps();
        Assert.Equal(67, reading.Value("Link.RxDropped", "ens1f1"));
        Assert.Equal(12, reading.All<Counter>().Count);
        Assert.Equal("b4:96:91:e5:c8:a9", reading.Link("ens1f1").Mac);
    }

    [Fact]
    public void Rounded_or_missing_values_are_gaps_and_no_counters()
    {
        var reading = Reading.Of("2: eth0: <UP> mtu 1500\n    RX: bytes  packets  errors  dropped overrun mcast\n    1.2M       3k\n    TX: bytes  packets  errors  dropped carrier collsns\n");
        Assert.Empty(reading.All<Counter>());
        Assert.Equal([GapKind.Malformed, GapKind.Truncated], reading.Gaps.Select(g => g.Kind));
    }

    [Fact]
    public void A_line_that_lost_its_place_is_a_gap_and_no_kind()
    {
        var reading = Reading.Of("2: eth0: <UP> mtu 1500\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff numtxqueues 1 n\numrxqueues 1 gso_max_size 65536\n");
        Assert.Null(reading.Link("eth0").Kind);
        Assert.Equal(3, Assert.Single(reading.Gaps).From.Line);
    }

    [Fact]
    public void Addresses()
    {
        var reading = Reading.Of(Samples.IpAddr).WithoutGaps();
        Assert.Equal(
            [("eth0", "10.244.0.5", 24), ("eth0", "fd00::5", 64), ("ppp0", "10.64.64.64", 32)],
            reading.All<InterfaceAddress>().Select(a => (a.At.Interface, a.Address.ToString(), a.PrefixLength)));
        Assert.Equal((7, "0"), (reading.Link("eth0").PeerIndex, reading.Link("eth0").PeerNetns));
    }

    [Fact]
    public void One_line_forms()
    {
        var addresses = Reading.Of(Samples.IpOneLineAddr).WithoutGaps();
        Assert.Equal([("lo", 8), ("ens3", 16)], addresses.All<InterfaceAddress>().Select(a => (a.At.Interface, a.PrefixLength)));
        Assert.Empty(addresses.All<NetworkInterface>());

        var line = Samples.IpStatisticsLink6.Split("    altname")[0].TrimEnd('\n').Replace("\n", "\\", StringComparison.Ordinal);
        var link = Reading.Of(line + "\n").WithoutGaps();
        Assert.Equal(22, link.All<Counter>().Count);
        Assert.All(link.All<Counter>(), c => Assert.Equal(1, c.From.Line));
    }

    [Fact]
    public void Json_of_a_vxlan_device()
    {
        var reading = Reading.Of(Samples.IpLinkJson).WithoutGaps();
        var link = reading.Link("vxlan.calico");
        Assert.Equal((2, 1450, "vxlan", true, true, "66:aa:00:00:00:01"), (link.Index, link.Mtu, link.Kind, link.Up, link.Carrier, link.Mac));
        Assert.Equal(new TunnelSettings(IPAddress.Parse("10.0.0.1"), null, "eth0", null, "set", 4096, 4789), link.Tunnel);
        string[] names = ["RxBytes", "RxPackets", "RxErrors", "RxDropped", "RxOverruns", "RxMulticast", "TxBytes", "TxPackets", "TxErrors", "TxDropped", "TxCarrierErrors", "TxCollisions"];
        Assert.Equal(Enumerable.Range(1, 12).Select(i => (long)i), names.Select(n => reading.Value($"Link.{n}", "vxlan.calico")));
    }

    [Fact]
    public void Json_spread_over_lines_keeps_line_numbers()
    {
        var reading = Reading.Of(Samples.IpAddrJson).WithoutGaps();
        var link = reading.Link("eth0");
        Assert.Equal((3, 9, "2", true, false, 1L), (link.Index, link.PeerIndex, link.PeerNetns, link.Up, link.Carrier, link.From.Line));
        var address = Assert.Single(reading.All<InterfaceAddress>());
        Assert.Equal(("10.1.0.3", 24, 10L), (address.Address.ToString(), address.PrefixLength, address.From.Line));
    }

    [Fact]
    public void Json_cut_in_the_middle_keeps_what_is_complete()
    {
        var reading = Reading.Of("[{\"ifindex\":1,\"ifname\":\"lo\",\"mtu\":65536},{\"ifindex\":2,\"ifname\":\"eth0\",\"mt");
        Assert.Equal(65536, Assert.Single(reading.All<NetworkInterface>()).Mtu);
        Assert.Equal(GapKind.Truncated, Assert.Single(reading.Gaps).Kind);
    }

    [Fact]
    public void Brief_forms()
    {
        var links = Reading.Of(Samples.IpBriefLink).WithoutGaps();
        Assert.Equal((true, false, 7, "02:00:00:00:00:07"), (links.Link("eth0").Up, links.Link("eth0").Carrier, links.Link("eth0").PeerIndex, links.Link("eth0").Mac));
        Assert.Null(links.Link("eth0").Mtu);
        var addresses = Reading.Of(Samples.IpBriefAddr).WithoutGaps();
        Assert.Equal(4, addresses.All<InterfaceAddress>().Count);
        Assert.Equal((true, (bool?)null), (addresses.Link("eth0").Up, addresses.Link("ifb0").Up));
    }

    [Theory]
    [InlineData(nameof(Samples.IfconfigNew), "eth0", 1500, 10, 20, 30, 40)]
    [InlineData(nameof(Samples.IfconfigOld), "eth0", 1500, 8061, 1514413, 4502, 866622)]
    public void Ifconfig_of_both_generations(string sample, string device, int mtu, long rxPackets, long rxBytes, long txPackets, long txBytes)
    {
        var reading = Reading.Of(sample == nameof(Samples.IfconfigNew) ? Samples.IfconfigNew : Samples.IfconfigOld).WithoutGaps();
        Assert.Equal((mtu, true, true), (reading.Link(device).Mtu, reading.Link(device).Up, reading.Link(device).Carrier));
        Assert.Equal((rxPackets, rxBytes, txPackets, txBytes), (reading.Value("Link.RxPackets", device), reading.Value("Link.RxBytes", device), reading.Value("Link.TxPackets", device), reading.Value("Link.TxBytes", device)));
        string[] errors = ["RxErrors", "RxDropped", "RxFifoErrors", "RxFrameErrors", "TxErrors", "TxDropped", "TxFifoErrors", "TxCarrierErrors", "TxCollisions"];
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7, 8, 9], errors.Select(n => reading.Value($"Link.{n}", device)));
        Assert.Equal((1440, "ipip"), (reading.Link("tunl0").Mtu, reading.Link("tunl0").Kind));
        var addresses = reading.All<InterfaceAddress>();
        Assert.Equal([24, 64, 32], addresses.Select(a => a.PrefixLength));
    }

    [Fact]
    public void An_alias_is_an_address_and_no_device()
    {
        var reading = Reading.Of("eth0:1    Link encap:Ethernet  HWaddr 00:0C:29:3B:58:0E  \n          inet addr:10.0.0.9  Bcast:10.0.0.255  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n").WithoutGaps();
        Assert.Empty(reading.All<NetworkInterface>());
        Assert.Equal("eth0", Assert.Single(reading.All<InterfaceAddress>()).At.Interface);
    }

    [Fact]
    public void Proc_net_dev_pairs_columns_by_name()
    {
        var reading = Reading.Of(Samples.ProcNetDev).WithoutGaps();
        var expected = new (string, long)[]
        {
            ("RxErrors", 1), ("RxDropped", 2), ("RxFifoErrors", 3), ("RxFrameErrors", 4), ("RxCompressed", 5), ("RxMulticast", 6), ("TxErrors", 7), ("TxDropped", 8),
            ("TxFifoErrors", 9), ("TxCollisions", 10), ("TxCarrierErrors", 11), ("TxCompressed", 12),
        };
        Assert.All(expected, e => Assert.Equal(e.Item2, reading.Value($"Link.{e.Item1}", "eth0")));
        Assert.Equal(29, reading.Value("Link.TxPackets", "lo"));
    }

    [Fact]
    public void Proc_net_dev_of_old_kernels_prints_the_value_right_behind_the_colon() =>
        Assert.Equal(131930815, Reading.Of(Samples.ProcNetDev.Replace("eth0: 1319", "eth0:1319", StringComparison.Ordinal)).WithoutGaps().Value("Link.RxBytes", "eth0"));

    [Fact]
    public void Netstat_i_counts_and_does_not_trust_a_cut_name()
    {
        var reading = Reading.Of(Samples.NetstatInterfaces + "enp0s31f  1500        0      0      0 0             0      0      0      0 BMU\n");
        Assert.Equal((245, 2, 6), (reading.Value("Link.RxPackets", "ens33"), reading.Value("Link.RxDropped", "ens33"), reading.Value("Link.TxFifoErrors", "ens33")));
        Assert.Equal(65536, reading.Link("lo").Mtu);
        Assert.Equal(2, reading.All<NetworkInterface>().Count);
        Assert.Equal(5, Assert.Single(reading.Gaps).From.Line);
    }

    private static IPAddress? Address(string? text) => text is null ? null : IPAddress.Parse(text);
}

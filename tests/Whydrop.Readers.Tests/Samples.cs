namespace Whydrop.Readers.Tests;

/// <summary>One small text of each shape that a reader claims; made up after the tools' own formats.</summary>
internal static class Samples
{
    public const string IpStatisticsLink5 = """
        1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000
            link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00 promiscuity 0 minmtu 0 maxmtu 0 addrgenmode eui64 numtxqueues 1 numrxqueues 1 gso_max_size 65536 gso_max_segs 65535 
            RX: bytes  packets  errors  dropped overrun mcast   
            100        1        2       3       4       5       
            TX: bytes  packets  errors  dropped carrier collsns 
            200        6        7       8       9       10      
        2: tunl0@NONE: <NOARP,UP,LOWER_UP> mtu 1440 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000
            link/ipip 0.0.0.0 brd 0.0.0.0 promiscuity 0 minmtu 0 maxmtu 0 
            ipip any remote any local any ttl inherit nopmtudisc addrgenmode eui64 numtxqueues 1 numrxqueues 1 gso_max_size 65536 gso_max_segs 65535 
            RX: bytes  packets  errors  dropped overrun mcast   
            11         12       13      14      15      16      
            TX: bytes  packets  errors  dropped carrier collsns 
            21         22       23      24      25      26      

        """;

    public const string IpStatisticsLink6 = """
        4: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc pfifo_fast state UP mode DEFAULT group default qlen 1000
            link/ether 02:FC:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 addrgenmode eui64 numtxqueues 1 parentbus virtio parentdev virtio2 
            RX:  bytes packets errors dropped  missed   mcast           
             131930815    2967      1       2       3       4 
            RX errors:  length    crc   frame    fifo overrun
                             5      6       7       8       9 
            TX:  bytes packets errors dropped carrier collsns           
                134816    1735     10      11      12      13 
            TX errors: aborted   fifo  window heartbt transns
                            14     15      16      17      18 
            altname enp0s2

        """;

    public const string IpAddr = """
        2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP group default qlen 1000
            link/ether 0a:58:0a:f4:00:05 brd ff:ff:ff:ff:ff:ff link-netnsid 0
            inet 10.244.0.5/24 brd 10.244.0.255 scope global eth0
               valid_lft forever preferred_lft forever
            inet6 fd00::5/64 scope global 
               valid_lft forever preferred_lft forever
        3: ppp0: <POINTOPOINT,MULTICAST,NOARP,UP,LOWER_UP> mtu 1492 qdisc fq_codel state UNKNOWN group default qlen 3
            link/ppp 
            inet 10.64.64.64 peer 10.112.112.112/32 scope global ppp0

        """;

    public const string IpOneLineAddr = """
        1: lo    inet 127.0.0.1/8 scope host lo\       valid_lft forever preferred_lft forever
        2: ens3    inet 10.6.3.201/16 brd 10.6.255.255 scope global dynamic ens3\       valid_lft 84872sec preferred_lft 84872sec

        """;

    public const string IpLinkJson = """
        [{"ifindex":2,"ifname":"vxlan.calico","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1450,"qdisc":"noqueue","operstate":"UNKNOWN","link_type":"ether","address":"66:aa:00:00:00:01","broadcast":"ff:ff:ff:ff:ff:ff","linkinfo":{"info_kind":"vxlan","info_data":{"id":4096,"local":"10.0.0.1","link":"eth0","port_range":{"low":0,"high":0},"port":4789,"learning":false,"df":"set"}},"stats64":{"rx":{"bytes":1,"packets":2,"errors":3,"dropped":4,"over_errors":5,"multicast":6},"tx":{"bytes":7,"packets":8,"errors":9,"dropped":10,"carrier_errors":11,"collisions":12}}}]
        """;

    public const string IpAddrJson = """
        [ {
                "ifindex": 3,
                "link_index": 9,
                "ifname": "eth0",
                "flags": [ "BROADCAST","MULTICAST","UP" ],
                "mtu": 1450,
                "link_type": "ether",
                "address": "0a:00:00:00:00:01",
                "link_netnsid": 2,
                "addr_info": [ {
                        "family": "inet",
                        "local": "10.1.0.3",
                        "prefixlen": 24
                    } ]
            } ]
        """;

    public const string IpBriefLink = "lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP> \neth0@if7         DOWN           02:00:00:00:00:07 <NO-CARRIER,BROADCAST,UP> \n";

    public const string IpBriefAddr = "lo               UNKNOWN        127.0.0.1/8 ::1/128 \neth0             UP             192.0.2.2/24 fd00::2/64 \nifb0             DOWN           \n";

    public const string IpRoute = """
        default via 10.6.0.1 dev ens3 proto dhcp src 10.6.3.201 metric 100 mtu lock 1400 advmss 1360
        10.1.7.0/24 via 10.1.7.0 dev flannel.1 onlink 
        10.2.0.0/16 proto bird 
        	nexthop via 10.6.0.2 dev ens3 weight 1 
        	nexthop via 10.6.0.3 dev ens4 weight 1 
        blackhole 10.244.128.0/26 proto bird 
        local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 
        fe80::/64 dev ens3 proto kernel metric 256 pref medium
        default via fe80::1 dev ens3 proto ra metric 1024 expires 1568sec mtu 1492 hoplimit 255

        """;

    public const string IpRouteGet = "10.0.0.9 via 192.0.2.1 dev eth0 src 192.0.2.2 uid 0 \n    cache expires 594sec mtu 1440 \n";

    public const string IpRouteJson = """[{"dst":"default","gateway":"192.0.2.1","dev":"eth0","flags":[],"metrics":[{"mtu":1400}]},{"type":"blackhole","dst":"10.9.0.0/26","flags":[]},{"dst":"10.2.0.0/16","protocol":"bird","flags":[],"nexthops":[{"gateway":"10.0.0.2","dev":"eth0","weight":1,"flags":[]},{"gateway":"10.0.0.3","dev":"eth1","weight":1,"flags":[]}]}]""";

    public const string RouteTable = """
        Kernel IP routing table
        Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
        0.0.0.0         10.0.0.2        0.0.0.0         UG    100    0        0 eth0
        10.0.0.0        0.0.0.0         255.255.255.0   U     0      0        0 eth0
        10.9.0.0        -               255.255.0.0     !     0      -        0 -

        """;

    public const string RouteTable6 = """
        Kernel IPv6 routing table
        Destination                    Next Hop                   Flag Met Ref Use If
        fd00::/64                      ::                         U    256 1      0 eth0
        ::/0                           fd00::1                    UG   1024 2     0 eth0
        ::/0                           ::                         !n   -1  1     86 lo
        fd00::2/128                    ::                         Un   0   3      0 eth0

        """;

    public const string IpRule = "0:\tfrom all lookup local\n100:\tfrom 10.0.0.0/8 fwmark 0x1/0xf iif eth0 lookup 100 suppress_prefixlength 0\n200:\tfrom all to 10.9.0.0/16 unreachable\n32766:\tfrom all lookup main\n";

    public const string IpRuleJson = """[{"priority":0,"src":"all","table":"local"},{"priority":100,"src":"10.0.0.0","srclen":8,"fwmark":"0x1","table":"100"}]""";

    public const string IpNeigh = """
        10.6.0.1 dev ens3 lladdr fa:16:3e:45:1a:44 ref 1 used 71/0/69 probes 4 REACHABLE
        10.6.0.9 dev ens3  INCOMPLETE
        fe80::1 dev ens3 lladdr 00:2a:6a:65:c3:c2 router STALE
        10.6.0.8 dev ens3 FAILED

        """;

    public const string IpNeighJson = """[{"dst":"192.0.2.1","dev":"eth0","lladdr":"02:fc:00:00:00:05","state":["STALE"]},{"dst":"fd00::1","dev":"eth0","state":["FAILED"]}]""";

    public const string Arp = """
        Address                  HWtype  HWaddress           Flags Mask            Iface
        192.0.2.1                ether   02:fc:00:00:00:05   C                     eth0
        192.0.2.7                ether   02:fc:00:00:00:07   CM                    eth0
        192.0.2.9                        (incomplete)                              eth0

        """;

    public const string ArpListed = "? (192.0.2.1) at 02:fc:00:00:00:05 [ether] on eth0\ngateway (192.0.2.9) at <incomplete> on eth0\n";

    public const string ProcArp = """
        IP address       HW type     Flags       HW address            Mask     Device
        192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth0
        192.0.2.9        0x1         0x0         00:00:00:00:00:00     *        eth0

        """;

    public const string IfconfigNew = """
        eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
                inet 192.0.2.2  netmask 255.255.255.0  broadcast 192.0.2.255
                inet6 fd00::2  prefixlen 64  scopeid 0x0<global>
                ether 02:fc:00:00:00:01  txqueuelen 1000  (Ethernet)
                RX packets 10  bytes 20 (20.0 B)
                RX errors 1  dropped 2  overruns 3  frame 4
                TX packets 30  bytes 40 (40.0 B)
                TX errors 5  dropped 6 overruns 7  carrier 8  collisions 9

        tunl0: flags=193<UP,RUNNING,NOARP>  mtu 1440
                inet 10.233.0.1  netmask 255.255.255.255
                tunnel   txqueuelen 1000  (IPIP Tunnel)
                RX packets 0  bytes 0 (0.0 B)
                RX errors 0  dropped 0  overruns 0  frame 0
                TX packets 0  bytes 0 (0.0 B)
                TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0

        """;

    public const string IfconfigOld = """
        eth0      Link encap:Ethernet  HWaddr 00:0C:29:3B:58:0E  
                  inet addr:192.168.71.137  Bcast:192.168.71.255  Mask:255.255.255.0
                  inet6 addr: fe80::20c:29ff:fe3b:580e/64 Scope:Link
                  UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1
                  RX packets:8061 errors:1 dropped:2 overruns:3 frame:4
                  TX packets:4502 errors:5 dropped:6 overruns:7 carrier:8
                  collisions:9 txqueuelen:1000 
                  RX bytes:1514413 (1.4 MiB)  TX bytes:866622 (846.2 KiB)
                  Interrupt:19 Base address:0x2000 

        tunl0     Link encap:IPIP Tunnel  HWaddr   
                  inet addr:10.233.64.1  Mask:255.255.255.255
                  UP RUNNING NOARP  MTU:1440  Metric:1
                  RX packets:1 errors:0 dropped:0 overruns:0 frame:0
                  TX packets:2 errors:0 dropped:0 overruns:0 carrier:0
                  collisions:0 txqueuelen:1000 
                  RX bytes:3 (3.0 B)  TX bytes:4 (4.0 B)

        """;

    public const string ProcNetDev = """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
            lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0     0       0          0
          eth0: 131930815    2967    1    2    3     4          5         6   134816    1735    7    8    9    10      11         12

        """;

    public const string NetstatInterfaces = """
        Kernel Interface table
        Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg
        ens33     1500      245      1      2 3           197      4      5      6 BMRU
        lo       65536       94      0      0 0            94      0      0      0 LRU

        """;

    public const string ProcSnmp = """
        Ip: Forwarding DefaultTTL InReceives FragFails
        Ip: 1 64 57740232 7
        Tcp: RtoAlgorithm RtoMin RtoMax MaxConn RetransSegs
        Tcp: 1 200 120000 -1 227
        TcpExt: SyncookiesSent PruneCalled RcvPruned
        TcpExt: 0 12 3

        """;

    public const string ProcSnmp6 = "Ip6InReceives                   \t7\nIp6InTooBigErrors               \t3\nIcmp6OutPktTooBigs              \t2\nUdp6InErrors                    \t1\n";

    public const string NetstatStatistics = """
        Ip:
            Forwarding: 1
            3345722 total packets received
            0 forwarded
            0 incoming packets discarded
            3344218 incoming packets delivered
            3832973 requests sent out
            9 outgoing packets failed fragmentation
        Icmp:
            1454 ICMP messages received
            98 input ICMP message failed
            ICMP input histogram:
                destination unreachable: 1454
                echo requests: 5
            1430 ICMP messages sent
            0 ICMP messages failed
            ICMP output histogram:
                destination unreachable: 1430
                echo requests: 6
        IcmpMsg:
                InType3: 1454
                OutType3: 1430
        Tcp:
            90002 active connection openings
            3023199 segments received
            3220344 segments sent out
            136 segments retransmitted
        Udp:
            319252 packets received
            IgnoredMulti: 278
        UdpLite:
        TcpExt:
            12 packets pruned from receive queue because of socket buffer overrun
            4 packets pruned from receive queue
            Quick ack mode was activated 4 times
            1300979 packet headers predicted
            TCPTimeouts: 214
        IpExt:
            InOctets: 742910925
        MPTcpExt:

        """;

    public const string NetstatStatistics160 = """
        Ip:
            3405107 total packets received
            0 forwarded
            4 fragments received ok
        Icmp:
            114 ICMP messages received
            0 input ICMP message failed.
            ICMP output histogram:
                echo request: 3
        Tcp:
            1648 active connections openings
            2886370 segments received
            2890303 segments send out
            428 segments retransmited
            0 bad segments received.
        Udp:
            4901 packets received
            107 packets to unknown port received.
        UdpLite:
        TcpExt:
            999263 packets directly queued to recvmsg prequeue.
            122927 packet headers predicted
            339500 packets header predicted and directly queued to user
            54 other TCP timeouts
        IpExt:
            InOctets: 865450302

        """;

    public const string NstatValues = "#kernel\nIpInReceives                    265936             0.0\nIpInHdrErrors                   0                  0.0\nTcpExtListenDrops               17                 0.0\nIp6OutNoRoutes                  2                  0.0\nIcmpMsgInType3                  101                0.0\n";

    public const string NstatIncrements = "#kernel\nTcpRetransSegs                  5                  0.0\nTcpExtTCPTimeouts               2                  0.0\n";

    public const string NstatOverflow = "#kernel\nTcpRetransSegs                  5                  0.0\nIpInReceives                    7                  0.0 (overflow)\n";

    public const string NstatJson = """{"kernel":{"IpInReceives":2992,"IpFragFails":0,"TcpExtTCPTimeouts":2}}""";

    public const string Sysctl = "net.ipv4.tcp_mtu_probing = 1\nnet.ipv4.tcp_rmem = 4096\t131072\t6291456\nnet.ipv4.conf.eth0/100.rp_filter = 2\nsysctl: permission denied on key 'fs.protected_fifos'\nkernel.core_pattern = |/usr/bin/x %p = y\n";

    public const string SysctlGrep = "/proc/sys/net/ipv4/tcp_mtu_probing:0\n/proc/sys/net/core/rmem_max:212992\n";

    public const string Tcpdump = "tcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n^C12 packets captured\n24 packets received by filter\n3 packets dropped by kernel\n";

    public const string Tcpdump4 = "tcpdump: verbose output suppressed, use -v or -vv for full protocol decode\nlistening on any, link-type LINUX_SLL (Linux cooked), capture size 96 bytes\n1 packet captured\n1 packet received by filter\n0 packets dropped by kernel\n2 packets dropped by interface\n";

    public const string TcQdisc = """
        qdisc noqueue 0: dev lo root refcnt 2 
         Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) 
         backlog 0b 0p requeues 0
        qdisc mq 0: dev eth0 root 
         Sent 1000 bytes 100 pkt (dropped 7, overlimits 3 requeues 2) 
         backlog 0b 0p requeues 2
        qdisc fq_codel 0: dev eth0 parent :1 limit 10240p flows 1024 quantum 1514 target 5.0ms interval 100.0ms memory_limit 32Mb ecn 
         Sent 1000 bytes 100 pkt (dropped 7, overlimits 3 requeues 2) 
         backlog 0b 0p requeues 2
          maxpacket 4325 drop_overlimit 0 new_flow_count 355 ecn_mark 0
          new_flows_len 0 old_flows_len 0

        """;

    public const string TcQdiscJson = """[{"kind":"tbf","handle":"1:","dev":"eth0","root":true,"refcnt":2,"options":{"rate":1000,"burst":1,"lat":5},"bytes":1000,"packets":100,"drops":7,"overlimits":3,"requeues":2,"backlog":0,"qlen":0},{"kind":"fq_codel","handle":"2:","dev":"eth0","parent":"1:1","options":{},"bytes":1000,"packets":100,"drops":7,"overlimits":3,"requeues":2}]""";

    public const string BridgeFdb = """
        33:33:00:00:00:01 dev br0 self permanent
        42:95:D4:66:0a:ed dev v0 used 7/3 master br0 
        32:fd:c9:ff:72:56 dev v0 vlan 10 master br0 permanent
        02:00:00:00:00:09 dev vx dst 10.0.0.3 port 4789 vni 7 via v1 self permanent
        02:00:00:00:00:0a dev vx dst fd00::3 self extern_learn 
        00:00:00:00:00:00 dev vx dst 10.0.0.2 self permanent

        """;

    public const string BridgeFdbDevice = "02:00:00:00:00:09 dst 10.0.0.3 port 4789 vni 7 via v1 self permanent\n00:00:00:00:00:00 dst 10.0.0.2 self permanent\n";

    public const string BridgeFdbJson = """[{"mac":"42:95:d4:66:0a:ed","ifname":"v0","flags":[],"master":"br0","state":""},{"mac":"02:00:00:00:00:09","ifname":"vx","dst":"10.0.0.3","port":4789,"vni":7,"viaIf":"v1","flags":["self"],"state":"permanent"}]""";

    /// <summary>Reader id, name of the shape, text.</summary>
    // A ruler ends a section: what is below it is one.
    private static string Below(string text) => text[(text.IndexOf("--\n", StringComparison.Ordinal) + 3)..];

    public static IReadOnlyList<(string Id, string Shape, string Text)> All { get; } =
    [
        ("ip-link", "-s -d link, iproute2 5", IpStatisticsLink5), ("ip-link", "-s -s -d link, iproute2 6", IpStatisticsLink6), ("ip-link", "addr", IpAddr),
        ("ip-link", "-o addr", IpOneLineAddr), ("ip-link-json", "link", IpLinkJson), ("ip-link-json", "-p addr", IpAddrJson), ("ip-brief", "link", IpBriefLink),
        ("ip-brief", "addr", IpBriefAddr), ("ip-route", "show", IpRoute), ("ip-route", "get", IpRouteGet), ("ip-route-json", "show", IpRouteJson),
        ("route", "-n", RouteTable), ("route", "-6 -n", RouteTable6), ("ip-rule", "show", IpRule), ("ip-rule-json", "show", IpRuleJson),
        ("ip-neigh", "show", IpNeigh), ("ip-neigh-json", "show", IpNeighJson), ("arp", "-n", Arp), ("arp", "-a", ArpListed), ("arp", "proc", ProcArp),
        ("bridge-fdb", "show", BridgeFdb), ("bridge-fdb", "show dev", BridgeFdbDevice), ("bridge-fdb-json", "show", BridgeFdbJson),
        ("ifconfig", "net-tools 2", IfconfigNew), ("ifconfig", "net-tools 1.60", IfconfigOld), ("proc-net-dev", "proc", ProcNetDev),
        ("netstat-i", "net-tools 2", NetstatInterfaces), ("proc-net-snmp", "proc", ProcSnmp), ("proc-net-snmp6", "proc", ProcSnmp6),
        ("netstat-s", "net-tools 2", NetstatStatistics), ("netstat-s", "net-tools 1.60", NetstatStatistics160), ("windows-netstat-s", "Windows 10", WindowsSamples.Statistics),
        ("get-nettcpsetting", "Windows Server 2022", WindowsSamples.TcpSettings), ("netsh-tcp-global", "Windows Server 2022", Below(WindowsSamples.TcpGlobal)), ("netsh-tcp-global", "Windows Server 2012", Below(WindowsSamples.TcpGlobal2012)), ("nstat", "-az", NstatValues),
        ("nstat", "plain", NstatOverflow), ("nstat-json", "-az", NstatJson), ("sysctl", "-a", Sysctl), ("sysctl", "grep", SysctlGrep),
        ("tc-qdisc", "-s show", TcQdisc), ("tc-qdisc-json", "-s show", TcQdiscJson), ("tcpdump-report", "tcpdump 5", Tcpdump), ("tcpdump-report", "tcpdump 4", Tcpdump4),
        .. SocketSamples.All,
        .. FirewallSamples.All,
        .. ControlGroupSamples.All,
        .. LogSamples.All,
        .. LoadSamples.All,
        .. DeviceSamples.All,
        .. ClusterSamples.All,
    ];
}

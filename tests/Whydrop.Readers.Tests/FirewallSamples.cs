namespace Whydrop.Readers.Tests;

/// <summary>One small text of each shape of firewall rules; made up after the tools' own formats.</summary>
internal static class FirewallSamples
{
    public const string Nft = """
        table inet filter {
        	counter refused {
        		comment "all refused"
        		packets 12 bytes 720
        	}

        	set allowed {
        		type ipv4_addr
        		flags interval
        		elements = { 10.0.0.0/8, 192.168.1.0-192.168.1.127,
        			     203.0.113.7 comment "a, b { c" }
        	}

        	set seen {
        		type ipv4_addr
        		size 65535
        		flags dynamic,timeout
        		timeout 5m
        		elements = { 10.9.9.9 timeout 5m expires 4m1s }
        	}

        	chain services {
        		counter packets 2 bytes 120 return
        	}

        	chain input {
        		type filter hook input priority filter - 10; policy drop;
        		ct state vmap { invalid : drop, established : accept, related : accept } comment "known { here"
        		iifname "eth0" ip saddr @allowed tcp dport { 80, 443, 8000-8010 } ct state new counter packets 7 bytes 420 accept
        		ip saddr @seen counter packets 1 bytes 60 drop
        		tcp dport 22 counter packets 3 bytes 180 drop
        		tcp dport 22 counter packets 4 bytes 240 drop
        		ip daddr 10.96.0.10 udp dport 53 counter name "refused" reject with icmp port-unreachable
        		tcp dport != 25 limit rate 10/second burst 5 packets counter packets 0 bytes 0 log prefix "in: " accept
        		ip6 saddr fd00::/8 meta l4proto ipv6-icmp reject
        		oifname "eth*" tcp flags & (fin | syn) == syn tcp option maxseg size set rt mtu
        		meta mark & 0x00004000 == 0x00004000 counter packets 0 bytes 0 jump services
        		xt match "recent" counter packets 5 bytes 300 goto services
        		numgen random mod 1000 < 20 counter packets 9 bytes 540 drop
        		add @seen { ip saddr limit rate 1/second } counter packets 0 bytes 0
        		quota over 25 mbytes used 300 bytes reject with tcp reset
        	}
        }
        table ip nat {
        	map service-ips {
        		type ipv4_addr . inet_proto . inet_service : verdict
        		comment "ClusterIP traffic"
        		elements = { 10.96.0.1 . tcp . 443 comment "default/kubernetes:https" : goto service-a,
        			     10.96.0.20 . udp . 53 : goto service-b }
        	}

        	map targets {
        		type ipv4_addr : ipv4_addr . inet_service
        		elements = { 10.96.0.9 : 10.1.1.3 . 8080 }
        	}

        	chain endpoint-1 {
        		ip saddr 10.1.1.1 jump mark-for-masquerade
        		meta l4proto tcp dnat to 10.1.1.1:6443
        	}

        	chain service-a {
        		numgen random mod 2 vmap { 0 : goto endpoint-1, 1 : goto endpoint-2 }
        	}

        	chain mark-for-masquerade {
        		meta mark set meta mark | 0x00004000
        	}

        	chain prerouting {
        		type nat hook prerouting priority dstnat; policy accept;
        		ip daddr . meta l4proto . th dport vmap @service-ips
        		ip daddr 10.96.0.10 tcp dport 80 counter packets 8 bytes 480 dnat to numgen random mod 2 map { 0 : 10.1.1.1, 1 : 10.1.1.2 }:8080
        		ip daddr 10.96.0.11 tcp dport 81 dnat ip to jhash ip saddr mod 2 map { 0 : 10.1.1.1 . 80, 1 : 10.1.1.2 . 81 }
        		ip daddr 10.96.0.9 dnat ip to ip daddr map @targets
        		tcp dport 30080 redirect to :8080
        	}

        	chain postrouting {
        		type nat hook postrouting priority srcnat; policy accept;
        		ip saddr 10.244.0.0/16 ip daddr != 10.244.0.0/16 ip protocol tcp counter packets 6 bytes 360 masquerade to :40000-40010
        		oifname "eth0" masquerade fully-random
        		ip saddr 10.0.0.1-10.0.0.2 snat to 192.0.2.1:1000-2000 persistent
        	}
        }

        """;

    public const string NftHandles = """
        table ip6 nat { # handle 2
        	chain PREROUTING { # handle 1
        		type nat hook prerouting priority -100; policy accept;
        		meta l4proto tcp ip6 daddr fd00::10  tcp dport 80 counter packets 5 bytes 400 dnat to [fd01::1]:8080 # handle 7
        		ip6 daddr fd00::11 counter packets 1 bytes 80 # handle 8
        	}
        }
        table netdev guard { # handle 3
        	chain ingress { # handle 1
        		type filter hook ingress devices = { eth0, eth1 } priority -500; policy accept;
        		ct state 0x8 counter packets 3 bytes 180 drop # handle 4
        	}
        }

        """;

    public const string NftJson = """
        {"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}}, {"table": {"family": "ip", "name": "t", "handle": 1}},
        {"counter": {"family": "ip", "name": "refused", "table": "t", "handle": 5, "packets": 12, "bytes": 720}},
        {"set": {"family": "ip", "name": "allowed", "table": "t", "type": "ipv4_addr", "handle": 8, "flags": ["interval"], "elem": [{"prefix": {"addr": "10.0.0.0", "len": 8}}, {"range": ["192.168.1.0", "192.168.1.127"]}]}},
        {"map": {"family": "ip", "name": "services", "table": "t", "type": ["ipv4_addr", "inet_proto", "inet_service"], "handle": 6, "map": "verdict", "elem": [[{"concat": ["10.96.0.1", "tcp", 443]}, {"goto": {"target": "svc"}}]]}},
        {"chain": {"family": "ip", "table": "t", "name": "in0", "handle": 2, "type": "filter", "hook": "input", "prio": -10, "policy": "drop"}},
        {"chain": {"family": "ip", "table": "t", "name": "svc", "handle": 3}},
        {"rule": {"family": "ip", "table": "t", "chain": "in0", "handle": 10, "comment": "a \"b\" {", "expr": [{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "lo"}}, {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}, {"counter": {"packets": 7, "bytes": 420}}, {"accept": null}]}},
        {"rule": {"family": "ip", "table": "t", "chain": "in0", "handle": 11, "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@allowed"}}, {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [80, {"range": [8000, 8010]}]}}}, {"counter": "refused"}, {"reject": {"type": "tcp reset"}}]}},
        {"rule": {"family": "ip", "table": "t", "chain": "in0", "handle": 12, "expr": [{"vmap": {"key": {"concat": [{"payload": {"protocol": "ip", "field": "daddr"}}, {"meta": {"key": "l4proto"}}, {"payload": {"protocol": "th", "field": "dport"}}]}, "data": "@services"}}]}},
        {"rule": {"family": "ip", "table": "t", "chain": "in0", "handle": 13, "expr": [{"match": {"op": "!=", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": {"prefix": {"addr": "10.0.0.0", "len": 8}}}}, {"limit": {"rate": 10, "burst": 5, "per": "second"}}, {"log": {"prefix": "in: "}}, {"drop": null}]}},
        {"rule": {"family": "ip", "table": "t", "chain": "svc", "handle": 14, "expr": [{"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "tcp"}}, {"dnat": {"addr": {"map": {"key": {"numgen": {"mode": "random", "mod": 2, "offset": 0}}, "data": {"set": [[0, "10.1.1.1"], [1, "10.1.1.2"]]}}}, "port": 8080}}]}},
        {"rule": {"family": "ip", "table": "t", "chain": "svc", "handle": 15, "expr": [{"xt": null}, {"mangle": {"key": {"meta": {"key": "mark"}}, "value": {"|": [{"meta": {"key": "mark"}}, 16384]}}}, {"masquerade": {"port": {"range": [1024, 2048]}, "flags": "random"}}]}}]}
        """;

    public const string IptablesSave = """
        # Generated by iptables-save v1.8.9 (nf_tables) on Sat Nov 21 13:37:39 2026
        *nat
        :PREROUTING ACCEPT [0:0]
        :OUTPUT ACCEPT [3:180]
        :POSTROUTING ACCEPT [3:180]
        :KUBE-MARK-MASQ - [0:0]
        :KUBE-SEP-A - [0:0]
        :KUBE-SERVICES - [0:0]
        :KUBE-SVC-A - [0:0]
        [21:1260] -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        [0:0] -A POSTROUTING -m comment --comment "kubernetes \"service\" traffic -j DROP" -j MASQUERADE --random-fully
        [0:0] -A POSTROUTING -s 10.0.0.1/32 -o eth0 -p tcp -j SNAT --to-source 192.0.2.1:1024-2048 --random
        [0:0] -A POSTROUTING ! -d 10.0.0.0/8 -p tcp -j MASQUERADE --to-ports 40000-40010
        [0:0] -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
        [4:240] -A KUBE-SEP-A -s 10.244.1.2/32 -m comment --comment "default/web:http" -j KUBE-MARK-MASQ
        [9:540] -A KUBE-SEP-A -p tcp -m comment --comment "default/web:http" -m tcp -j DNAT --to-destination 10.244.1.2:8080
        [9:540] -A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-A
        [5:300] -A KUBE-SVC-A -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-A
        COMMIT
        # Completed on Sat Nov 21 13:37:39 2026
        # Generated by iptables-save v1.8.9 (nf_tables) on Sat Nov 21 13:37:39 2026
        *filter
        :INPUT ACCEPT [100:6000]
        :FORWARD DROP [17:1020]
        :cali-FORWARD - [0:0]
        [2:120] -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        [1:60] -A INPUT -m conntrack ! --ctstate NEW -j DROP
        [3:180] -A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
        [8:480] -A FORWARD -d 10.96.0.20/32 -p tcp -m comment --comment "default/none has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
        [0:0] -A FORWARD -i eth0 -p tcp -m multiport --dports 80,443,8000:8010 -m set --match-set cali40s:x src -j ACCEPT
        [0:0] -A FORWARD -i cali+ -p udp -m udp ! --sport 53 -j DROP
        [0:0] -A FORWARD -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -g cali-FORWARD
        [0:0] -A FORWARD -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-A --mask 255.255.255.255 --rsource -j RETURN
        [6:360] -A FORWARD
        [6:360] -A FORWARD
        COMMIT

        """;

    public const string IptablesRules = """
        -P PREROUTING ACCEPT
        -P INPUT ACCEPT
        -P OUTPUT ACCEPT
        -P POSTROUTING ACCEPT
        -N KUBE-SEP-A
        -A PREROUTING -d fd00::10/128 -p tcp -m tcp --dport 80 -j KUBE-SEP-A
        -A KUBE-SEP-A -p tcp -m tcp -j DNAT --to-destination [fd01::1]:8080

        """;

    public const string IptablesRulesVerbose = """
        -P INPUT ACCEPT -c 10 600
        -P FORWARD DROP -c 3 180
        -P OUTPUT ACCEPT -c 7 420
        -N KUBE-FORWARD
        -A FORWARD -m comment --comment "a -c 1 2 b" -c 5 300 -j KUBE-FORWARD
        -A KUBE-FORWARD -m conntrack --ctstate INVALID -c 2 120 -j DROP

        """;

    public const string IptablesList = """
        Chain INPUT (policy ACCEPT 10 packets, 600 bytes)
         pkts bytes target     prot opt in     out     source               destination         
            0     0 ACCEPT     all  --  *      *       0.0.0.0/0            0.0.0.0/0            ctstate RELATED,ESTABLISHED
            4   240            0    --  *      *       0.0.0.0/0            0.0.0.0/0           

        Chain FORWARD (policy DROP 17 packets, 1020 bytes)
         pkts bytes target     prot opt in     out     source               destination         
            8   480 REJECT     tcp  --  *      *       0.0.0.0/0            10.96.0.20           /* default/none has no endpoints */ tcp dpt:80 reject-with icmp-port-unreachable
            3   180 KUBE-FORWARD  all  --  !eth0  *       0.0.0.0/0            0.0.0.0/0           [goto] 
            0     0 ACCEPT     6    --  eth0   cali+   10.0.0.0/8          !10.9.0.0/16          multiport dports 80,443,8000:8010
            0     0 DROP       17   -f  *      *       0.0.0.0/0            0.0.0.0/0            udp spt:!53
            0     0 LOG        icmp --  *      *       0.0.0.0/0            0.0.0.0/0            LOG flags 0 level 4 prefix "ping: "

        Chain OUTPUT (policy ACCEPT 7 packets, 420 bytes)
         pkts bytes target     prot opt in     out     source               destination         

        Chain KUBE-FORWARD (1 references)
         pkts bytes target     prot opt in     out     source               destination         
            2   120 DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            ! ctstate NEW
        Chain PREROUTING (policy ACCEPT 1 packets, 60 bytes)
         pkts bytes target     prot opt in     out     source               destination         
            9   540 DNAT       6    --  *      *       0.0.0.0/0            10.96.0.10           /* default/web:http */ tcp dpts:80:81 to:10.244.1.2:8080
        Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)
         pkts bytes target     prot opt in     out     source               destination         
        Chain POSTROUTING (policy ACCEPT 0 packets, 0 bytes)
         pkts bytes target     prot opt in     out     source               destination         
            0     0 MASQUERADE  6    --  *      eth0    10.244.0.0/16        0.0.0.0/0            masq ports: 1024-2048 random-fully
            0     0 REDIRECT   6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:81 redir ports 8080

        """;

    public const string Ip6tablesList = """
        Chain FORWARD (policy ACCEPT)
        num  target     prot opt source               destination         
        1    DROP       tcp      fd00::/64            ::/0                 tcp dpt:80
        2    ACCEPT     icmpv6    ::/0                 fd01::1              

        """;

    public const string Ipvs = """
        IP Virtual Server version 1.2.1 (size=4096)
        Prot LocalAddress:Port Scheduler Flags
          -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
        TCP  10.96.0.1:443 rr persistent 10800
          -> 192.168.0.10:6443            Masq    1      4          0         
          -> 192.168.0.11:6443            Masq    0      1          17        
        UDP  10.96.0.10:53 rr
        TCP  [fd00::10]:53 wlc
          -> [fd01::2]:53                 Route   3      0          0         

        """;

    public const string IpvsConnections = """
        IPVS connection entries
        pro expire state       source             virtual            destination
        TCP 14:58  ESTABLISHED 10.244.1.15:39715  10.96.0.11:80      10.244.2.20:8080
        TCP 00:06  CLOSE       [fd00:244:1::15]:39714 [fd00:96::11]:80 [fd00:244:2::20]:8080
        UDP 04:00  UDP         10.244.1.15:5353   10.96.0.10:53      10.244.2.9:53

        """;

    public const string IpvsStatistics = """
        IP Virtual Server version 1.2.1 (size=4096)
        Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
          -> RemoteAddress:Port
        TCP  10.96.0.1:443                       5       50       40     5000     4000
          -> 192.168.0.10:6443                   5       50       40     5000     4000

        """;

    /// <summary>Reader id, name of the shape, text.</summary>
    public static IReadOnlyList<(string Id, string Shape, string Text)> All { get; } =
    [
        ("nft", "list ruleset", Nft), ("nft", "-a list ruleset", NftHandles), ("nft-json", "-j list ruleset", NftJson), ("iptables-save", "-c", IptablesSave), ("iptables-save", "-S", IptablesRules), ("iptables-save", "-S -v", IptablesRulesVerbose),
        ("iptables-list", "-L -n -v", IptablesList), ("iptables-list", "ip6tables -L -n --line-numbers", Ip6tablesList), ("ipvsadm", "-ln", Ipvs), ("ipvsadm", "-ln --stats", IpvsStatistics), ("ipvsadm-connections", "-lnc", IpvsConnections),
    ];
}

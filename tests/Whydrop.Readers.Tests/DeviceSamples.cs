namespace Whydrop.Readers.Tests;

/// <summary>Samples of ethtool, and of tc's disciplines, classes and filters.</summary>
internal static class DeviceSamples
{
    public const string Statistics = """
        NIC statistics:
             rx_packets: 1260062
             rx_missed_errors: 401
             port.rx_dropped: 12
             [0]: rx_ucast_packets: 7
             bw_in_allowance_exceeded: 3

        """;

    public const string Features = """
        Features for eth0:
        rx-checksumming: on [fixed]
        tx-checksumming: on
        	tx-checksum-ipv4: off [fixed]
        tcp-segmentation-offload: on
        	tx-tcp-segmentation: on
        generic-receive-offload: off

        """;

    public const string OldFeatures = "Offload parameters for eth0:\nrx-checksumming: on\ntcp segmentation offload: on\n";

    public const string Ring = """
        Ring parameters for eth2:
        Pre-set maximums:
        RX:		4096
        RX Mini:	n/a
        TX:		4096
        Current hardware settings:
        RX:		256
        RX Mini:	n/a
        TX:		512

        """;

    public const string Coalesce = "Coalesce parameters for eth0:\nAdaptive RX: off  TX: on\nstats-block-usecs: 0\n\nrx-usecs: 50\n";

    public const string Driver = "driver: ena\nversion: 6.1.0\nfirmware-version: \nbus-info: 0000:00:05.0\nsupports-statistics: yes\n";

    public const string Settings = """
        Settings for eth1:
        	Supported ports: [ TP	 MII ]
        	Supported link modes:   10baseT/Half 10baseT/Full
        	                        1000baseT/Full
        	Speed: 1000Mb/s
        	Duplex: Half
        	Current message level: 0x00000007 (7)
        	                       drv probe link
        	Link detected: yes

        """;

    public const string Disciplines = """
        qdisc tbf 8003: dev eth0 root refcnt 3 rate 100Mbit burst 10Kb lat 3.28ms 
         Sent 4500 bytes 3 pkt (dropped 2, overlimits 5 requeues 0) 
         backlog 3028b 2p requeues 0
        qdisc ingress ffff: dev eth0 parent ffff:fff1 ---------------- 
         Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) 
         backlog 0b 0p requeues 0
        qdisc htb 1: dev eth1 root refcnt 3 r2q 10 default 0x10 direct_packets_stat 1 direct_qlen 1000
         Sent 90 bytes 1 pkt (dropped 0, overlimits 0 requeues 0) 
         backlog 0b 0p requeues 0
        qdisc netem 10: dev eth1 parent 1:10 limit 1000 delay 100ms loss 1%
         Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) 
         backlog 15Kb 10p requeues 0
        qdisc bfifo 20: dev eth1 parent 1:20 limit 15Kb
         Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) 
         backlog 0b 0p requeues 0

        """;

    public const string Classes = """
        class htb 1:10 parent 1:1 leaf 10: prio 0 quantum 25000 rate 2Mbit ceil 4Mbit linklayer ethernet burst 15Kb/1 mpu 0b cburst 1600b/1 mpu 0b level 0 
         Sent 1500 bytes 9 pkt (dropped 4, overlimits 6 requeues 0) 
         backlog 1Kb 1p requeues 0
         lended: 9 borrowed: 0 giants: 0
         tokens: 960000 ctokens: 100000

        class htb 1:1 root rate 10Mbit ceil 20Mbit burst 1600b cburst 1600b 
         Sent 1500 bytes 9 pkt (dropped 0, overlimits 0 requeues 0) 
         backlog 0b 0p requeues 0
         lended: 0 borrowed: 0 giants: 0
         tokens: 20000 ctokens: 10000

        """;

    public const string Filters = """
        filter parent ffff: protocol ip pref 49152 u32 chain 0 
        filter parent ffff: protocol ip pref 49152 u32 chain 0 fh 800: ht divisor 1 
        filter parent ffff: protocol ip pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 flowid :1 not_in_hw  (rule hit 30 success 5)
          match 0a090902/ffffffff at 16 (success 5 ) 
         police 0x1 rate 1Mbit burst 10Kb mtu 2Kb action drop overhead 0b 
        	ref 1 bind 1  installed 10 sec used 2 sec
         	Sent 7210 bytes 5 pkts (dropped 3, overlimits 3) 
        filter parent ffff: protocol ip pref 7 u32 chain 0 fh 801::800 order 2048 key ht 801 bkt 0 terminal flowid ??? not_in_hw 
          match 0a090903/ffffffff at 16
        	action order 1: gact action drop
        	 random type none pass val 0
        	 index 1 ref 1 bind 1 installed 10 sec used 2 sec
        	Action statistics:
        	Sent 420 bytes 5 pkt (dropped 5, overlimits 0 requeues 0) 
        	backlog 0b 0p requeues 0

        """;

    /// <summary>Reader id, name of the shape, text.</summary>
    public static IReadOnlyList<(string Id, string Shape, string Text)> All { get; } =
    [
        ("ethtool", "-S", Statistics), ("ethtool", "-k", Features), ("ethtool", "-k of old", OldFeatures), ("ethtool", "-g", Ring), ("ethtool", "-c", Coalesce), ("ethtool", "-i", Driver),
        ("ethtool", "plain", Settings), ("tc-qdisc", "-s show, shaped", Disciplines), ("tc-class", "-s -d show", Classes), ("tc-filter", "-s show", Filters),
    ];
}

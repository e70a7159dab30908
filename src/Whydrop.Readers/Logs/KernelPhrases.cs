using System.Text.RegularExpressions;

namespace Whydrop.Readers.Logs;

/// <summary>What the kernel says of the network and of those who cannot run, in its wording from 2.6 to now.</summary>
internal static partial class KernelPhrases
{
    /// <summary>Wordings so special that they are believed in any log: an excerpt may have lost what shows that the kernel wrote it.</summary>
    public static IReadOnlyList<LogPhrase> Special { get; } =
    [
        // net/ipv4/tcp_input.c tcp_syn_flood_action; the address stands before the port since 6.2
        new("syn-flooding", "SYN flooding on port", SynFlooding(), "port"),

        // net/ipv4/tcp.c tcp_check_oom; before 3.4 both were "Out of socket memory"
        new("tcp-out-of-memory", "consider tuning tcp_mem", TcpMemory()),
        new("tcp-out-of-memory", "Out of socket memory", TcpMemory()),
        new("too-many-orphans", "orphaned sockets", Orphans()),

        // net/netfilter/nf_conntrack_core.c __nf_conntrack_alloc, nf_conntrack_expect.c
        new("conntrack-full", "table full", ConntrackFull(), "table"),

        // net/core/neighbour.c neigh_alloc; before 3.10 "Neighbour table overflow."
        new("neighbour-overflow", "table overflow", NeighbourOverflow(), "table"),

        // net/ipv4/route.c ip_handle_martian_source, ip_route_input_slow: the destination is printed first
        new("martian-{state}", "martian ", Martian(), "device"),
        new("tx-timeout", "transmit queue", WatchdogOfDevice(), "device"),
        new("tx-timeout", "transmit queue", Watchdog(), "device"),

        // net/ipv4/inet_timewait_sock.c; OpenVZ adds its container
        new("time-wait-overflow", "time wait bucket table overflow", TimeWait()),

        // net/ipv6/addrconf.c addrconf_dad_failure; "used by" since 5.3
        new("duplicate-address", "duplicate address", DuplicateV6(), "address"),
        new("own-address-received", "own address as source", OwnAddress(), "device"),

        // fs/file_table.c alloc_empty_file
        new("too-many-files", "file-max limit", FileMax()),
        new("shrunk-window", "unexpectedly shrunk window", ShrunkWindow(), "peer"),
        new("checksum-failure", "hw csum failure", ChecksumFailure(), "device"),
        new("bad-checksum", "bad checksum", BadChecksum()),
        new("vf-datapath-switch", "ata path switched", DataPath(), "device"),
        new("soft-lockup", "soft lockup", SoftLockup(), "victim"),
        new("rcu-stall", "detected stall", RcuStall()),
        new("hung-task", "blocked for more than", HungTask(), "victim"),
        new("clocksource-unstable", "clocksource", Clocksource()),
        new("allocation-failure", "page allocation failure", AllocationFailure(), "victim"),
        new("firewall-log", " SRC=", FirewallLog(), "prefix"),
    ];

    /// <summary>Wordings that a program could use too: believed only of the kernel, or of the daemon that runs the links.</summary>
    public static IReadOnlyList<LogPhrase> OfDevices { get; } =
    [
        new("bond", "link status", Bond(), "device"),
        new("bond", "802.3ad response", Bond(), "device"),
        new("bond", "active interface", Bond(), "device"),
        new("bond", "new active one", Bond(), "device"),
        new("link-{state}", "link", Link(), "device"),
        new("link-up", "link becomes ready", LinkReady(), "device"),
        new("link-down", "Lost carrier", Carrier(), "device"),
        new("link-up", "Gained carrier", Carrier(), "device"),
        new("nic-reset", "Reset adapter", Reset(), "device"),
        new("nic-reset", "Unit Hang", Reset(), "device"),
        new("nic-reset", "tx hang", Reset(), "device"),
        new("nic-reset", "initiating reset", Reset(), "device"),
        new("nic-reset", "resetting", Reset(), "device"),
        new("nic-reset", "reset is on", Reset(), "device"),
    ];

    [GeneratedRegex(@"SYN flooding on port (?:(?<address>\[?[0-9A-Fa-f.:]{2,45}\]?):)?(?<port>\d{1,5})\.?(?: +(?<action>Sending cookies|Dropping request))?", RegexOptions.IgnoreCase)]
    private static partial Regex SynFlooding();

    [GeneratedRegex("out of (?:socket )?memory", RegexOptions.IgnoreCase)]
    private static partial Regex TcpMemory();

    [GeneratedRegex("too many (?:of )?orphaned sockets", RegexOptions.IgnoreCase)]
    private static partial Regex Orphans();

    [GeneratedRegex(@"(?<table>[ni][fp]_conntrack|nf_ct_expect|expectation)[\w: ]{0,40}? table full(?: in netns (?<netns>\d+))?", RegexOptions.IgnoreCase)]
    private static partial Regex ConntrackFull();

    [GeneratedRegex(@"(?:(?<table>arp_cache|ndisc_cache|dn_neigh_cache|\w+_cache): )?neighbou?r table overflow", RegexOptions.IgnoreCase)]
    private static partial Regex NeighbourOverflow();

    [GeneratedRegex(@"martian (?<state>source|destination) (?<destination>[0-9a-fA-F.:]{2,45}) from (?<source>[0-9a-fA-F.:]{2,45}?),? (?:on )?dev (?<device>[^\s,]{1,15})")]
    private static partial Regex Martian();

    [GeneratedRegex(@"(?<device>[\w.@-]{1,20}):? NETDEV WATCHDOG: (?:CPU: \d+: )?transmit queue (?<queue>\d+) timed out(?: (?<milliseconds>\d+) ms)?")]
    private static partial Regex WatchdogOfDevice();

    [GeneratedRegex(@"NETDEV WATCHDOG: (?:CPU: \d+: )?(?<device>[^\s:]{1,20}) \((?<driver>[^)]{0,40})\): transmit queue (?<queue>\d+) timed out(?: (?<milliseconds>\d+) ms)?")]
    private static partial Regex Watchdog();

    [GeneratedRegex("time wait bucket table overflow", RegexOptions.IgnoreCase)]
    private static partial Regex TimeWait();

    [GeneratedRegex(@"(?<device>[^\s:]{1,20}): IPv6 duplicate address (?<address>[0-9a-fA-F:.]{2,45})(?: used by (?<mac>[0-9a-fA-F:]{17}))? detected", RegexOptions.IgnoreCase)]
    private static partial Regex DuplicateV6();

    [GeneratedRegex(@"(?<device>[^\s:]{1,20}): received packet on (?<port>\S{1,20}) with own address as source(?: address)?(?: \(addr:(?<mac>[0-9a-fA-F:]{17}))?")]
    private static partial Regex OwnAddress();

    [GeneratedRegex(@"VFS: (?<scope>file-max) limit (?<limit>\d+) reached")]
    private static partial Regex FileMax();

    [GeneratedRegex(@"Peer (?<peer>\S{2,60}?)(?:/\d+)? unexpectedly shrunk window")]
    private static partial Regex ShrunkWindow();

    [GeneratedRegex(@"(?<device>[^\s:]{1,20}): hw csum failure")]
    private static partial Regex ChecksumFailure();

    [GeneratedRegex(@"(?<protocol>UDP|TCP|DCCP)(?:v6)?: bad checksum\.? From (?<source>\S{2,60}) to (?<destination>\S{2,60})")]
    private static partial Regex BadChecksum();

    [GeneratedRegex(@"[Dd]ata path switched (?<direction>to|from) VF: (?<device>\S{1,20})")]
    private static partial Regex DataPath();

    [GeneratedRegex(@"soft lockup - CPU#(?<cpu>\d+) stuck for (?<seconds>\d+)s! \[(?<victim>.{1,60}?):(?<pid>\d+)\]")]
    private static partial Regex SoftLockup();

    [GeneratedRegex(@"rcu.{0,40}detected stalls?(?: on (?<cpus>CPUs?(?:/tasks)?))?", RegexOptions.IgnoreCase)]
    private static partial Regex RcuStall();

    [GeneratedRegex(@"task (?<victim>.{1,60}?):(?<pid>\d+) blocked for more than (?<seconds>\d+) seconds")]
    private static partial Regex HungTask();

    [GeneratedRegex(@"timekeeping watchdog.{0,40}marking clocksource '?(?<clock>[\w-]+)'?|clocksource (?<clock>[\w-]+) unstable|Clocksource '(?<clock>[\w-]+)' skewed", RegexOptions.IgnoreCase)]
    private static partial Regex Clocksource();

    [GeneratedRegex(@"(?<victim>\S{1,40}): page allocation failure(?:: order:(?<order>\d+))?")]
    private static partial Regex AllocationFailure();

    // net/netfilter/nf_log_syslog.c: "IN=eth0 OUT= MAC=… SRC=… DST=… LEN=… … PROTO=TCP SPT=… DPT=…", with the rule's prefix before
    [GeneratedRegex(@"(?<prefix>[^=]{0,64}?) ?IN=(?<in>\S{0,20}) OUT=(?<out>\S{0,20}) .{0,120}?SRC=(?<source>[0-9a-fA-F.:]{2,45}) DST=(?<destination>[0-9a-fA-F.:]{2,45}) (?:.{0,120}?PROTO=(?<protocol>\w{1,10}))?(?: SPT=(?<sport>\d+) DPT=(?<dport>\d+))?")]
    private static partial Regex FirewallLog();

    // drivers/net/bonding/bond_main.c; "(slave eth1)" since 5.3, "for interface eth1" before
    [GeneratedRegex(@"(?<device>[\w.-]{1,15}): (?:Warning: )?(?:\(slave (?<member>[\w.-]{1,15})\): )?(?<event>link status (?:definitely )?(?:down|up)|[Nn]o 802\.3ad response from the link partner|now running without any active interface|making interface|making new active one)(?:.{0,40}?\binterface (?<member>[\w.-]{1,15}))?")]
    private static partial Regex Bond();

    [GeneratedRegex(@"(?:^|[\s(])(?<device>[A-Za-z][\w.@-]{0,19})[):]?(?: |: )?(?:carrier: )?(?:NIC |NIC Copper |NIC SerDes |PHY )?[Ll]ink(?: is)? (?<state>up|down|disconnected|connected)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<device>[^\s:]{1,20}): link becomes ready")]
    private static partial Regex LinkReady();

    [GeneratedRegex(@"(?<device>[^\s:]{1,20}): (?:Lost|Gained) carrier")]
    private static partial Regex Carrier();

    [GeneratedRegex(@"(?:^|\s)(?<device>[A-Za-z][\w.-]{0,19}):? (?<event>Reset adapter(?: unexpectedly)?|Detected (?:Hardware|Tx) Unit Hang|(?:Detected )?tx hang.{0,20}|[^:]{0,20}initiating reset.{0,20}|[^:]{0,20}resetting.{0,20}|Trigger reset is on|.{0,30}reset is on)", RegexOptions.IgnoreCase)]
    private static partial Regex Reset();
}

using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class LogTests
{
    private const string Slice = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0330b2c1_a15b_4cdd_b5e5_72d4a90bee82.slice";

    [Fact]
    public void The_kernels_log_gives_time_since_boot_and_no_date()
    {
        var events = Events(LogSamples.Dmesg);
        Assert.Equal(["conntrack-full", "syn-flooding", "link-down", "link-up"], events.Select(e => e.Kind));
        Assert.All(events, e => Assert.Null(e.Time));
        Assert.Equal(TimeSpan.FromTicks(8121033110), events[0].Uptime);
        Assert.Equal(("8080", "0.0.0.0", "Sending cookies"), (events[1].Subject, events[1].Details["address"], events[1].Details["action"]));
        Assert.Equal(new VantagePoint("node-a", null, "eth0"), events[2].At);
        Assert.Equal(2, events[0].From.Line);
    }

    [Theory]
    [InlineData("[Thu Dec  7 00:13:23 2017] nf_conntrack: table full, dropping packet", true)]
    [InlineData("2024-01-10T23:05:07,799123+00:00 nf_conntrack: table full, dropping packet", true)]
    [InlineData("2024-01-10T23:05:07.799123+00:00 node-a kernel: nf_conntrack: table full, dropping packet", false)]
    [InlineData("[12.000001] nf_conntrack: table full, dropping packet", false)]
    public void What_dmesg_reckons_from_boot_says_so(string line, bool sinceBoot) =>
        Assert.Equal(sinceBoot, Assert.Single(Events(line + "\n")).Details.GetValueOrDefault(LogEvent.Clock) == LogEvent.SinceBoot);

    [Theory]
    [InlineData("cpu  9 0 1 2 3 0 0 0 0 0\ncpu0 9 0 1 2 3 0 0 0 0 0\nintr 42 0 0\nctxt 5\nbtime 1708400000\nprocesses 5\nprocs_running 1\nprocs_blocked 0\nsoftirq 9 1 2\n")]
    [InlineData("cpu  9 0 1 2\r\ncpu0 9 0 1 2\r\npage 1 2\r\nswap 1 0\r\nintr 42 0 0\r\nbtime 1708400000\r\n")]
    [InlineData("btime 1708400000\n")]
    public void The_time_of_boot_is_in_proc_stat(string text)
    {
        var read = Reading.Of(text).WithoutGaps();
        Assert.Equal((new VantagePoint("node-a"), 1_708_400_000_000_000_000), (Assert.Single(read.All<BootTime>()).At, read.All<BootTime>()[0].Time.UnixNanoseconds));
    }

    [Fact]
    public void A_kill_in_a_control_group_names_pod_container_and_sizes_once()
    {
        var events = Events(LogSamples.DmesgKillNew);
        Assert.Equal(["oom-invoked", "oom-kill", "oom-reaped"], events.Select(e => e.Kind));
        var kill = events[1];
        Assert.Equal(("java", "4711", "CONSTRAINT_MEMCG", "524288kB"), (kill.Subject, kill.Details["pid"], kill.Details["constraint"], kill.Details["rss"]));
        Assert.Equal(("0330b2c1-a15b-4cdd-b5e5-72d4a90bee82", string.Concat(Enumerable.Repeat("aa00", 16)), Slice), (kill.Details["pod-uid"], kill.Details["container-id"], kill.Details["limit-cgroup"]));
    }

    [Fact]
    public void A_kill_by_an_older_kernel_takes_the_control_group_from_the_line_before()
    {
        var kill = Assert.Single(Events(LogSamples.DmesgKillOld), e => e.Kind == "oom-kill");
        Assert.Equal(("28438", "95387fa4-da9c-11e7-9d36-5254b24cbf5e", "6895a3e13439535852d3184ac2aadd26d7363cc035f171545ec7d4ce74073b0b", "479844kB", "2017-12-07T00:13:23.000000"), (
            kill.Details["pid"], kill.Details["pod-uid"], kill.Details["container-id"], kill.Details["rss"], kill.Details["local-time"]));
        Assert.Equal("CONSTRAINT_MEMCG", Assert.Single(Events("[1.000001] Memory cgroup out of memory: Killed process 7 (a (b)), UID 0, total-vm:9kB, anon-rss:1kB, file-rss:2kB, shmem-rss:3kB\n")).Details["constraint"]);
    }

    [Theory]
    [InlineData("Killed process 7104, UID 10049, (php) total-vm:9kB, anon-rss:1kB, file-rss:2kB", "oom-kill", "php")]
    [InlineData("Out of memory: Killed process 9 ((resolved)) total-vm:9kB, anon-rss:1kB, file-rss:2kB, shmem-rss:0kB", "oom-kill", "(resolved)")]
    [InlineData("oom_reaper: reaped process 9 ((resolved)), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB", "oom-reaped", "(resolved)")]
    [InlineData("oom_reaper: unable to reap pid:12 (java)", "oom-reaped", "java")]
    public void Names_of_victims_may_hold_parentheses(string message, string kind, string victim)
    {
        var one = Assert.Single(Events($"[1.000001] {message}\n"));
        Assert.Equal((kind, victim, victim), (one.Kind, one.Subject, one.Details["victim"]));
    }

    [Fact]
    public void A_kill_of_which_only_the_announcement_was_kept_is_told()
    {
        var events = Events("[1.000001] Memory cgroup out of memory: Kill process 1012 (heapster) score 1035 or sacrifice child\n[2.000001] eth0: entered promiscuous mode\n");
        Assert.Equal(("oom-kill", "heapster", "1012"), (Assert.Single(events).Kind, events[0].Subject, events[0].Details["pid"]));
        var whole = Events("[1.0001] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/user.slice,task=python3,pid=9,uid=0\n[1.0002] Out of memory: Killed process 9 (python3) total-vm:8kB, anon-rss:4kB, file-rss:3kB, shmem-rss:0kB\n");
        Assert.Equal(("CONSTRAINT_NONE", "/user.slice"), (Assert.Single(whole).Details["constraint"], whole[0].Details["cgroup"]));
    }

    [Theory]
    [InlineData(LogSamples.DmesgIso, "martian-source", "eth0", "2026-11-21T13:07:21.231855Z")]
    [InlineData(LogSamples.DmesgLevels, "neighbour-overflow", "arp_cache", null)]
    [InlineData(LogSamples.DmesgHuman, "tcp-out-of-memory", null, null)]
    [InlineData(LogSamples.Kmsg, "time-wait-overflow", null, null)]
    [InlineData(LogSamples.JournalShort, "tx-timeout", "eth0", "2022-01-01T00:00:01.000000Z")]
    [InlineData(LogSamples.JournalJson, "too-many-orphans", null, "2023-11-14T22:13:20.123456Z")]
    [InlineData(LogSamples.DmesgDelta, "time-wait-overflow", null, null)]
    [InlineData(LogSamples.DmesgJson, "conntrack-full", "nf_conntrack", null)]
    [InlineData(LogSamples.JournalPretty, "tcp-out-of-memory", null, "2023-11-14T22:13:20.123456Z")]
    [InlineData(LogSamples.Json, "no-route", "[fd00::6]:5432", "2023-11-14T22:13:21.250000Z")]
    [InlineData(LogSamples.KeyValue, "connect-timeout", "10.2.0.6:53", "2024-01-10T23:05:08.000000Z")]
    public void Each_shape_gives_its_only_event(string text, string kind, string? subject, string? time)
    {
        var one = Assert.Single(Events(text));
        Assert.Equal((kind, subject, time), (one.Kind, one.Subject, one.Time?.ToString()));
    }

    [Fact]
    public void Uptime_of_a_record_is_in_microseconds()
    {
        Assert.Equal(TimeSpan.FromTicks(99512318630), Assert.Single(Events(LogSamples.Kmsg)).Uptime);
        Assert.Equal(TimeSpan.FromTicks(8121033110), Assert.Single(Events(LogSamples.JournalJson)).Uptime);
        Assert.Equal(TimeSpan.FromTicks(108925000000), Assert.Single(Events(LogSamples.DmesgJson)).Uptime);
    }

    [Fact]
    public void Syslog_has_neither_year_nor_zone_and_so_no_time()
    {
        var events = Events(LogSamples.Syslog);
        Assert.Equal([("bond", "bond0"), ("connection-refused", "10.244.0.7:8080"), ("no-local-address", "10.2.0.6:8080")], events.Select(e => (e.Kind, e.Subject)));
        Assert.All(events, e => Assert.Null(e.Time));
        Assert.Equal(("11-21T13:00:01.000000", "eth1", "link status definitely down"), (events[0].Details["local-time"], events[0].Details["member"], events[0].Details["event"]));
        Assert.Equal(TimeSpan.FromTicks(123456789010), events[0].Uptime);
        Assert.Equal(("kubelet", "connect"), (events[1].Details["program"], events[1].Details["operation"]));
    }

    [Fact]
    public void Rfc_5424_has_time_host_and_program()
    {
        var events = Events(LogSamples.Syslog5424);
        Assert.Equal([("too-many-files", null, "2024-03-10T22:14:15.003000Z"), ("too-many-files", "app", "2024-03-10T21:14:16.003000Z")], events.Select(e => (e.Kind, e.Subject, e.Time?.ToString())));
        Assert.Equal(("file-max", "process"), (events[0].Details["scope"], events[1].Details["scope"]));
    }

    [Fact]
    public void The_journal_with_an_offset_has_times()
    {
        var events = Events(LogSamples.JournalIso);
        Assert.Equal([("duplicate-address", "fe80::1", "eth0"), ("link-down", "eth1", "eth1")], events.Select(e => (e.Kind, e.Subject, e.At.Interface)));
        Assert.Equal("2024-01-10T22:05:07.000000Z", events[0].Time?.ToString());
    }

    [Fact]
    public void A_container_log_has_the_runtimes_time()
    {
        var events = Events(LogSamples.Container);
        Assert.Equal([("no-local-address", "10.2.0.6:5432"), ("reset-by-peer", "10.2.0.6:5432")], events.Select(e => (e.Kind, e.Subject)));
        Assert.Equal(("2024-01-10T23:05:08.799123Z", "10.1.0.5:41234"), (events[0].Time?.ToString(), events[1].Details["local"]));
    }

    [Fact]
    public void A_trace_is_one_event_with_the_time_of_the_line_above_it()
    {
        var one = Assert.Single(Events(LogSamples.Java));
        Assert.Equal(("connect-timeout", "10.2.0.6:5432", "2024-01-10T23:05:08.799000", 3), (one.Kind, one.Subject, one.Details["local-time"], one.From.Line));
    }

    [Fact]
    public void The_host_of_a_line_is_the_place_when_no_folder_says_one()
    {
        var result = ReaderCatalogue.Read(Text.TextFile.FromText("messages", LogSamples.Syslog), VantagePoint.Unknown);
        Assert.Equal("node-a", result.Facts[0].At.Node);
    }

    [Theory]
    [InlineData("TCP: Possible SYN flooding on port 80. Dropping request.  Check SNMP counters.", "syn-flooding", "80")]
    [InlineData("possible SYN flooding on port 443. Sending cookies.", "syn-flooding", "443")]
    [InlineData("TCP: request_sock_TCPv6: Possible SYN flooding on port [::]:9000. Sending cookies.", "syn-flooding", "9000")]
    [InlineData("Out of socket memory", "tcp-out-of-memory", null)]
    [InlineData("TCP: too many of orphaned sockets", "too-many-orphans", null)]
    [InlineData("ip_conntrack: table full, dropping packet.", "conntrack-full", "ip_conntrack")]
    [InlineData("nf_conntrack: nf_conntrack: table full in netns 4026531840, dropping packet", "conntrack-full", "nf_conntrack")]
    [InlineData("ipv4: Neighbour table overflow.", "neighbour-overflow", null)]
    [InlineData("neighbour: ndisc_cache: neighbor table overflow!", "neighbour-overflow", "ndisc_cache")]
    [InlineData("IPv4: martian destination 127.0.0.1 from 10.0.0.1, dev eth0", "martian-destination", "eth0")]
    [InlineData("martian source 10.1.2.3 from 127.0.0.1, on dev bond0.100", "martian-source", "bond0.100")]
    [InlineData("ixgbe 0000:04:00.0: eth2: NIC Link is Down", "link-down", "eth2")]
    [InlineData("mlx5_core 0000:08:00.0 ens1f0: Link down", "link-down", "ens1f0")]
    [InlineData("mlx4_en: eth0: Link Up", "link-up", "eth0")]
    [InlineData("e1000e: eth0 NIC Link is Up 1000 Mbps Full Duplex, Flow Control: None", "link-up", "eth0")]
    [InlineData("bnx2 0000:03:00.0: em1: NIC Copper Link is Down", "link-down", "em1")]
    [InlineData("tg3 0000:03:00.0 eno1: Link is down", "link-down", "eno1")]
    [InlineData("r8169 0000:02:00.0 enp2s0: Link is Up - 1Gbps/Full - flow control rx/tx", "link-up", "enp2s0")]
    [InlineData("IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready", "link-up", "eth0")]
    [InlineData("e1000e 0000:00:1f.6 eth0: NETDEV WATCHDOG: CPU: 3: transmit queue 1 timed out 5032 ms", "tx-timeout", "eth0")]
    [InlineData("bond0: link status definitely down for interface eth1, disabling it", "bond", "bond0")]
    [InlineData("bond0: Warning: No 802.3ad response from the link partner for any adapters in the bond", "bond", "bond0")]
    [InlineData("bond0: now running without any active interface!", "bond", "bond0")]
    [InlineData("e1000e 0000:00:1f.6 eth0: Detected Hardware Unit Hang:", "nic-reset", "eth0")]
    [InlineData("e1000e 0000:00:1f.6 eth0: Reset adapter unexpectedly", "nic-reset", "eth0")]
    [InlineData("IPv6: eth0: IPv6 duplicate address fd00::5 detected!", "duplicate-address", "fd00::5")]
    [InlineData("br0: received packet on veth1 with own address as source address (addr:02:00:00:00:00:01, vlan:0)", "own-address-received", "br0")]
    [InlineData("hv_netvsc 0000 eth0: Data path switched from VF: enP1s1", "vf-datapath-switch", "enP1s1")]
    [InlineData("watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [kworker/3:1:771]", "soft-lockup", "kworker/3:1")]
    [InlineData("rcu: INFO: rcu_sched self-detected stall on CPU", "rcu-stall", null)]
    [InlineData("INFO: task jbd2/sda1-8:321 blocked for more than 120 seconds.", "hung-task", "jbd2/sda1-8")]
    [InlineData("clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable because the skew is too large:", "clocksource-unstable", null)]
    [InlineData("DROP-FWD: IN=cali1 OUT=eth0 MAC=02:00 SRC=10.0.0.1 DST=10.0.0.2 LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=1 DF PROTO=TCP SPT=41000 DPT=443 WINDOW=64240 RES=0x00 SYN URGP=0", "firewall-log", "DROP-FWD:")]
    public void Wordings_of_the_kernel(string message, string kind, string? subject)
    {
        foreach (var line in new[] { $"[  12.345678] {message}", $"Nov 21 13:00:01 n kernel: [  12.345678] {message}", $"<4>[  12.345678] {message}", $"4,77,12345678,-;{message}" })
        {
            var one = Assert.Single(Events($"{line}\n"));
            Assert.Equal((kind, subject, message), (one.Kind, one.Subject, one.Text));
            Assert.Equal(TimeSpan.FromTicks(123456780), one.Uptime);
        }
    }

    [Theory]
    [InlineData("dial tcp 10.2.0.6:80: connect: cannot assign requested address", "no-local-address", "10.2.0.6:80")]
    [InlineData("[alert] 7#7: *9 socket() failed (24: Too many open files) while connecting to upstream", "too-many-files", null)]
    [InlineData("[crit] 7#7: accept4() failed (24: Too many open files)", "too-many-files", null)]
    [InlineData("http: Accept error: accept tcp [::]:8080: accept4: too many open files; retrying in 1s", "too-many-files", null)]
    [InlineData("OSError: [Errno 99] Cannot assign requested address", "no-local-address", null)]
    [InlineData("java.net.NoRouteToHostException: Cannot assign requested address (Address not available)", "no-local-address", null)]
    [InlineData("connect(): (99: Address not available) upstream: \"http://10.9.9.9:81/x\"", "no-local-address", "10.9.9.9:81")]
    [InlineData("listen tcp 10.0.0.9:80: bind: cannot assign requested address", "bind-failed", "10.0.0.9:80")]
    [InlineData("Error: connect ECONNREFUSED 10.2.0.6:5432", "connection-refused", "10.2.0.6:5432")]
    [InlineData("HTTPConnectionPool(host='api', port=8080): Max retries exceeded (NewConnectionError: [Errno 111] Connection refused)", "connection-refused", "api:8080")]
    [InlineData("could not connect to server: connection to server at \"db\" (10.2.0.6), port 5432 failed: Connection refused", "connection-refused", "10.2.0.6:5432")]
    [InlineData("recv() failed (104: Connection reset by peer) while reading response header from upstream, upstream: \"http://10.2.0.6:80/\"", "reset-by-peer", "10.2.0.6:80")]
    [InlineData("java.net.SocketException: Connection reset", "reset-by-peer", null)]
    [InlineData("upstream timed out (110: Connection timed out) while connecting to upstream, client: 10.0.0.3, upstream: \"http://10.2.0.6:80/\"", "connect-timeout", "10.2.0.6:80")]
    [InlineData("upstream timed out (110: Connection timed out) while reading response header from upstream, upstream: \"http://10.2.0.6:80/\"", "read-timeout", "10.2.0.6:80")]
    [InlineData("curl: (28) Failed to connect to 10.2.0.6 port 80 after 130000 ms: Connection timed out", "connect-timeout", "10.2.0.6:80")]
    [InlineData("read tcp 10.0.0.1:4000->10.2.0.6:80: i/o timeout", "read-timeout", "10.2.0.6:80")]
    [InlineData("TimeoutError: [Errno 110] Connection timed out", "timed-out", null)]
    [InlineData("dial tcp 10.2.0.6:80: connect: no route to host", "no-route", "10.2.0.6:80")]
    [InlineData("dial tcp [fd00::1]:80: connect: network is unreachable", "network-unreachable", "[fd00::1]:80")]
    [InlineData("upstream prematurely closed connection while reading response header from upstream", "upstream-closed", null)]
    [InlineData("Unable to write event: Post \"https://10.2.0.6:443/x\": dial tcp 10.2.0.6:443: i/o timeout", "connect-timeout", "10.2.0.6:443")]
    [InlineData("write tcp 10.0.0.1:4000->10.2.0.6:80: write: broken pipe", "broken-pipe", "10.2.0.6:80")]
    public void Wordings_of_programs(string message, string kind, string? peer)
    {
        foreach (var line in new[] { $"2024-01-10T23:05:07.799Z {message}", $"2024-01-10 23:05:07,799 ERROR {message}", $"2024/01/10 23:05:07 {message}", $"Nov 21 13:00:01 n app[7]: {message}", $"E0110 23:05:07.799123   1 x.go:7] {message}", $"[2024-01-10 23:05:07.799] {message}" })
        {
            var one = Assert.Single(Events($"{line}\n"));
            Assert.Equal(kind, one.Kind);
            Assert.Equal(peer, one.Details.GetValueOrDefault("peer"));
        }
    }

    [Theory]
    [InlineData("2024-01-10T23:05:07.799Z INFO connected\n")]
    [InlineData("[    0.000000] Linux version 6.1\n[    1.000000] IPv6: ADDRCONF(NETDEV_UP): eth0: link is not ready\n")]
    [InlineData("Nov 21 13:00:01 node app[1]: the downlink is up to date\n")]
    [InlineData("10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 12\n")]
    [InlineData("Feb 12 10:00:00 node kubelet[1]: default via 10.0.0.1 dev eth0\n")]
    [InlineData("13:00:01,123 INFO  [org.x] (main) started\n")]
    public void A_log_in_which_nothing_happened_is_known_and_holds_no_fact(string text)
    {
        var reading = Reading.Of(text).WithoutGaps();
        Assert.Empty(reading.Result.Facts);
        Assert.True(reading.Result.Recognised);
    }

    [Theory]
    [InlineData("23:05:07.123456 IP 10.0.0.1.4000 > 10.0.0.2.80: Flags [S], seq 1\n")]
    [InlineData("2024-01-10 23:05:07.123456 IP 10.0.0.1.4000 > 10.0.0.2.80: Flags [S], seq 1\n")]
    [InlineData("[1700000000.123456] 64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.1 ms\n")]
    [InlineData("-rw-r--r-- 1 root root 1234 2024-01-10 23:05:07.000 +0000 file\n")]
    [InlineData("connection refused\n")]
    [InlineData("{\"kind\":\"Event\",\"message\":\"connection refused\"}\n")]
    public void What_only_looks_like_a_log_is_unrecognised(string text) => Assert.Equal(GapKind.Unrecognised, Assert.Single(Reading.Of(text).Gaps).Kind);

    [Fact]
    public void A_flood_of_one_kind_is_bounded_and_hides_no_other()
    {
        var text = string.Concat(Enumerable.Range(0, 10_050).Select(i => $"[{i}.000001] nf_conntrack: table full, dropping packet\n")) + "[20000.1] TCP: time wait bucket table overflow\n";
        var reading = Reading.Of(text);
        Assert.Equal(10_001, reading.Result.Facts.Count);
        Assert.Equal((GapKind.Limited, 10_001), (Assert.Single(reading.Gaps).Kind, reading.Gaps[0].From.Line));
    }

    [Theory]
    [InlineData("2024-01-10T23:05:07.5Z", "2024-01-10T23:05:07.500000Z")]
    [InlineData("2024-01-10T23:05:07+01:00", "2024-01-10T22:05:07.000000Z")]
    [InlineData("2024-01-10T23:05:07,123456-0500", "2024-01-11T04:05:07.123456Z")]
    [InlineData("2024-01-10 23:05:07 +0000 UTC", "2024-01-10T23:05:07.000000Z")]
    [InlineData("2024-01-10 23:05:07.799 UTC", "2024-01-10T23:05:07.799000Z")]
    [InlineData("Wed 2024-01-10 23:05:07 UTC", "2024-01-10T23:05:07.000000Z")]
    [InlineData("Wed Jan 10 23:05:07 UTC 2024", "2024-01-10T23:05:07.000000Z")]
    [InlineData("1704927907.250000", "2024-01-10T23:05:07.250000Z")]
    [InlineData("2024-01-10 23:05:07", null)]
    [InlineData("2024-01-10 23:05:07 CET", null)]
    [InlineData("Jan 10 23:05:07", null)]
    public void Only_a_printed_zone_places_a_time(string time, string? known) =>
        Assert.Equal(known, Assert.Single(Events($"{time} x: dial tcp 10.2.0.6:80: connect: connection refused\n")).Time?.ToString());

    [Fact]
    public void Dates_that_do_not_exist_are_no_times()
    {
        foreach (var line in new[] { "2024-02-30T23:05:07Z x", "2024-13-01T23:05:07Z x", "Feb 31 13:00:00 n a: x", "2024-01-10T25:05:07Z x", "9999-99-99T99:99:99Z x" })
        {
            Assert.False(Reading.Of($"{line} dial tcp 10.2.0.6:80: connect: connection refused\n").Result.Recognised);
        }
    }

    private static IReadOnlyList<LogEvent> Events(string text) => Reading.Of(text).WithoutGaps().All<LogEvent>();
}

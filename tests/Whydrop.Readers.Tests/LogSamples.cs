namespace Whydrop.Readers.Tests;

/// <summary>Samples of logs, each in the format its tool writes.</summary>
internal static class LogSamples
{
    public const string Dmesg = """
        [    0.000000] Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)
        [  812.103311] nf_conntrack: nf_conntrack: table full, dropping packet
        [  812.103999] TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:8080. Sending cookies.
        [  813.000001] e1000e 0000:00:1f.6 eth0: NIC Link is Down
        [  815.500001] e1000e 0000:00:1f.6 eth0: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx

        """;

    public const string DmesgKillNew = """
        [ 9000.000001] java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=984
        [ 9000.000010] CPU: 1 PID: 4711 Comm: java Not tainted 6.1.0-18-amd64 #1
        [ 9000.000020] memory: usage 524288kB, limit 524288kB, failcnt 812
        [ 9000.000030] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
        [ 9000.000040] [   4711]  1000  4711  1234567   131072  1228800        0           984 java
        [ 9000.000050] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-containerd-aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00.scope,mems_allowed=0,oom_memcg=/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0330b2c1_a15b_4cdd_b5e5_72d4a90bee82.slice,task_memcg=/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0330b2c1_a15b_4cdd_b5e5_72d4a90bee82.slice/cri-containerd-aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00.scope,task=java,pid=4711,uid=1000
        [ 9000.000060] Memory cgroup out of memory: Killed process 4711 (java) total-vm:4938268kB, anon-rss:510000kB, file-rss:14000kB, shmem-rss:288kB, UID:1000 pgtables:1200kB oom_score_adj:984
        [ 9000.900060] oom_reaper: reaped process 4711 (java), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB

        """;

    public const string DmesgKillOld = """
        [Thu Dec  7 00:13:22 2017] java invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=-998
        [Thu Dec  7 00:13:22 2017] Task in /kubepods/pod95387fa4-da9c-11e7-9d36-5254b24cbf5e/6895a3e13439535852d3184ac2aadd26d7363cc035f171545ec7d4ce74073b0b killed as a result of limit of /kubepods/pod95387fa4-da9c-11e7-9d36-5254b24cbf5e
        [Thu Dec  7 00:13:23 2017] Memory cgroup out of memory: Kill process 24572 (java) score 0 or sacrifice child
        [Thu Dec  7 00:13:23 2017] Killed process 28438 (java) total-vm:20255636kB, anon-rss:466160kB, file-rss:13684kB

        """;

    public const string DmesgIso = "2026-11-21T13:07:20,231852+00:00 br0: port 2(node2) entered blocking state\n2026-11-21T13:07:21,231855+00:00 IPv4: martian source 10.0.0.9 from 192.0.2.7, on dev eth0\n";

    public const string DmesgLevels = "kern  :info  : [ 9951.231852] node2: entered promiscuous mode\nkern  :warn  : [ 9951.931852] neighbour: arp_cache: neighbor table overflow!\n";

    public const string DmesgHuman = "[Nov21 13:07] node2: entered promiscuous mode\n[  +0.000011] TCP: out of memory -- consider tuning tcp_mem\n";

    public const string Kmsg = "6,15513,9951231852,-;node2: entered promiscuous mode\n4,15514,9951231863,-,caller=T12;TCP: time wait bucket table overflow\n";

    public const string Syslog = """
        Nov 21 13:00:01 node-a kernel: [12345.678901] bond0: (slave eth1): link status definitely down, disabling slave
        Nov 21 13:00:02 node-a kubelet[1234]: E1121 13:00:02.123456    1234 prober.go:104] "Probe failed" err="Get \"http://10.244.0.7:8080/healthz\": dial tcp 10.244.0.7:8080: connect: connection refused"
        Nov  1 13:00:03 node-a nginx: 2024/11/01 13:00:03 [crit] 29#29: *1 connect() to 10.2.0.6:8080 failed (99: Cannot assign requested address) while connecting to upstream, client: 10.0.0.3, upstream: "http://10.2.0.6:8080/"

        """;

    public const string Syslog5424 = """
        <4>1 2024-03-10T22:14:15.003Z node-a kernel - - - [ 77.000100] VFS: file-max limit 65536 reached
        <11>1 2024-03-10T22:14:16.003+01:00 node-a app 8710 ID47 [x@1 a="b"] accept4: Too many open files

        """;

    public const string JournalShort = """
        -- Logs begin at Fri 2021-12-31 09:41:48 UTC, end at Thu 2022-02-10 09:51:37 UTC. --
        Dec 31 23:59:59 node-a systemd[1]: Started Daily thing.
        Jan 01 00:00:01 node-a kernel: NETDEV WATCHDOG: eth0 (e1000e): transmit queue 0 timed out

        """;

    public const string JournalIso = "2024-01-10T23:05:07+0100 node-a kernel: IPv6: eth0: IPv6 duplicate address fe80::1 used by 02:fc:00:00:00:05 detected!\n2024-01-10T23:05:08+0100 node-a systemd-networkd[12]: eth1: Lost carrier\n";

    public const string JournalJson = """
        {"__REALTIME_TIMESTAMP":"1700000000123456","__MONOTONIC_TIMESTAMP":"812103311","_TRANSPORT":"kernel","SYSLOG_IDENTIFIER":"kernel","_HOSTNAME":"node-a","MESSAGE":"TCP: too many orphaned sockets"}
        {"__REALTIME_TIMESTAMP":"1700000001123456","_TRANSPORT":"stdout","SYSLOG_IDENTIFIER":"app","_HOSTNAME":"node-a","MESSAGE":[72,105]}

        """;

    public const string DmesgDelta = "[<    0.000000>] node2: entered promiscuous mode\n[<    0.000011>] TCP: time wait bucket table overflow\n";

    public const string DmesgJson = """
        {
           "dmesg": [
              {
                 "pri": 6,
                 "time":   10891.640496,
                 "msg": "node1: left allmulticast mode"
              },{
                 "pri": 4,
                 "time":   10892.500000,
                 "msg": "nf_conntrack: nf_conntrack: table full, dropping packet"
              }
           ]
        }
        """;

    public const string JournalPretty = """
        {
        	"__REALTIME_TIMESTAMP" : "1700000000123456",
        	"_BOOT_ID" : "0011223344556677",
        	"_TRANSPORT" : "kernel",
        	"_SOURCE_MONOTONIC_TIMESTAMP" : "812103311",
        	"MESSAGE" : "TCP: out of memory -- consider tuning tcp_mem"
        }
        {
        	"__REALTIME_TIMESTAMP" : "1700000001123456",
        	"_BOOT_ID" : "0011223344556677",
        	"MESSAGE" : "Started."
        }
        """;

    public const string Container = """
        2024-01-10T23:05:07.799123456Z stdout F ready
        2024-01-10T23:05:08.799123456Z stderr F 2024/01/10 23:05:08 dial tcp 10.2.0.6:5432: connect: cannot assign requested address
        2024-01-10T23:05:09.799123456Z stderr F read tcp 10.1.0.5:41234->10.2.0.6:5432: read: connection reset by peer

        """;

    public const string Json = """
        {"level":"info","ts":1700000000.25,"msg":"ready"}
        {"level":"error","ts":1700000001.25,"caller":"x.go:12","msg":"query failed","error":"dial tcp [fd00::6]:5432: connect: no route to host"}

        """;

    public const string KeyValue = "time=\"2024-01-10T23:05:07Z\" level=info msg=ready\ntime=\"2024-01-10T23:05:08Z\" level=error msg=\"dial tcp 10.2.0.6:53: i/o timeout\"\n";

    public const string Java = """
        2024-01-10 23:05:07,799 INFO  [main] Started
        2024-01-10 23:05:08,799 ERROR [pool-1] request failed
        java.net.ConnectException: Connection timed out: db/10.2.0.6:5432
        	at java.base/sun.nio.ch.Net.connect0(Native Method)
        Caused by: java.net.ConnectException: Connection timed out: db/10.2.0.6:5432
        2024-01-10 23:05:09,799 INFO  [main] Going on

        """;

    /// <summary>Reader id, name of the shape, text.</summary>
    public static IReadOnlyList<(string Id, string Shape, string Text)> All { get; } =
    [
        ("log", "dmesg", Dmesg), ("log", "dmesg, kill by 6.1", DmesgKillNew), ("log", "dmesg -T, kill by 3.10", DmesgKillOld), ("log", "dmesg iso", DmesgIso), ("log", "dmesg -x", DmesgLevels),
        ("log", "dmesg -H", DmesgHuman), ("log", "kmsg", Kmsg), ("log", "syslog", Syslog), ("log", "RFC 5424", Syslog5424), ("log", "journal short", JournalShort), ("log", "journal iso", JournalIso),
        ("log", "journal json", JournalJson), ("log", "container", Container), ("log", "json", Json), ("log", "logfmt", KeyValue), ("log", "java", Java),
        ("log", "dmesg delta", DmesgDelta), ("log-json", "dmesg -J", DmesgJson), ("log-json", "journal json-pretty", JournalPretty),
    ];
}

namespace Whydrop.Readers.Tests;

/// <summary>Samples of socket, backlog, control group and pressure files.</summary>
internal static class ControlGroupSamples
{
    public const string Sockstat = """
        sockets: used 229
        TCP: inuse 4 orphan 1 tw 5 alloc 17 mem 3
        UDP: inuse 2 mem 6
        UDPLITE: inuse 0
        RAW: inuse 7
        FRAG: inuse 8 memory 9

        """;

    public const string Sockstat6 = "TCP6: inuse 17\nUDP6: inuse 9\nUDPLITE6: inuse 0\nRAW6: inuse 1\nFRAG6: inuse 0 memory 0\n";

    public const string SocketSummary = """
        Total: 312
        TCP:   38 (estab 20, closed 9, orphaned 1, timewait 8)

        Transport Total     IP        IPv6
        RAW	  1         0         1        
        UDP	  11        8         3        
        TCP	  29        17        12       
        INET	  41        25        16       
        FRAG	  0         0         0        

        """;

    public const string SocketSummary4 = """
        Total: 1061 (kernel 1286)
        TCP:   1056 (estab 2, closed 1030, orphaned 3, synrecv 0, timewait 26/0), ports 0

        Transport Total     IP        IPv6
        *	  1286      -         -        
        RAW	  0         0         0        
        UDP	  11        8         3        
        TCP	  26        20        6        
        INET	  37        28        9        
        FRAG	  0         0         0        

        """;

    public const string ProcStat = """
        cpu  138291 34 52180 11311718 3675 0 1438 0 0 0
        cpu0 69210 14 26012 5655701 1801 0 1200 0 0 0
        cpu1 69081 20 26168 5656017 1874 0 238 0 0 0
        intr 114930548 0 9 0 0 0 0 0 0 1
        ctxt 199004730
        btime 1708400000
        processes 29151
        procs_running 2
        procs_blocked 0
        softirq 5057579 250191 1481983 1647 211099 186066 0 1783454 622196 12499 508444
        """;

    public const string Softnet9 = """
        0000a000 00000002 00000003 00000000 00000000 00000000 00000000 00000000 00000001
        00000010 0000000f 00000001 00000000 00000000 00000000 00000000 00000000 00000000

        """;

    public const string Softnet11 = "ffffffff 000000fe 00000012 00000000 00000000 00000000 00000000 00000000 00000003 00000002 00000001\n";

    public const string Softnet15 = """
        000616d9 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000004 00000000 00000000 00000000 00000000 00000000
        0006213d 00000002 00000007 00000000 00000000 00000000 00000000 00000000 00000000 00000005 00000006 00000000 00000001 00000000 00000000

        """;

    public const string CpuStatV1 = "nr_periods 1500\nnr_throttled 420\nthrottled_time 31000000000\n";

    public const string CpuStatV2 = "usage_usec 900\nuser_usec 600\nsystem_usec 300\ncore_sched.force_idle_usec 0\nnr_periods 1500\nnr_throttled 420\nthrottled_usec 31000000\nnr_bursts 0\nburst_usec 0\n";

    public const string Grep = """
        /sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0330b2c1_a15b_4cdd_b5e5_72d4a90bee82.slice/cpu.max:50000 100000
        /sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0330b2c1_a15b_4cdd_b5e5_72d4a90bee82.slice/cpu.stat:nr_periods 20
        /sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0330b2c1_a15b_4cdd_b5e5_72d4a90bee82.slice/cpu.stat:nr_throttled 19
        /sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0330b2c1_a15b_4cdd_b5e5_72d4a90bee82.slice/memory.max:max

        """;

    public const string GrepBare = "cgroup.procs:12\ncgroup.procs:13\ncpu.cfs_quota_us:-1\nmemory.events:oom_kill 2\ncpu.pressure:some avg10=1.50 avg60=0.00 avg300=0.25 total=1000001\n";

    public const string MemoryEvents = "low 0\nhigh 3\nmax 11\noom 2\noom_kill 1\noom_group_kill 0\n";

    public const string OomControl = "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n";

    public const string PressureGrep = """
        /proc/pressure/cpu:some avg10=10.19 avg60=3.79 avg300=3.58 total=5406872921
        /proc/pressure/cpu:full avg10=0.00 avg60=0.00 avg300=0.00 total=0
        /proc/pressure/memory:full avg10=4.99 avg60=4.20 avg300=1.23 total=21716486

        """;

    /// <summary>Reader id, name of the shape, text.</summary>
    public static IReadOnlyList<(string Id, string Shape, string Text)> All { get; } =
    [
        ("sockstat", "sockstat", Sockstat), ("sockstat", "sockstat6", Sockstat6), ("ss-summary", "iproute2 6", SocketSummary), ("ss-summary", "iproute2 4", SocketSummary4),
        ("proc-stat", "6.1", ProcStat), ("softnet", "9 columns", Softnet9), ("softnet", "11 columns", Softnet11), ("softnet", "15 columns", Softnet15), ("cgroup", "cpu.stat v1", CpuStatV1), ("cgroup", "cpu.stat v2", CpuStatV2),
        ("cgroup", "grep with paths", Grep), ("cgroup", "grep with names", GrepBare), ("cgroup", "memory.events", MemoryEvents), ("cgroup", "memory.oom_control", OomControl), ("pressure", "grep", PressureGrep),
    ];
}

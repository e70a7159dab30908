using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Tests;

public sealed class ControlGroupTests
{
    private const string Slice = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0330b2c1_a15b_4cdd_b5e5_72d4a90bee82.slice";

    [Fact]
    public void Sockets_in_use_and_their_memory_are_gauges_by_protocol()
    {
        var reading = Reading.Of(ControlGroupSamples.Sockstat + ControlGroupSamples.Sockstat6).WithoutGaps();
        Assert.Equal((229, 4, 1, 5, 17, 3), (
            reading.Value("Sockstat.Sockets.Used"), reading.Value("Sockstat.TCP.InUse"), reading.Value("Sockstat.TCP.Orphan"), reading.Value("Sockstat.TCP.Tw"),
            reading.Value("Sockstat.TCP.Alloc"), reading.Value("Sockstat.TCP.Mem")));
        Assert.Equal((9, 17), (reading.Value("Sockstat.FRAG.Memory"), reading.Value("Sockstat.TCP6.InUse")));
    }

    [Theory]
    [InlineData(ControlGroupSamples.SocketSummary, 312, 30, 8, 1, 17, 12)]
    [InlineData(ControlGroupSamples.SocketSummary4, 1061, 1030, 26, 3, 20, 6)]
    public void The_summary_of_ss_gives_the_same_gauges(string text, long used, long alloc, long waiting, long orphans, long v4, long v6)
    {
        var reading = Reading.Of(text).WithoutGaps();
        Assert.Equal((used, alloc, waiting, orphans), (
            reading.Value("Sockstat.Sockets.Used"), reading.Value("Sockstat.TCP.Alloc"), reading.Value("Sockstat.TCP.Tw"), reading.Value("Sockstat.TCP.Orphan")));
        Assert.Equal((v4, v6), (reading.Value("Sockstat.TCP.InUse"), reading.Value("Sockstat.TCP6.InUse")));
    }

    [Fact]
    public void Backlogs_are_summed_over_the_processors_and_belong_to_the_machine()
    {
        var old = Reading.Of(ControlGroupSamples.Softnet9).WithoutGaps();
        Assert.Equal((40976, 17, 4), (old.Value("Softnet.Processed"), old.Value("Softnet.Dropped"), old.Value("Softnet.TimeSqueeze")));
        Assert.False(old.Has("Softnet.ReceivedRps"));
        var middle = Reading.Of(ControlGroupSamples.Softnet11).WithoutGaps();
        Assert.Equal((4294967295, 254, 2, 1), (middle.Value("Softnet.Processed"), middle.Value("Softnet.Dropped"), middle.Value("Softnet.ReceivedRps"), middle.Value("Softnet.FlowLimit")));
        var now = Reading.Of("$ ip netns exec web cat /proc/net/softnet_stat\n" + ControlGroupSamples.Softnet15).WithoutGaps();
        Assert.Equal((3, 7, 9, 6), (now.Value("Softnet.Dropped"), now.Value("Softnet.TimeSqueeze"), now.Value("Softnet.ReceivedRps"), now.Value("Softnet.FlowLimit")));
        Assert.All(now.All<Counter>(), c => Assert.Equal(new VantagePoint("node-a"), c.At));
    }

    [Fact]
    public void A_row_of_softnet_that_is_cut_is_a_gap_and_not_summed()
    {
        var reading = Reading.Of(ControlGroupSamples.Softnet9[..^20] + "\n");
        Assert.Equal(2, reading.Value("Softnet.Dropped"));
        Assert.Equal(2, Assert.Single(reading.Gaps).From.Line);
    }

    [Theory]
    [InlineData(ControlGroupSamples.CpuStatV1, "Cgroup.cpu.stat.throttled_time", 31000000000)]
    [InlineData(ControlGroupSamples.CpuStatV2, "Cgroup.cpu.stat.throttled_usec", 31000000)]
    public void Throttling_is_known_by_its_keys_alone(string text, string name, long value)
    {
        var reading = Reading.Of(text, "node-a/whatever.txt").WithoutGaps();
        Assert.Equal((1500, 420, value), (reading.Value("Cgroup.cpu.stat.nr_periods"), reading.Value("Cgroup.cpu.stat.nr_throttled"), reading.Value(name)));
        Assert.All(reading.All<Counter>(), c => Assert.Null(c.ControlGroup));
    }

    [Theory]
    [InlineData("node-a/cpu.max", "50000 100000\n", "cpu.max", "50000 100000")]
    [InlineData("node-a/cpu.max", "max 50000\n", "cpu.max", "max 50000")]
    [InlineData("node-a/web-cpu.cfs_quota_us.txt", "-1\n", "cpu.cfs_quota_us", "-1")]
    [InlineData("node-a/cpu.cfs_period_us", "100000\n", "cpu.cfs_period_us", "100000")]
    [InlineData("node-a/before/memory.limit_in_bytes", "9223372036854771712\n", "memory.limit_in_bytes", "9223372036854771712")]
    [InlineData("node-a/memory.max", "max\n", "memory.max", "max")]
    [InlineData("node-a/memory.current.after", "1048576\n", "memory.current", "1048576")]
    [InlineData("node-a/memory.kmem.tcp.limit_in_bytes", "4096\n", "memory.kmem.tcp.limit_in_bytes", "4096")]
    [InlineData("node-a/cgroup.procs", "12\n15\n", "cgroup.procs", "12 15")]
    public void A_file_of_one_value_is_known_by_its_name(string path, string text, string key, string value)
    {
        var setting = Assert.Single(Reading.Of(text, path).WithoutGaps().All<CgroupSetting>());
        Assert.Equal((key, value, null), (setting.Key, setting.Value, setting.Group));
    }

    [Theory]
    [InlineData("node-a/memory.failcnt", "37\n", "Cgroup.memory.failcnt", 37)]
    [InlineData("node-a/cpuacct.usage", "17179869184\n", "Cgroup.cpuacct.usage", 17179869184)]
    [InlineData("node-a/memory.kmem.tcp.failcnt", "5\n", "Cgroup.memory.kmem.tcp.failcnt", 5)]
    [InlineData("node-a/memory.events", ControlGroupSamples.MemoryEvents, "Cgroup.memory.events.max", 11)]
    [InlineData("node-a/x", ControlGroupSamples.MemoryEvents, "Cgroup.memory.events.oom_kill", 1)]
    [InlineData("node-a/x", ControlGroupSamples.OomControl, "Cgroup.memory.oom_control.oom_kill", 4)]
    public void What_only_grows_is_a_counter(string path, string text, string name, long value) => Assert.Equal(value, Reading.Of(text, path).WithoutGaps().Value(name));

    [Fact]
    public void A_lone_number_under_another_name_is_unrecognised()
    {
        foreach (var path in new[] { "node-a/number.txt", "node-a/cpu.txt", "node-a/mycpu.maximum" })
        {
            Assert.Equal(GapKind.Unrecognised, Assert.Single(Reading.Of("50000 100000\n", path).Gaps).Kind);
        }
    }

    [Fact]
    public void A_prefix_names_the_file_and_the_control_group()
    {
        var reading = Reading.Of(ControlGroupSamples.Grep).WithoutGaps();
        Assert.Equal([(Slice, "cpu.max", "50000 100000"), (Slice, "memory.max", "max")], reading.All<CgroupSetting>().Select(s => (s.Group!, s.Key, s.Value)));
        Assert.Equal([Slice, Slice], reading.All<Counter>().Select(c => c.ControlGroup));
        Assert.Equal(19, reading.Value("Cgroup.cpu.stat.nr_throttled"));

        var bare = Reading.Of(ControlGroupSamples.GrepBare).WithoutGaps();
        Assert.Equal([("cgroup.procs", "12 13"), ("cpu.cfs_quota_us", "-1")], bare.All<CgroupSetting>().Select(s => (s.Key, s.Value)));
        Assert.Equal(2, bare.Value("Cgroup.memory.events.oom_kill"));
        var pressure = Assert.Single(bare.All<Pressure>());
        Assert.Equal(("cpu", false, 1.5, 0.25, TimeSpan.FromTicks(10_000_010)), (pressure.Resource, pressure.Full, pressure.Average10, pressure.Average300, pressure.Total));
    }

    [Fact]
    public void A_colon_in_a_scope_does_not_end_the_path()
    {
        var reading = Reading.Of("/sys/fs/cgroup/cpu/system.slice:docker:4f/cpu.stat:nr_throttled 3\n").WithoutGaps();
        Assert.Equal("/system.slice:docker:4f", Assert.Single(reading.All<Counter>()).ControlGroup);
    }

    [Fact]
    public void Headings_of_head_and_tail_name_files_with_and_without_path()
    {
        var reading = Reading.Of("""
            ==> /sys/fs/cgroup/cpu,cpuacct/kubepods/pod1-2/abc/cpu.cfs_quota_us <==
            20000

            ==> /sys/fs/cgroup/memory/kubepods/pod1-2/abc/memory.failcnt <==
            7

            ==> cpu.stat <==
            nr_periods 9
            nr_throttled 8
            throttled_time 7
            ==> memory.max <==
            max
            ==> ./cpu.pressure <==
            some avg10=0.00 avg60=0.00 avg300=0.00 total=5

            """).WithoutGaps();
        Assert.Equal([("/kubepods/pod1-2/abc", "cpu.cfs_quota_us", "20000"), (null, "memory.max", "max")], reading.All<CgroupSetting>().Select(s => (s.Group, s.Key, s.Value)));
        Assert.Equal("/kubepods/pod1-2/abc", reading.All<Counter>().Single(c => c.Name == "Cgroup.memory.failcnt").ControlGroup);
        Assert.Equal(8, reading.Value("Cgroup.cpu.stat.nr_throttled"));
        Assert.Equal("cpu", Assert.Single(reading.All<Pressure>()).Resource);
    }

    [Fact]
    public void Commands_before_each_output_name_the_file()
    {
        var reading = Reading.Of("$ cat /sys/fs/cgroup/cpu.max\nmax 100000\n$ kubectl exec web-0 -- cat /sys/fs/cgroup/memory.max\n536870912\n").WithoutGaps();
        Assert.Equal([("/", "cpu.max", "max 100000", null), ("/", "memory.max", "536870912", "web-0")], reading.All<CgroupSetting>().Select(s => (s.Group, s.Key, s.Value, s.At.Netns)));
    }

    [Fact]
    public void Amounts_of_memory_stat_are_settings_and_its_events_counters()
    {
        var reading = Reading.Of("anon 4096\nfile 8192\nsock 12288\npgfault 99\nworkingset_refault_file 4\n", "node-a/memory.stat").WithoutGaps();
        Assert.Equal("12288", Assert.Single(reading.All<CgroupSetting>(), s => s.Key == "memory.stat.sock").Value);
        Assert.Equal((99, 4), (reading.Value("Cgroup.memory.stat.pgfault"), reading.Value("Cgroup.memory.stat.workingset_refault_file")));
    }

    [Fact]
    public void A_bare_max_line_is_not_taken_for_an_event()
    {
        var reading = Reading.Of("nr_periods 1\nnr_throttled 0\nthrottled_usec 0\nmax 100000\n");
        Assert.DoesNotContain(reading.All<Counter>(), c => c.Name.Contains("events", StringComparison.Ordinal));
        Assert.Equal(4, Assert.Single(reading.Gaps).From.Line);
    }

    [Theory]
    [InlineData("node-a/proc/pressure/memory", null, "memory", "/")]
    [InlineData("node-a/memory.pressure", null, "memory", null)]
    [InlineData("node-a/sys/fs/cgroup/kubepods/pod1/cpu.pressure", null, "cpu", "/kubepods/pod1")]
    [InlineData("node-a/psi_io.txt", null, "io", null)]
    [InlineData("node-a/x", "$ cat /proc/pressure/cpu\n", "cpu", "/")]
    [InlineData("node-a/x", "==> /proc/pressure/irq <==\n", "irq", "/")]
    public void Pressure_is_of_the_resource_that_the_name_tells(string path, string? before, string resource, string? group)
    {
        var pressure = Assert.Single(Reading.Of(before + "full avg10=4.99 avg60=4.20 avg300=1.23 total=21716486\n", path).WithoutGaps().All<Pressure>());
        Assert.Equal((resource, true, 4.99, group), (pressure.Resource, pressure.Full, pressure.Average10, pressure.ControlGroup));
    }

    [Fact]
    public void Pressure_of_no_named_resource_is_a_gap()
    {
        var reading = Reading.Of("some avg10=4.99 avg60=4.20 avg300=1.23 total=21716486\n", "node-a/x");
        Assert.Empty(reading.Result.Facts);
        Assert.Equal(GapKind.Unsupported, Assert.Single(reading.Gaps).Kind);
    }

    [Fact]
    public void All_pressures_shown_at_once_are_told_apart_by_their_order()
    {
        const string One = "some avg10=1.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=2.00 avg60=0.00 avg300=0.00 total=1\n";
        var reading = Reading.Of("$ cat /proc/pressure/*\n" + One + One + One).WithoutGaps();
        Assert.Equal(["cpu", "cpu", "io", "io", "memory", "memory"], reading.All<Pressure>().Select(p => p.Resource));
    }
}

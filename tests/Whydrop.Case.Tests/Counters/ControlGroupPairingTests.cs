using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Tests.Counters;

public class ControlGroupPairingTests
{
    [Fact]
    public void FilesOfOneControlGroupAreNotTwoReadings()
    {
        using var folder = new CaseFolder()
            .With("web/before/cpu.stat", "nr_periods 10\nnr_throttled 2\nthrottled_usec 500\n").With("web/after/cpu.stat", "nr_periods 30\nnr_throttled 21\nthrottled_usec 90500\n")
            .With("web/before/memory.events", "low 0\nhigh 0\nmax 1\noom 0\noom_kill 0\n").With("web/after/memory.events", "low 0\nhigh 0\nmax 9\noom 0\noom_kill 0\n")
            .With("web/before/memory.failcnt", "3\n").With("web/after/memory.failcnt", "8\n").With("web/before/cpu.max", "50000 100000\n");

        var loaded = folder.Load();

        Assert.Equal((19, 8, 5), (Delta(loaded, "Cgroup.cpu.stat.nr_throttled"), Delta(loaded, "Cgroup.memory.events.max"), Delta(loaded, "Cgroup.memory.failcnt")));
        Assert.Equal("50000 100000", Assert.Single(loaded.Facts.Of<CgroupSetting>()).Value);
        Assert.DoesNotContain(loaded.Files, f => f.Kind == CaseFileKind.Unrecognised);
        Assert.Empty(loaded.Facts.Of<Gap>());
    }

    [Fact]
    public void ControlGroupsInOneTextArePairedEachWithItself()
    {
        static string Text(int a, int b) => $"/sys/fs/cgroup/kubepods/pod1/cpu.stat:nr_throttled {a}\n/sys/fs/cgroup/kubepods/pod2/cpu.stat:nr_throttled {b}\n";
        using var folder = new CaseFolder().With("n/before.txt", Text(5, 100)).With("n/after.txt", Text(7, 130));

        Assert.Equal(
            [("/kubepods/pod1", 2), ("/kubepods/pod2", 30)],
            folder.Load().Facts.Of<CounterDelta>().Select(d => (d.ControlGroup, d.Delta)).OrderBy(d => d.ControlGroup, StringComparer.Ordinal));
    }

    [Fact]
    public void GaugesOfSocketsAreNotComparedAndBacklogsAre()
    {
        static string Row(int dropped) => $"0000{dropped:x4} 0000{dropped:x4} 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000\n";
        using var folder = new CaseFolder()
            .With("n/before/sockstat", "sockets: used 229\nTCP: inuse 40 orphan 0 tw 4 alloc 17 mem 9\n").With("n/after/sockstat", "sockets: used 20\nTCP: inuse 4 orphan 0 tw 4 alloc 17 mem 1\n")
            .With("n/before/softnet_stat", Row(3)).With("n/after/softnet_stat", Row(7));

        var loaded = folder.Load();

        Assert.Equal(4, Delta(loaded, "Softnet.Dropped"));
        Assert.DoesNotContain(loaded.Facts.Of<CounterDelta>(), d => d.Name.StartsWith("Sockstat.", StringComparison.Ordinal));
        Assert.Empty(loaded.Facts.Of<Gap>());
    }

    [Fact]
    public void TheTreeOfControlGroupsNamesNoPlace()
    {
        using var folder = new CaseFolder().With("sys/fs/cgroup/kubepods/pod1/cpu.max", "max 100000\n").With("case.yaml", "complaint:\n  threshold: 1s\n");

        var setting = Assert.Single(folder.Load().Facts.Of<CgroupSetting>());

        Assert.Equal(("/kubepods/pod1", VantagePoint.Unknown), (setting.Group, setting.At));
    }

    private static long Delta(LoadedCase loaded, string name) => Assert.Single(loaded.Facts.Of<CounterDelta>(), d => d.Name == name).Delta;
}

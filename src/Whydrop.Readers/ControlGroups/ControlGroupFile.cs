using System.Text.RegularExpressions;

namespace Whydrop.Readers.ControlGroups;

/// <summary>A file of a control group as paths and file names spell it (Documentation/admin-guide/cgroup-v1, cgroup-v2.rst).</summary>
/// <param name="Name">"cpu.stat", "memory.limit_in_bytes".</param>
/// <param name="Group">Path of the control group from the root of its hierarchy, "/" for the root; null when the path does not say.</param>
internal sealed partial record ControlGroupFile(string Name, string? Group)
{
    private const string Root = "sys/fs/cgroup/";
    public const int LongestPath = 2000;

    // Mount points of version 1 below /sys/fs/cgroup, and of the hybrid layout.
    private static readonly HashSet<string> Hierarchies = new(StringComparer.Ordinal)
    {
        "cpu", "cpuacct", "cpu,cpuacct", "cpuacct,cpu", "cpuset", "memory", "blkio", "pids", "devices", "freezer", "hugetlb", "net_cls", "net_prio",
        "net_cls,net_prio", "perf_event", "rdma", "misc", "systemd", "unified",
    };

    /// <summary>The name is the kernel's to the letter, and so needs no proof by its content.</summary>
    public bool IsExact { get; init; }

    /// <summary>Pressure stall information; "cgroup.pressure" only switches it.</summary>
    public bool IsPressure => Name is "cpu.pressure" or "memory.pressure" or "io.pressure" or "irq.pressure";

    /// <summary>The file that a path names, any of a control group's; null when it is none.</summary>
    public static ControlGroupFile? OfPath(string path)
    {
        if (path.Length > LongestPath)
        {
            return null;
        }

        var slash = path.LastIndexOf('/');
        return Known().Match(path, slash + 1, path.Length - slash - 1) is { Success: true } name ? new ControlGroupFile(name.Value, GroupOf(path[..(slash + 1)])) { IsExact = true } : null;
    }

    /// <summary>
    /// The file that a copy's name still tells: "cpu.stat.before", "web-cpu.stat.txt". Longer names of the kernel win over those they begin with.
    /// </summary>
    public static ControlGroupFile? OfCopy(string path)
    {
        if (path.Length > LongestPath)
        {
            return null;
        }

        var slash = path.LastIndexOf('/');
        if (GroupOf(path[..(slash + 1)]) is not null && OfPath(path) is { } exact)
        {
            return exact;
        }

        return Copied().Match(path[(slash + 1)..]) is { Success: true } name
            ? new ControlGroupFile(name.Value, GroupOf(path[..(slash + 1)])) { IsExact = name.Length == path.Length - slash - 1 } : null;
    }

    private static string? GroupOf(string folder)
    {
        var at = folder.LastIndexOf(Root, StringComparison.Ordinal);
        if (at >= 0)
        {
            var parts = folder[(at + Root.Length)..].Split('/', StringSplitOptions.RemoveEmptyEntries);
            return "/" + string.Join('/', parts.Length > 0 && Hierarchies.Contains(parts[0]) ? parts.Skip(1) : parts);
        }

        var pods = folder.IndexOf("kubepods", StringComparison.Ordinal);
        return pods == 0 || (pods > 0 && folder[pods - 1] == '/') ? "/" + folder[pods..].TrimEnd('/') : null;
    }

    [GeneratedRegex(@"\G(cpu|cpuacct|cpuset|memory|pids|cgroup|io|irq|blkio|hugetlb|rdma|misc)\.[a-z0-9_]+(\.[a-z0-9_]+)*$|\G(tasks|notify_on_release|release_agent)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Known();

    [GeneratedRegex(
        @"(?<![A-Za-z0-9])(cpu\.(stat\.local|stat|max\.burst|max|weight|cfs_quota_us|cfs_period_us|cfs_burst_us|shares|pressure)|cpuacct\.(usage|stat)|cpuset\.(cpus|mems)(\.effective)?"
        + @"|cgroup\.(procs|threads|controllers|subtree_control|events|stat|type|freeze|kill|pressure|max\.depth|max\.descendants|clone_children|sane_behavior)"
        + @"|memory\.(events\.local|events|max_usage_in_bytes|max|high|low|min|peak|current|stat|pressure|limit_in_bytes|usage_in_bytes|soft_limit_in_bytes|oom_control|oom\.group|failcnt"
        + @"|swap\.(events|max|current)|numa_stat|swappiness|use_hierarchy|force_empty|pressure_level|move_charge_at_immigrate|memsw\.(failcnt|limit_in_bytes|usage_in_bytes)|kmem\.(tcp\.)?(failcnt|limit_in_bytes|usage_in_bytes|max_usage_in_bytes))|pids\.(max|current|events)|(io|irq)\.pressure|io\.(stat|max|weight))(?![A-Za-z0-9_])",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Copied();
}

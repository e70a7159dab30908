namespace Whydrop.Readers.ControlGroups;

/// <summary>Which values of a control group only grow, and which are limits or gauges.</summary>
internal static class ControlGroupCounters
{
    // mm/memcontrol.c: what is not an amount of memory is an event.
    private static readonly string[] EventPrefixes = ["pg", "workingset_", "thp_fault_", "thp_collapse_", "thp_swpout", "zswpin", "zswpout", "zswpwb", "numa_", "swpin_zero", "swpout_zero"];

    private static readonly HashSet<string> Amounts = new(StringComparer.Ordinal)
    {
        "cache", "rss", "rss_huge", "shmem", "mapped_file", "dirty", "writeback", "swap", "swapcached", "inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable",
        "hierarchical_memory_limit", "hierarchical_memsw_limit", "anon", "file", "kernel", "kernel_stack", "pagetables", "sec_pagetables", "percpu", "sock", "vmalloc", "zswap", "zswapped",
        "file_mapped", "file_dirty", "file_writeback", "anon_thp", "file_thp", "shmem_thp", "slab", "slab_reclaimable", "slab_unreclaimable", "hugetlb",
    };

    /// <summary>Whether a key of a file with several counts events; else it is an amount or a setting.</summary>
    public static bool Counts(string file, string key) => file switch
    {
        "cpu.stat" or "cpu.stat.local" => key != "current_bw",
        "memory.oom_control" => key == "oom_kill",
        "memory.stat" => IsEvent(key),
        "cpuacct.stat" => true,
        _ => file.EndsWith(".events", StringComparison.Ordinal) || file.EndsWith(".events.local", StringComparison.Ordinal),
    };

    /// <summary>Whether a file of a single value counts.</summary>
    public static bool IsCounter(string file) => file.EndsWith(".failcnt", StringComparison.Ordinal) || file == "cpuacct.usage";

    /// <summary>Whether the key is one of memory.stat, version 1 or 2.</summary>
    public static bool IsMemoryStat(string key) => IsEvent(key) || Amounts.Contains(Own(key));

    private static bool IsEvent(string key)
    {
        var own = Own(key);
        return Array.Exists(EventPrefixes, p => own.StartsWith(p, StringComparison.Ordinal));
    }

    private static string Own(string key) => key.StartsWith("total_", StringComparison.Ordinal) ? key[6..] : key;
}

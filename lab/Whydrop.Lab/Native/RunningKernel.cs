using Whydrop.Lab.VirtualMachine;

namespace Whydrop.Lab.Native;

/// <summary>What the kernel that runs now can do.</summary>
internal static class RunningKernel
{
    /// <summary>As <c>uname -r</c> says it.</summary>
    public static string Release { get; } = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    /// <summary>True when a module is loaded or built in, or can be loaded.</summary>
    public static bool HasModule(string module)
    {
        // Built in without parameters it has no folder there; br_netfilter shows by its settings.
        if (Directory.Exists($"/sys/module/{module}") || (module == "br_netfilter" && Directory.Exists("/proc/sys/net/bridge")))
            return true;
        var folder = $"/lib/modules/{Release}";
        return new[] { "modules.dep", "modules.builtin" }.Select(f => Path.Combine(folder, f)).Where(File.Exists)
            .Any(f => ModuleDependencies.Parse(File.ReadLines(f).Select(l => l.Contains(':', StringComparison.Ordinal) ? l : l + ":")).Has(module));
    }

    /// <summary>Where cgroup v2 is mounted; null when it is not.</summary>
    public static string? CgroupV2() =>
        File.ReadLines("/proc/self/mounts").Select(l => l.Split(' ')).FirstOrDefault(f => f.Length > 2 && f[2] == "cgroup2")?[1];
}

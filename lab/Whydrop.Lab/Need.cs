using Whydrop.Lab.Native;

namespace Whydrop.Lab;

/// <summary>Something a scenario cannot run without.</summary>
/// <param name="Name">Short name for <c>lab list</c>.</param>
/// <param name="Missing">One line that says what is absent and what to do; null when it is there.</param>
public sealed record Need(string Name, Func<string?> Missing)
{
    /// <summary>Effective user 0: namespaces, devices and raw sockets need it.</summary>
    public static Need Root { get; } = new("root", () => Libc.EffectiveUser() == 0 ? null : "root: the lab makes network namespaces; run it as root");

    /// <summary>The TUN character device.</summary>
    public static Need Tun { get; } = new("/dev/net/tun", () => File.Exists("/dev/net/tun") ? null : "/dev/net/tun: absent; load the tun module (modprobe tun) or give the container the device");

    /// <summary>A module of the running kernel.</summary>
    public static Need Module(string module) =>
        new($"kernel module {module}", () => RunningKernel.HasModule(module) ? null : $"kernel module {module}: this kernel has none; it runs with --vm");

    /// <summary>cgroup v2 with these controllers.</summary>
    public static Need CgroupV2(params string[] controllers) =>
        new($"cgroup v2 ({string.Join(", ", controllers)})", () =>
        {
            var file = Path.Combine(RunningKernel.CgroupV2() ?? "/", "cgroup.controllers");
            var there = File.Exists(file) ? File.ReadAllText(file).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) : [];
            var absent = controllers.Except(there).ToList();
            return absent.Count == 0 ? null : $"cgroup v2: this machine does not have its {string.Join(" and ", absent)} controller; it runs with --vm";
        });

    /// <summary>A program in PATH or in the system directories.</summary>
    public static Need Tool(string tool, string package) =>
        new(tool, () => Find(tool) is not null ? null : $"{tool}: not found; install the package {package}");

    /// <summary>One line for each need that is not met.</summary>
    public static IReadOnlyList<string> Unmet(IEnumerable<Need> needs) => [.. needs.Select(n => n.Missing()).OfType<string>()];

    /// <summary>Full path of a program, or null.</summary>
    internal static string? Find(string tool)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/sbin", "/usr/bin", "/bin"])
            .Select(folder => Path.Combine(folder, tool))
            .FirstOrDefault(File.Exists);
    }
}

using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Processes;

/// <summary>A control group of this run, version 1 or 2 as the machine has it.</summary>
public sealed class ControlGroup
{
    private const string Root = "/sys/fs/cgroup";
    private const int Period = 100_000;

    private ControlGroup(string? cpu, string? memory)
    {
        Cpu = cpu;
        Memory = memory;
    }

    /// <summary>Folder of its cpu files; null when this machine has no cpu controller.</summary>
    public string? Cpu { get; }

    /// <summary>Folder of its memory files; null when this machine has no memory controller. The same folder in version 2.</summary>
    public string? Memory { get; }

    /// <summary>A controller of either version.</summary>
    public static Need Needed(string controller) =>
        new($"cgroup {controller}", () => Folder(controller) is not null ? null : $"cgroup controller {controller}: not mounted under {Root}, or not writable");

    /// <summary>Makes one that ends with the run.</summary>
    public static ControlGroup Make(LabRun run, string label)
    {
        var name = $"{run.Id.Prefix}-{label}";
        var folders = ((string[])["cpu", "memory"]).Select(controller => Folder(controller) is { } at ? Path.Combine(at, name) : null).ToArray();
        run.OnEnd($"control group {name}", () => Remove(name));
        foreach (var folder in folders.OfType<string>().Distinct(StringComparer.Ordinal))
            Directory.CreateDirectory(folder);
        return new ControlGroup(folders[0], folders[1]);
    }

    /// <summary>Limits processor time to a share of one processor, for example 0.2.</summary>
    public void LimitCpu(double processors)
    {
        var quota = (int)(processors * Period);
        if (IsUnified)
        {
            Write(Cpu, "cpu.max", $"{quota} {Period}");
            return;
        }

        Write(Cpu, "cpu.cfs_period_us", $"{Period}");
        Write(Cpu, "cpu.cfs_quota_us", $"{quota}");
    }

    /// <summary>Limits memory.</summary>
    public void LimitMemory(long bytes)
    {
        Write(Memory, IsUnified ? "memory.max" : "memory.limit_in_bytes", $"{bytes}");
        if (IsUnified && File.Exists(Path.Combine(Memory!, "memory.swap.max")))
            Write(Memory, "memory.swap.max", "0");
    }

    /// <summary>Limits memory to so many bytes more than are in use.</summary>
    public void LeaveMemory(long bytes) => LimitMemory(Read(IsUnified ? "memory.current" : "memory.usage_in_bytes") + bytes);

    /// <summary>Moves a process in.</summary>
    public void Add(int process)
    {
        foreach (var folder in new[] { Cpu, Memory }.OfType<string>().Distinct(StringComparer.Ordinal))
            Write(folder, "cgroup.procs", $"{process}");
    }

    /// <summary>A number of one of its files: "cpu.stat" and "nr_throttled", or a file of a single number without key.</summary>
    public long Read(string file, string? key = null)
    {
        var path = new[] { Cpu, Memory }.OfType<string>().Select(f => Path.Combine(f, file)).FirstOrDefault(File.Exists)
            ?? throw new LabException($"control group: no file {file}");
        foreach (var words in File.ReadLines(path).Select(l => l.Split(' ')))
        {
            if (key is null || words[0] == key)
                return long.Parse(words[^1]);
        }

        return 0;
    }

    /// <summary>Its files as "file:line", as <c>grep .</c> prints them.</summary>
    public void Save(string toFile)
    {
        string[] files =
        [
            "cpu.stat", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.max", "cpu.pressure",
            "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.max_usage_in_bytes", "memory.failcnt", "memory.oom_control", "memory.stat",
            "memory.max", "memory.current", "memory.peak", "memory.events", "memory.pressure",
        ];
        var lines = new[] { Cpu, Memory }.OfType<string>().Distinct(StringComparer.Ordinal)
            .SelectMany(folder => files.Select(file => Path.Combine(folder, file)))
            .Where(File.Exists)
            .SelectMany(path => File.ReadLines(path).Select(line => $"{Path.GetFileName(path)}:{line}"));
        File.WriteAllLines(toFile, lines);
    }

    /// <summary>Removes the groups of dead runs.</summary>
    internal static void Sweep(string prefix)
    {
        foreach (var at in ((string[])["cpu", "memory"]).Select(Folder).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            foreach (var name in Directory.EnumerateDirectories(at, prefix + "*").Select(d => Path.GetFileName(d)))
                Remove(name);
        }
    }

    private static bool IsUnified => File.Exists(Path.Combine(Root, "cgroup.controllers"));

    private static string? Folder(string controller)
    {
        if (IsUnified)
            return File.ReadAllText(Path.Combine(Root, "cgroup.subtree_control")).Split().Contains(controller) ? Root : null;
        var folder = Path.Combine(Root, controller);
        return File.Exists(Path.Combine(folder, "cgroup.procs")) ? folder : null;
    }

    private static void Remove(string name)
    {
        foreach (var folder in ((string[])["cpu", "memory"]).Select(Folder).OfType<string>().Select(at => Path.Combine(at, name)).Distinct(StringComparer.Ordinal).Where(Directory.Exists))
        {
            // Processes that just ended may still be counted for a moment.
            for (var attempt = 0; Directory.Exists(folder); attempt++)
            {
                foreach (var process in File.ReadAllLines(Path.Combine(folder, "cgroup.procs")))
                    Native.Libc.Signal(int.Parse(process), Native.Libc.SigKill);
                if (Native.Libc.RemoveFolder(folder) == 0)
                    break;
                if (attempt == 100)
                    throw new LabException($"{folder}: cannot be removed");
                Thread.Sleep(20);
            }
        }
    }

    private static void Write(string? folder, string file, string value)
    {
        if (folder is null)
            throw new LabException($"control group: this machine has no controller for {file}");
        try
        {
            File.WriteAllText(Path.Combine(folder, file), value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"control group: {file} = {value}: {e.Message}", e);
        }
    }
}

using System.Text.RegularExpressions;
using Whydrop.Lab.Native;

namespace Whydrop.Lab.Namespaces;

/// <summary>What runs that died (SIGKILL, power) left: their namespaces and the processes in them.</summary>
public static partial class Leftovers
{
    /// <summary>Names of all lab namespaces that exist now, of living and dead runs.</summary>
    public static IReadOnlyList<string> Namespaces() =>
        Directory.Exists(NetworkNamespace.Folder)
            ? [.. Directory.EnumerateFiles(NetworkNamespace.Folder).Select(p => Path.GetFileName(p)).Where(n => LabName().IsMatch(n)).Order(StringComparer.Ordinal)]
            : [];

    /// <summary>Removes the namespaces of runs whose lock is free; returns their names.</summary>
    public static IReadOnlyList<string> Sweep()
    {
        if (!Directory.Exists(RunId.LockFolder))
            return [];
        var swept = new List<string>();
        foreach (var lockFile in Directory.EnumerateFiles(RunId.LockFolder))
        {
            if (!TakeDead(lockFile, out var holder))
                continue;
            using (holder)
            {
                var prefix = Path.GetFileName(lockFile) + "-";
                foreach (var name in Namespaces().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)))
                {
                    EndProcesses(name);
                    NetworkNamespace.Delete(name);
                    swept.Add(name);
                }

                Processes.ControlGroup.Sweep(prefix);
                File.Delete(lockFile);
            }
        }

        return swept;
    }

    private static bool TakeDead(string lockFile, out FileStream? holder)
    {
        holder = null;
        try
        {
            holder = new FileStream(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void EndProcesses(string name)
    {
        var pids = Tool.Run("ip", ["netns", "pids", name]);
        foreach (var line in pids.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (int.TryParse(line, out var pid))
                Libc.Signal(pid, Libc.SigKill);
        }
    }

    [GeneratedRegex("^wd[0-9a-f]{8}-", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabName();
}

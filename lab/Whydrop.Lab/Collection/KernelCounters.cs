using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Collection;

/// <summary>Counters of a namespace, read straight from the kernel for the truth (not for the case).</summary>
public sealed class KernelCounters
{
    private readonly Dictionary<string, long> values = new(StringComparer.Ordinal);

    private KernelCounters()
    {
    }

    /// <summary>A counter such as "Ip.FragFails", "TcpExt.TCPSynRetrans" or "Ip6FragFails"; 0 when this kernel has none of that name.</summary>
    public long this[string name] => values.GetValueOrDefault(name);

    /// <summary>Reads /proc/net/snmp, /proc/net/netstat and /proc/net/snmp6 as the namespace's own.</summary>
    public static KernelCounters Read(NetworkNamespace host)
    {
        var counters = new KernelCounters();
        // /proc/net is a link to the process's main thread; only thread-self follows setns(2).
        var (snmp, snmp6) = host.Call<(string[], string[])>(() => ([.. File.ReadAllLines("/proc/thread-self/net/snmp"), .. File.ReadAllLines("/proc/thread-self/net/netstat")], File.ReadAllLines("/proc/thread-self/net/snmp6")));
        for (var i = 0; i + 1 < snmp.Length; i += 2)
        {
            var names = snmp[i].Split(' ');
            var numbers = snmp[i + 1].Split(' ');
            for (var column = 1; column < names.Length; column++)
                counters.values[$"{names[0].TrimEnd(':')}.{names[column]}"] = long.Parse(numbers[column]);
        }

        foreach (var line in snmp6.Select(l => l.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).Where(l => l.Length == 2))
            counters.values[line[0]] = long.Parse(line[1]);
        return counters;
    }
}

using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Collection;

/// <summary>What an engineer would save of one host with the ordinary tools.</summary>
public static class NodeDump
{
    /// <summary>Read once: tables that do not count.</summary>
    private static readonly (string File, string[] Command)[] Tables =
    [
        ("ip-addr.txt", ["ip", "addr"]),
        ("ip-rule.txt", ["ip", "rule"]),
        ("ip-route.txt", ["ip", "route", "show", "table", "all"]),
        ("ip-neigh.txt", ["ip", "neigh"]),
        ("sysctl.txt", ["sysctl", "-a", "-r", @"^net\.(core|ipv4|netfilter)\."]),
    ];

    private static readonly (string File, string[] Command)[] Ipv6Tables =
    [
        ("ip-6-rule.txt", ["ip", "-6", "rule"]),
        ("ip-6-route.txt", ["ip", "-6", "route", "show", "table", "all"]),
        ("sysctl-6.txt", ["sysctl", "-a", "-r", @"^net\.ipv6\."]),
    ];

    /// <summary>Read before and after: what counts.</summary>
    private static readonly (string File, string[] Command)[] Counters =
    [
        ("ip-link", ["ip", "-d", "-s", "link"]),
        ("netstat-s", ["netstat", "-s"]),
        ("proc-net-dev", ["cat", "/proc/net/dev"]),
        ("proc-net-snmp", ["cat", "/proc/net/snmp"]),
        ("proc-net-netstat", ["cat", "/proc/net/netstat"]),
        ("proc-net-snmp6", ["cat", "/proc/net/snmp6"]),
    ];

    /// <summary>On nodes only: container images seldom have it. -s leaves the user's history file alone, -a gives totals.</summary>
    private static readonly (string File, string[] Command) Nstat = ("nstat", ["nstat", "-a", "-z", "-s"]);

    /// <summary>The counters, before the load ("1-before") or after it ("2-after").</summary>
    public static void TakeCounters(NetworkNamespace host, string folder, string moment, bool isNode)
    {
        foreach (var (file, command) in isNode ? Counters.Append(Nstat) : Counters)
            Take(host, folder, $"{file}.{moment}.txt", command);
    }

    /// <summary>The tables, and the ruleset where there is one.</summary>
    public static void TakeTables(NetworkNamespace host, string folder, bool ipv6)
    {
        foreach (var (file, command) in ipv6 ? Tables.Concat(Ipv6Tables) : Tables)
            Take(host, folder, file, command);
        var rules = host.Exec("nft", "list", "ruleset");
        if (rules.Length > 0)
            File.WriteAllText(Path.Combine(folder, "nft-ruleset.txt"), rules);
    }

    private static void Take(NetworkNamespace host, string folder, string file, string[] command)
    {
        var result = host.TryExec(command[0], command[1..]);
        // sysctl -a exits with an error when one of many keys cannot be read; what it printed is still evidence.
        if (result.Output.Length == 0)
            result.OrThrow();
        else
            File.WriteAllText(Path.Combine(folder, file), result.Output);
    }
}

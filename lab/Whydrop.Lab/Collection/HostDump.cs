using System.Text;
using Whydrop.Lab.Namespaces;

namespace Whydrop.Lab.Collection;

/// <summary>What an engineer saves of one host with the ordinary tools: one shell inside the host, one file per command.</summary>
public static class HostDump
{
    /// <summary>Read before and after.</summary>
    private static readonly string[] Everywhere =
    [
        "ip -d -s link", "ip addr", "ip route show table all", "ip -6 route show table all", "ip route show cache", "ip -6 route show cache", "ip rule", "ip neigh",
        "ss -tinmoe", "ss -ltnmo", "ss -tan", "ss -s", "netstat -s", "nstat -az",
        "cat /proc/net/dev", "cat /proc/net/netstat", "cat /proc/net/snmp", "cat /proc/net/snmp6", "cat /proc/net/sockstat", "cat /proc/net/sockstat6",
        "tc -s qdisc",
    ];

    /// <summary>On nodes too.</summary>
    private static readonly string[] OnNodes = ["cat /proc/net/softnet_stat", "nft list ruleset", "conntrack -S", "conntrack -L", "bridge fdb", "bridge -d link"];

    /// <summary>Read once.</summary>
    private static readonly string[] Settings = [@"sysctl -a -r ^net\."];

    /// <summary>Writes one reading into a folder.</summary>
    /// <param name="host">Where.</param>
    /// <param name="folder">The host's folder in the case.</param>
    /// <param name="moment">Part of the file names: "1-before" or "2-after".</param>
    /// <param name="isNode">Firewall, connection tracking and bridges as well.</param>
    /// <param name="devices">Devices to ask for driver statistics and settings.</param>
    /// <param name="first">The first reading, with what does not change.</param>
    public static void Take(NetworkNamespace host, string folder, string moment, bool isNode, IReadOnlyList<string> devices, bool first)
    {
        var script = new StringBuilder();
        script.Append($"cd '{folder}' || exit 1\nexport NSTAT_HISTORY=/dev/null\n");
        foreach (var command in Everywhere.Concat(isNode ? OnNodes : []))
            Save(script, command, $".{moment}");
        foreach (var device in devices)
        {
            Save(script, $"ethtool -S {device}", $".{moment}");
            if (first)
            {
                Save(script, $"ethtool -k {device}", "");
                Save(script, $"ethtool -i {device}", "");
            }
        }

        if (isNode)
        {
            foreach (var device in devices)
                Save(script, $"tc -s class show dev {device}", $".{moment}");
            foreach (var tool in (string[])["iptables-save", "ip6tables-save"])
                script.Append($"{tool} -c 2>/dev/null | grep -q -- ' -A ' && {tool} -c > {tool}-c.{moment}.txt 2>/dev/null\n");
        }

        if (first)
        {
            foreach (var command in Settings)
                Save(script, command, "");
        }

        script.Append("find . -maxdepth 1 -name '*.txt' -empty -delete\ndate -u +%s.%N\n");
        host.Feed(script.ToString(), "sh");
    }

    /// <summary>"cat /proc/net/snmp" goes to proc-net-snmp, "ip -d -s link" to ip-d-s-link.</summary>
    private static void Save(StringBuilder script, string command, string moment)
    {
        var words = command.Split(' ').Where(w => w is not ("cat" or "show") && !w.StartsWith('^')).Select(w => w.Trim('-', '/').Replace('/', '-'));
        var quoted = command.Replace("^net\\.", "'^net\\.'", StringComparison.Ordinal);
        script.Append($"{quoted} > {string.Join('-', words)}{moment}.txt 2>/dev/null\n");
    }
}

using System.Text.RegularExpressions;
using Whydrop.Evidence;

namespace Whydrop.Case.Naming;

/// <summary>
/// The place that folders name: the first level is the host, or the pod when a pod was collected by itself; "netns-x" or "pod-x" below it is a network
/// namespace. Folders that only sort files (before, captures, 2024-05-01) name no place; "pod" or "node" as the first level is a name like any other. Files at the top of a case have no node.
/// </summary>
internal static partial class PlaceName
{
    private static readonly HashSet<string> Sorting = new(StringComparer.OrdinalIgnoreCase)
    {
        "before", "after", "start", "end", "begin", "first", "second", "last", "baseline", "during",
        "captures", "capture", "pcaps", "pcap", "dumps", "dump", "logs", "log", "counters", "snapshots", "snapshot",
        "proc", "sys", "net", "network", "text", "evidence", "files", "case", "data", "output", "nodes", "hosts",

        // The tree of a sosreport.
        "sos_commands", "networking", "etc", "var", "usr", "run",
    };

    private static readonly HashSet<string> NamespaceParents = new(StringComparer.OrdinalIgnoreCase) { "netns", "netnses", "pods", "pod", "namespaces" };

    public static VantagePoint Of(IReadOnlyList<string> folders)
    {
        string? node = null, netns = null;
        for (var i = 0; i < folders.Count; i++)
        {
            var folder = folders[i];

            // Below /sys/fs/cgroup are control groups, no places.
            if (folder == "fs" && i > 0 && folders[i - 1] == "sys" && i + 1 < folders.Count && folders[i + 1] == "cgroup")
            {
                break;
            }

            if (folder.StartsWith("netns-", StringComparison.OrdinalIgnoreCase) && folder.Length > 6)
            {
                netns ??= folder[6..];
            }
            else if (NamespaceParents.Contains(folder) && !(node is null && netns is null && folder.Equals("pod", StringComparison.OrdinalIgnoreCase)))
            {
                // "node-a/pods/web-0": the next folder is the name.
                if (i + 1 < folders.Count)
                {
                    netns ??= folders[++i];
                }
            }
            else if (node is null && netns is null && !Sorts(folder))
            {
                node = folder;
            }
            else if (node is not null && folder.StartsWith("pod-", StringComparison.OrdinalIgnoreCase))
            {
                netns ??= folder;
            }
        }

        return node is null && netns is null ? VantagePoint.Unknown : new VantagePoint(node, netns);
    }

    /// <summary>The namespace that sosreport names in a file name: ip_netns_exec_web_ip_address_show; null in others.</summary>
    public static string? NetnsInFileName(string name) => SosNamespace().Match(name) is { Success: true } found ? found.Groups["netns"].Value : null;

    private static bool Sorts(string folder) => Sorting.Contains(folder) || Moment().IsMatch(folder);

    // t0, 1, 02, 2024-05-01, 20240501T101500Z, 10:15:00
    [GeneratedRegex(@"^(t?\d{1,3}|\d{4}-?\d\d-?\d\d([T_ -].*)?|\d\d[:.-]\d\d([:.-]\d\d)?Z?|\d{9,})$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex Moment();

    // sos/report/plugins/networking.py: the command after "exec NAME", with "_" for what a file name should not hold. The name itself may hold "_".
    [GeneratedRegex(@"^ip_netns_exec_(?<netns>.+?)_(ip|ip6|ss|netstat|nstat|ethtool|iptables|ip6tables|iptables-save|ip6tables-save|nft|sysctl|cat|brctl|bridge|tc|conntrack|arp|route)_", RegexOptions.ExplicitCapture)]
    private static partial Regex SosNamespace();
}

using System.Text.RegularExpressions;

namespace Whydrop.Case.Naming;

/// <summary>Finds the name of an interface in the name of a capture file.</summary>
internal static partial class InterfaceName
{
    /// <summary>The first two letters of every name that <see cref="Device"/> knows, except p1p1.</summary>
    private static readonly HashSet<string> Beginnings = new(StringComparer.Ordinal)
    {
        "et", "en", "em", "bo", "te", "wl", "ib", "lo", "br", "cb", "cn", "do", "vi", "vm", "ca", "tu", "vx", "fl", "ve", "lx", "gr", "ip", "si", "ge",
        "wg", "wi", "ta", "ci", "ma", "if", "du", "ku", "no", "an", "ov", "az", "we", "vl", "ww",
    };

    /// <summary>The longest known interface name that stands in the file name by itself; else a word that looks like a Linux device; else null.</summary>
    /// <param name="fileName">File name without folders.</param>
    /// <param name="known">Names of the interface tables of that node.</param>
    public static string? In(string fileName, IEnumerable<string> known)
    {
        if (known.TryGetNonEnumeratedCount(out var count) && count == 0 && !MayNameDevice(fileName))
        {
            return null;
        }

        var best = known.Where(n => StandsIn(fileName, n)).OrderByDescending(n => n.Length).ThenBy(n => n, StringComparer.Ordinal).FirstOrDefault();
        if (best is not null)
        {
            return best;
        }

        var stem = CaptureEnding().Replace(fileName, "");
        return Device().Matches(stem) is { Count: > 0 } found ? found.MaxBy(m => m.Length)!.Value : null;
    }

    // The patterns take longer to start than a short capture to read: they are asked only when a word begins as one of the names does.
    private static bool MayNameDevice(string fileName)
    {
        for (var i = 0; i + 1 < fileName.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterOrDigit(fileName[i - 1]))
            {
                continue;
            }

            if ((fileName[i] == 'p' && char.IsAsciiDigit(fileName[i + 1])) || Beginnings.Contains(fileName.Substring(i, 2)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool StandsIn(string fileName, string name)
    {
        for (var at = fileName.IndexOf(name, StringComparison.Ordinal); at >= 0; at = fileName.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            var end = at + name.Length;
            if ((at == 0 || !char.IsAsciiLetterOrDigit(fileName[at - 1])) && (end == fileName.Length || !char.IsAsciiLetterOrDigit(fileName[end])))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"\.(pcapng|pcap|cap|dmp|ntar)(\d*)?(\.\d+)?(\.(gz|zst))?$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex CaptureEnding();

    // Names that the kernel, systemd.net-naming-scheme(7) and the common CNIs give. A VLAN suffix (.100) belongs to the name.
    [GeneratedRegex(
        @"(?<![A-Za-z0-9])(eth\d+|en[ospx][a-z0-9]+|em\d+|p\d+p\d+|bond\d+|team\d+|wl[a-z0-9]*\d[a-z0-9]*|ib\d+|lo|br\d+|br-[a-z0-9]+|cbr\d+|cni\d+|docker\d+|virbr\d+|vmbr\d+|cali[0-9a-f]{2,11}|tunl\d+|vxlan-v6\.calico|vxlan[.-]?[a-z0-9]*|flannel\.?[a-z0-9]*|veth[0-9a-zA-Z]+|lxc[0-9a-z_]+|gre\d+|gretap\d+|ip6tnl\d+|ip6gre\d+|sit\d+|geneve?[0-9_]\w*|wg\d+|wireguard\.cali|wg-v6\.cali|tun\d+|tap[0-9a-z]+|cilium_(host|net|vxlan|geneve|wg\d+)|ipvl[a-z0-9]*|macvlan\d*|macvtap\d+|ifb\d+|dummy\d+|kube-ipvs0|nodelocaldns|antrea-gw\d+|ovs-\w+|azv[0-9a-f]+|eni[0-9a-f]+|weave|vlan\d+|wwan\d+)(\.\d{1,4})?(?![A-Za-z0-9])",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Device();
}

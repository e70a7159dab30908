namespace Whydrop.Readers.Settings;

/// <summary>Keys of kernel settings, from their path below /proc/sys.</summary>
internal static class SysctlKey
{
    public const string Folder = "proc/sys/";

    private const int LongestValue = 4096;

    /// <summary>
    /// "…/proc/sys/net/ipv4/conf/eth0/rp_filter" is net.ipv4.conf.eth0.rp_filter; a dot inside a name ("eth0.100") becomes '/', as sysctl(8) prints it.
    /// </summary>
    public static string? OfPath(string path)
    {
        var at = path.LastIndexOf(Folder, StringComparison.Ordinal);
        if (at < 0 || (at > 0 && path[at - 1] != '/') || path.Length > 1000)
        {
            return null;
        }

        var key = path[(at + Folder.Length)..];
        return key.Length > 0 && key.Contains('/') && key[^1] != '/' ? string.Join('.', key.Split('/').Select(p => p.Replace('.', '/'))) : null;
    }

    /// <summary>The value with its blanks folded.</summary>
    public static string Fold(string value)
    {
        var folded = string.Join(' ', value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return folded.Length <= LongestValue ? folded : folded[..LongestValue];
    }
}

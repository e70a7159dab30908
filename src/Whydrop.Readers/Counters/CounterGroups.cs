namespace Whydrop.Readers.Counters;

/// <summary>Groups of SNMP counters as /proc/net/{snmp,netstat,snmp6} and nstat name them.</summary>
internal static class CounterGroups
{
    // Longest first: "TcpExt" is not "Tcp" with a counter that begins with Ext.
    private static readonly string[] Prefixes =
    [
        "UdpLite6", "MPTcpExt", "IcmpMsg", "UdpLite", "TcpExt", "IpExt", "Icmp6", "Udp6", "Tcp6", "Icmp", "Sctp", "Ip6", "Tcp", "Udp", "Ip",
    ];

    private static readonly HashSet<string> Known = new(Prefixes, StringComparer.Ordinal);

    public static bool Contains(string group) => Known.Contains(group);

    /// <summary>"TcpExtListenDrops" is ListenDrops of TcpExt.</summary>
    public static (string Group, string Name)? Split(string word)
    {
        foreach (var prefix in Prefixes)
        {
            if (word.Length > prefix.Length && word.StartsWith(prefix, StringComparison.Ordinal) && IsName(word.AsSpan(prefix.Length)))
            {
                return (prefix, word[prefix.Length..]);
            }
        }

        return null;
    }

    /// <summary>Whether a word can be a counter's name.</summary>
    public static bool IsName(ReadOnlySpan<char> word)
    {
        if (word.Length is 0 or > 64 || !char.IsAsciiLetterUpper(word[0]))
        {
            return false;
        }

        foreach (var c in word)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }
}

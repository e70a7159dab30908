namespace Whydrop.Readers.Firewall;

/// <summary>Targets of iptables and its extensions (iptables-extensions(8)).</summary>
internal static class IptablesTargets
{
    private static readonly Dictionary<string, string> Actions = new(StringComparer.Ordinal)
    {
        ["ACCEPT"] = "accept", ["DROP"] = "drop", ["REJECT"] = "reject", ["RETURN"] = "return", ["DNAT"] = "dnat", ["SNAT"] = "snat", ["MASQUERADE"] = "masquerade", ["REDIRECT"] = "redirect",
        ["LOG"] = "log", ["NFLOG"] = "log", ["ULOG"] = "log", ["QUEUE"] = "queue", ["NFQUEUE"] = "queue",
        ["MARK"] = "mangle", ["CONNMARK"] = "mangle", ["TCPMSS"] = "mangle", ["DSCP"] = "mangle", ["TOS"] = "mangle", ["TTL"] = "mangle", ["HL"] = "mangle", ["ECN"] = "mangle", ["CHECKSUM"] = "mangle",
        ["TCPOPTSTRIP"] = "mangle", ["CLASSIFY"] = "mangle", ["SECMARK"] = "mangle", ["CONNSECMARK"] = "mangle",
        ["CT"] = "other", ["NOTRACK"] = "other", ["TPROXY"] = "other", ["TEE"] = "other", ["TRACE"] = "other", ["SET"] = "other", ["AUDIT"] = "other", ["NETMAP"] = "other", ["SYNPROXY"] = "other",
        ["IDLETIMER"] = "other", ["LED"] = "other", ["RATEEST"] = "other", ["HMARK"] = "other", ["CLUSTERIP"] = "other", ["DNPT"] = "other", ["SNPT"] = "other", ["SAME"] = "other",
    };

    public static bool IsKnown(string target) => Actions.ContainsKey(target);

    /// <summary>What a target does; a name that is no target is a chain.</summary>
    public static string Action(string target) => Actions.GetValueOrDefault(target, "jump");

    /// <summary>"icmp-port-unreachable" and "tcp-reset" in nft's words.</summary>
    public static string RejectWith(string type) => type switch
    {
        "tcp-reset" or "tcp-rst" => "tcp reset",
        _ when type.StartsWith("icmp6-", StringComparison.Ordinal) => $"icmpv6 {type[6..]}",
        _ when type.StartsWith("icmp-", StringComparison.Ordinal) => $"icmp {type[5..]}",
        _ => type,
    };
}

using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Windows;

/// <summary>Settings of the TCP of Windows: under their own names below "windows.tcp.", and under the name of the Linux kernel where they mean the same.</summary>
internal static class WindowsSetting
{
    /// <summary>Adds a setting as it is printed.</summary>
    public static void Add(Findings findings, int line, string profile, string name, string value)
    {
        if (value.Length > 0)
        {
            findings.Add(new Sysctl(findings.At, findings.From(line), $"windows.tcp.{profile}.{name}", value));
        }
    }

    /// <summary>Adds what means the same in Linux; nothing for a value that has no twin ("default", "allowed", "experimental").</summary>
    public static void AddTwin(Findings findings, int line, string name, string value)
    {
        var word = value.Trim().ToLowerInvariant();
        (string Key, string? Value)? twin = name switch
        {
            "CongestionProvider" or "Add-On Congestion Control Provider" => ("net.ipv4.tcp_congestion_control", word is "cubic" or "dctcp" or "newreno" or "ctcp" or "bbr2" or "ledbat" ? word : null),
            "Timestamps" or "RFC 1323 Timestamps" => ("net.ipv4.tcp_timestamps", OnOff(word)),
            "EcnCapability" or "ECN Capability" => ("net.ipv4.tcp_ecn", OnOff(word)),
            "AutoTuningLevelLocal" or "Receive Window Auto-Tuning Level" => ("net.ipv4.tcp_moderate_rcvbuf", word is "disabled" ? "0" : word is "normal" or "restricted" or "highlyrestricted" ? "1" : null),
            "MaxSynRetransmissions" or "Max SYN Retransmissions" => ("net.ipv4.tcp_syn_retries", int.TryParse(word, out var retries) ? $"{retries}" : null),
            _ => null,
        };
        if (twin is { Value: { } same } found)
        {
            findings.Add(new Sysctl(findings.At, findings.From(line), found.Key, same));
        }
    }

    /// <summary>"Name : value"; null for any other line.</summary>
    public static (string Name, string Value)? Pair(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon > 1 && line.Length < 200 && line[colon - 1] == ' ' ? (line[..colon].Trim(), line[(colon + 1)..].Trim()) : null;
    }

    private static string? OnOff(string word) => word switch { "enabled" => "1", "disabled" => "0", _ => null };
}

namespace Whydrop.Readers.Firewall;

/// <summary>Which columns "iptables -L" prints.</summary>
/// <param name="Numbered">With --line-numbers.</param>
/// <param name="Verbose">With -v: counters and devices.</param>
internal readonly record struct IptablesColumns(bool Numbered, bool Verbose);

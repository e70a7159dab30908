namespace Whydrop.Evidence.Stack;

/// <summary>One kernel setting.</summary>
/// <param name="Key">Dotted key: "net.ipv4.tcp_mtu_probing".</param>
/// <param name="Value">As printed, blanks folded to single spaces.</param>
public sealed record Sysctl(VantagePoint At, Provenance From, string Key, string Value) : Fact(At, From);

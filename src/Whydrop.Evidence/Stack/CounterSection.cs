namespace Whydrop.Evidence.Stack;

/// <summary>A group of counters was printed there, so that an absent counter can be told from one that was not collected.</summary>
/// <param name="Group">"Ip", "Icmp", "Tcp", "TcpExt", "IpExt", "Udp", "Ip6", "Link", …</param>
/// <param name="OmitsZeros">The tool leaves zero counters out (netstat -s): absent means 0. Otherwise absent means unknown to that kernel.</param>
public sealed record CounterSection(VantagePoint At, Provenance From, string Group, bool OmitsZeros) : Fact(At, From);

using System.Net;

namespace Whydrop.Evidence.Stack;

/// <summary>One entry of the connection tracking table (conntrack -L, /proc/net/nf_conntrack).</summary>
/// <param name="Protocol">"tcp", "udp", "icmp", …</param>
/// <param name="State">TCP state ("ESTABLISHED", "SYN_SENT", "TIME_WAIT", …); null for others.</param>
/// <param name="Timeout">How long it would still live; null when not printed.</param>
/// <param name="Source">Original source.</param>
/// <param name="Destination">Original destination.</param>
/// <param name="ReplySource">Source of replies: the real destination behind DNAT.</param>
/// <param name="ReplyDestination">Destination of replies: the translated source behind SNAT.</param>
/// <param name="Unreplied">No packet came back yet.</param>
/// <param name="Assured">Traffic in both directions was seen.</param>
public sealed record ConntrackEntry(
    VantagePoint At, Provenance From, string Protocol, string? State, TimeSpan? Timeout, IPEndPoint Source, IPEndPoint Destination,
    IPEndPoint ReplySource, IPEndPoint ReplyDestination, bool Unreplied, bool Assured) : Fact(At, From);

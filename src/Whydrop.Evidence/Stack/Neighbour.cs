using System.Net;

namespace Whydrop.Evidence.Stack;

/// <summary>One ARP or ND entry.</summary>
/// <param name="State">NUD state in capitals: REACHABLE, STALE, FAILED, INCOMPLETE, PERMANENT, …</param>
public sealed record Neighbour(VantagePoint At, Provenance From, IPAddress Address, string? Mac, string State) : Fact(At, From);

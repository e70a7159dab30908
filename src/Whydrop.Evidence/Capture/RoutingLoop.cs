using System.Net;

namespace Whydrop.Evidence.Capture;

/// <summary>A datagram that came by again and again with falling TTL: it went round in a loop of routers.</summary>
/// <param name="Capture">The capture (<see cref="CaptureSummary.Capture"/>).</param>
/// <param name="Flow">Connection in that capture; null when it is no TCP.</param>
/// <param name="IpId">IPv4 identification; null for IPv6.</param>
/// <param name="Passes">How often it was seen here.</param>
/// <param name="FirstTtl">TTL at its first pass.</param>
/// <param name="LastTtl">TTL at its last pass.</param>
/// <param name="Step">TTL lost from one pass to the next in the same direction: routers in the loop.</param>
/// <param name="Start">First pass.</param>
/// <param name="Duration">First to last pass.</param>
/// <param name="Expired">A time-exceeded message quoted it, or its TTL ended at less than a step; false when it was delivered after all; null when not known.</param>
/// <param name="Macs">Link-layer addresses "source>destination" of the first two passes of which they are known; of a TCP segment those are the second and third.</param>
public sealed record RoutingLoop(
    VantagePoint At, Provenance From, int Capture, int? Flow, IPAddress Source, IPAddress Destination, int? IpId, int Passes, int FirstTtl,
    int LastTtl, int Step, Timestamp Start, TimeSpan Duration, bool? Expired, IReadOnlyList<string> Macs) : Fact(At, From);

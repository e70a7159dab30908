using System.Net;

namespace Whydrop.Evidence.Stack;

/// <summary>One real server of a virtual service of IPVS (ipvsadm); or the service itself when it has none.</summary>
/// <param name="Protocol">"tcp", "udp", "sctp".</param>
/// <param name="Service">Virtual address and port.</param>
/// <param name="Scheduler">"rr", "wlc", "sh", …; null when not printed.</param>
/// <param name="Server">Address and port of the real server; null for a service that has none.</param>
/// <param name="Forward">"Masq", "Route" or "Tunnel"; null when not printed.</param>
/// <param name="Weight">Its weight: 0 takes no new connections; null when not printed.</param>
/// <param name="ActiveConnections">Connections established; null when not printed.</param>
/// <param name="InactiveConnections">Connections in any other state; null when not printed.</param>
public sealed record VirtualServer(
    VantagePoint At, Provenance From, string Protocol, IPEndPoint Service, string? Scheduler, IPEndPoint? Server, string? Forward, int? Weight,
    long? ActiveConnections, long? InactiveConnections) : Fact(At, From);

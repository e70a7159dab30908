using System.Net;

namespace Whydrop.Evidence.Stack;

/// <summary>A connection that IPVS remembers (ipvsadm -lnc).</summary>
/// <param name="Protocol">"tcp", "udp" or "sctp".</param>
/// <param name="State">"ESTABLISHED", "TIME_WAIT", "CLOSE", …</param>
/// <param name="Expires">How long it will still be remembered.</param>
/// <param name="Source">The client.</param>
/// <param name="Service">Virtual address and port it connected to.</param>
/// <param name="Server">Where it was sent to.</param>
public sealed record VirtualConnection(
    VantagePoint At, Provenance From, string Protocol, string State, TimeSpan? Expires, IPEndPoint Source, IPEndPoint Service, IPEndPoint Server) : Fact(At, From);

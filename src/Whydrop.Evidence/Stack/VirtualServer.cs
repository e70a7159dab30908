using System.Net;

namespace Whydrop.Evidence.Stack;

/// <summary>A real server of an IPVS service (ipvsadm -Ln).</summary>
/// <param name="Protocol">"tcp", "udp" or "sctp".</param>
/// <param name="Address">What clients connect to.</param>
/// <param name="Scheduler">"rr", "lc", "sh", …</param>
/// <param name="Server">Where connections are sent to; null for a service without any.</param>
/// <param name="Weight">0: it gets no connection that IPVS does not know already.</param>
/// <param name="Active">Established connections.</param>
/// <param name="Inactive">Connections in other states that are remembered.</param>
public sealed record VirtualServer(
    VantagePoint At, Provenance From, string Protocol, IPEndPoint Address, string Scheduler, IPEndPoint? Server, int Weight, long Active, long Inactive) : Fact(At, From);

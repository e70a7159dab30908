using System.Net;
using System.Runtime.InteropServices;
using Whydrop.Evidence.Capture;

namespace Whydrop.Tcp;

/// <summary>Between whom a connection is, and what tells how far along its way it was seen.</summary>
/// <param name="Client">Its client.</param>
/// <param name="Server">Its server.</param>
/// <param name="HandshakeRtt">As <see cref="TcpFlow.HandshakeRtt"/>.</param>
/// <param name="ClientTtl">TTL or hop limit of the client's packets; null when none was seen.</param>
/// <param name="IsUsed">Data or a FIN was seen: both segments of the handshake had arrived.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FlowEnds(IPEndPoint Client, IPEndPoint Server, TimeSpan? HandshakeRtt, int? ClientTtl, bool IsUsed)
{
    /// <summary>Those of one that a fact tells of.</summary>
    public static FlowEnds Of(TcpFlow flow) => new(
        flow.Client, flow.Server, flow.HandshakeRtt, flow.FromClient.Ttl, flow.FromClient.Segments + flow.FromServer.Segments > 0 || flow.FromClient.Fin || flow.FromServer.Fin);
}

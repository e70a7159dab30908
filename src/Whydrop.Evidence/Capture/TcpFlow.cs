using System.Net;

namespace Whydrop.Evidence.Capture;

/// <summary>One TCP connection as one capture saw it.</summary>
/// <param name="Capture">The capture it was seen in (<see cref="CaptureSummary.Capture"/>).</param>
/// <param name="Flow">Number of the connection in that capture, from 0, as Wireshark's tcp.stream counts.</param>
/// <param name="Client">The end that sent the SYN; without a SYN, the end with the higher port.</param>
/// <param name="Encapsulation">Tunnel headers around it from the outside in, for example "ipip 10.0.0.1>10.0.0.2"; null when plain.</param>
/// <param name="Frames">Frames in both directions, without copies.</param>
/// <param name="FromClient">What the client sent.</param>
/// <param name="FromServer">What the server sent.</param>
/// <param name="Synchronised">Both SYN and SYN-ACK were captured.</param>
/// <param name="HandshakeRtt">SYN to SYN-ACK as seen here; null when not seen.</param>
public sealed record TcpFlow(
    VantagePoint At, Provenance From, int Capture, int Flow, IPEndPoint Client, IPEndPoint Server, string? Encapsulation,
    Timestamp First, Timestamp Last, long Frames, TcpSender FromClient, TcpSender FromServer, bool Synchronised,
    TimeSpan? HandshakeRtt) : Fact(At, From);

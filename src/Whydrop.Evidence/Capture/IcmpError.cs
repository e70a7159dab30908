using System.Net;

namespace Whydrop.Evidence.Capture;

/// <summary>An ICMP error seen in a capture, with what it quotes.</summary>
/// <param name="Version">4 or 6.</param>
/// <param name="Type">ICMP type.</param>
/// <param name="Code">ICMP code.</param>
/// <param name="Reporter">Source address of the message.</param>
/// <param name="Receiver">Destination address of the message.</param>
/// <param name="NextHopMtu">MTU it announces (type 3 code 4, ICMPv6 type 2); null otherwise or when 0.</param>
/// <param name="QuotedSource">Source of the quoted datagram; null when not quoted far enough.</param>
/// <param name="QuotedDestination">Destination of the quoted datagram.</param>
/// <param name="QuotedProtocol">IP protocol of the quoted datagram.</param>
/// <param name="QuotedSequence">TCP sequence number quoted.</param>
/// <param name="QuotedLength">IP length of the quoted datagram in bytes.</param>
public sealed record IcmpError(
    VantagePoint At, Provenance From, int Capture, int Version, int Type, int Code, IPAddress Reporter, IPAddress Receiver, int? NextHopMtu,
    IPEndPoint? QuotedSource, IPEndPoint? QuotedDestination, int? QuotedProtocol, uint? QuotedSequence, int? QuotedLength, Timestamp Seen) : Fact(At, From);

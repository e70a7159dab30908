using System.Net;

namespace Whydrop.Tcp.Facts;

/// <summary>An ICMP error as it will be told.</summary>
internal sealed record IcmpRow(
    int Point, long Frame, long Time, int Version, int Type, int Code, IPAddress Reporter, IPAddress Receiver, int? NextHopMtu,
    IPEndPoint? Source, IPEndPoint? Destination, int? Protocol, uint? Sequence, int? QuotedLength);

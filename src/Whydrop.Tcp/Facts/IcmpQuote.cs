using System.Buffers.Binary;
using System.Net;
using Whydrop.Wire;

namespace Whydrop.Tcp.Facts;

/// <summary>Reads an ICMP error and the datagram it quotes (RFC 792, RFC 1191, RFC 4443).</summary>
internal static class IcmpQuote
{
    private const int HeaderLength = 8;
    private const byte Tcp = 6;
    private const byte Udp = 17;

    /// <summary>Errors quote a datagram: destination unreachable, source quench, redirect, time exceeded, parameter problem; ICMPv6 types below 128.</summary>
    public static bool IsError(in PacketHeaders h, ReadOnlySpan<byte> frame)
    {
        if (h.TransportOffset <= 0 || h.TransportOffset + HeaderLength > frame.Length)
        {
            return false;
        }

        var type = frame[h.TransportOffset];
        return h.IpVersion == 6 ? type < 128 : type is 3 or 4 or 5 or 11 or 12;
    }

    public static IcmpRow Read(in PacketHeaders h, ReadOnlySpan<byte> frame, long time, long number, int point)
    {
        var icmp = frame[h.TransportOffset..];
        var (type, code) = (icmp[0], icmp[1]);
        int? mtu = h.IpVersion == 4
            ? type == 3 && code == 4 ? BinaryPrimitives.ReadUInt16BigEndian(icmp[6..]) : null
            : type == 2 ? (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(icmp[4..]), int.MaxValue) : null;
        var quote = Quote(icmp[HeaderLength..]);
        return new IcmpRow(
            point, number, time, h.IpVersion, type, code, h.SourceAddress(frame) ?? IPAddress.None, h.DestinationAddress(frame) ?? IPAddress.None,
            mtu is 0 ? null : mtu, quote.Source, quote.Destination, quote.Protocol, quote.Sequence, quote.Length);
    }

    private static (IPEndPoint? Source, IPEndPoint? Destination, int? Protocol, uint? Sequence, int? Length) Quote(ReadOnlySpan<byte> ip)
    {
        if (ip.Length >= 20 && ip[0] >> 4 == 4)
        {
            var header = (ip[0] & 15) * 4;
            var first = (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x1FFF) == 0;
            return Transport(ip.Slice(12, 4), ip.Slice(16, 4), ip[9], BinaryPrimitives.ReadUInt16BigEndian(ip[2..]), first && header >= 20 && header <= ip.Length ? ip[header..] : default);
        }

        if (ip.Length >= 40 && ip[0] >> 4 == 6)
        {
            return Transport(ip.Slice(8, 16), ip.Slice(24, 16), ip[6], BinaryPrimitives.ReadUInt16BigEndian(ip[4..]) + 40, ip[40..]);
        }

        return default;
    }

    private static (IPEndPoint? Source, IPEndPoint? Destination, int? Protocol, uint? Sequence, int? Length) Transport(
        ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, byte protocol, int length, ReadOnlySpan<byte> transport)
    {
        var ports = protocol is Tcp or Udp && transport.Length >= 4;
        int sourcePort = ports ? BinaryPrimitives.ReadUInt16BigEndian(transport) : 0;
        int destinationPort = ports ? BinaryPrimitives.ReadUInt16BigEndian(transport[2..]) : 0;
        uint? sequence = protocol == Tcp && transport.Length >= 8 ? BinaryPrimitives.ReadUInt32BigEndian(transport[4..]) : null;
        return (new IPEndPoint(new IPAddress(source), sourcePort), new IPEndPoint(new IPAddress(destination), destinationPort), protocol, sequence, length);
    }
}

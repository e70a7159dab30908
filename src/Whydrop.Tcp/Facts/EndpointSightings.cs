using System.Buffers.Binary;
using System.Net;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Facts;

/// <summary>Remembers whose addresses a capture point saw, from the first frame of each connection.</summary>
internal static class EndpointSightings
{
    private const int Ethernet = 1;
    private const int LinuxSll = 113;
    private const int LinuxSll2 = 276;
    private const byte ToUs = 0;
    private const byte Outgoing = 4;

    /// <summary>Only so many connections are looked at per point: after that the picture does not change.</summary>
    private const int Enough = 512;

    public static void Take(CapturePoint point, in TcpSegment s, ReadOnlySpan<byte> frame)
    {
        if (point.Sightings++ >= Enough)
        {
            return;
        }

        if (point.LinkType == Ethernet && frame.Length >= 14)
        {
            point.SawMac(BinaryPrimitives.ReadUInt64BigEndian(frame) >> 16, source: false);
            point.SawMac(BinaryPrimitives.ReadUInt64BigEndian(frame[6..]) >> 16, source: true);
        }

        var (at, size) = s.Key.IsIpv6 ? (s.IpOffset + 8, 16) : (s.IpOffset + 12, 4);
        if (at + (2 * size) > frame.Length)
        {
            return;
        }

        var type = point.LinkType switch
        {
            LinuxSll when frame.Length >= 2 => frame[1],
            LinuxSll2 when frame.Length >= 11 => frame[10],
            _ => byte.MaxValue,
        };
        point.SawAddress(new IPAddress(frame.Slice(at, size)), local: type == Outgoing, remote: type == ToUs);
        point.SawAddress(new IPAddress(frame.Slice(at + size, size)), local: type == ToUs, remote: type == Outgoing);
    }
}

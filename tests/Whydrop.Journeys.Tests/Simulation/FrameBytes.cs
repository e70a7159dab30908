using System.Buffers.Binary;
using System.Net;

namespace Whydrop.Journeys.Tests.Simulation;

/// <summary>Ethernet frames from packets.</summary>
public static class FrameBytes
{
    public static byte[] Of(SimPacket packet)
    {
        var inner = Datagram(packet);
        if (packet.Tunnel is not { } tunnel)
        {
            return Ethernet(inner);
        }

        if (tunnel.Type is TunnelType.Esp or TunnelType.EspInUdp or TunnelType.WireGuard)
        {
            return Encrypted(tunnel, packet, inner.Length);
        }

        return Ethernet(tunnel.Type switch
        {
            TunnelType.IpIp => Ip(tunnel.Source, tunnel.Destination, packet.IsIpv6 ? (byte)41 : (byte)4, 64, 77, inner),
            TunnelType.Gre => Ip(tunnel.Source, tunnel.Destination, 47, 64, 76, [0, 0, .. EtherType(inner), .. inner]),
            TunnelType.Geneve => Ip(tunnel.Source, tunnel.Destination, 17, 64, 75, Udp(6081, [0, 0, 0x65, 0x58, 0, 0, 7, 0, .. Ethernet(inner)])),
            _ => Ip(tunnel.Source, tunnel.Destination, 17, 64, 78, Udp(4789, [8, 0, 0, 0, 0, 0, 7, 0, .. Ethernet(inner)])),
        });
    }

    private static byte[] Encrypted(Encapsulation tunnel, SimPacket packet, int length)
    {
        var hidden = new byte[16 + ((length + 31) / 16 * 16)];
        new Random(packet.IpId).NextBytes(hidden);
        if (tunnel.Type == TunnelType.Esp)
        {
            return Ethernet(Ip(tunnel.Source, tunnel.Destination, 50, 64, 79, hidden));
        }

        var wireGuard = tunnel.Type == TunnelType.WireGuard;
        if (wireGuard)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(hidden, 4);
        }

        return Ethernet(Udp(tunnel.Source, tunnel.Destination, wireGuard ? 51820 : 4500, hidden));
    }

    public static byte[] Udp(IPAddress source, IPAddress destination, int port, byte[] payload)
    {
        var udp = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(2), (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)udp.Length);
        payload.CopyTo(udp, 8);
        return Ip(source, destination, 17, 64, 80, udp);
    }

    private static byte[] Udp(int port, byte[] payload)
    {
        var udp = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(udp, 40000);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(2), (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)udp.Length);
        payload.CopyTo(udp, 8);
        return udp;
    }

    private static byte[] EtherType(byte[] datagram) => datagram[0] >> 4 == 6 ? [0x86, 0xDD] : [8, 0];

    private static byte[] Ethernet(byte[] datagram)
    {
        var frame = new byte[14 + datagram.Length];
        frame[0] = 2;
        frame[6] = 2;
        frame[11] = 1;
        EtherType(datagram).CopyTo(frame, 12);
        datagram.CopyTo(frame, 14);
        return frame;
    }

    private static byte[] Datagram(SimPacket packet)
    {
        var tcp = new byte[packet.TcpHeader + packet.Length];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)packet.Source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(2), (ushort)packet.Destination.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(4), packet.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(8), packet.Acknowledgment);
        tcp[12] = (byte)(packet.TcpHeader / 4 << 4);
        tcp[13] = packet.Flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(14), packet.Window);
        var at = 20;
        if (packet.TsVal is { } tsVal)
        {
            (tcp[at], tcp[at + 1], tcp[at + 2], tcp[at + 3]) = (1, 1, 8, 10);
            BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(at + 4), tsVal);
            BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(at + 8), packet.TsEcr);
            at += 12;
        }

        if ((packet.Flags & 2) != 0)
        {
            (tcp[at], tcp[at + 1]) = (2, 4);
            BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(at + 2), packet.TsVal is null ? (ushort)1448 : (ushort)1460);
        }

        for (var i = 0; i < packet.Length; i++)
        {
            var position = (ulong)packet.StreamOffset + (ulong)i;
            tcp[packet.TcpHeader + i] = (byte)(((position / 7) * 0x9E3779B97F4A7C15UL) >> 40 ^ (ulong)packet.Flow);
        }

        return Ip(packet.Source.Address, packet.Destination.Address, 6, packet.Ttl, packet.IpId, tcp);
    }

    private static byte[] Ip(IPAddress source, IPAddress destination, byte protocol, byte ttl, ushort id, byte[] payload)
    {
        if (source.GetAddressBytes() is { Length: 16 } source6)
        {
            var ip6 = new byte[40 + payload.Length];
            ip6[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(ip6.AsSpan(4), (ushort)payload.Length);
            (ip6[6], ip6[7]) = (protocol, ttl);
            source6.CopyTo(ip6, 8);
            destination.GetAddressBytes().CopyTo(ip6, 24);
            payload.CopyTo(ip6, 40);
            return ip6;
        }

        var ip = new byte[20 + payload.Length];
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(2), (ushort)ip.Length);
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(4), id);
        ip[6] = 0x40;
        (ip[8], ip[9]) = (ttl, protocol);
        source.GetAddressBytes().CopyTo(ip, 12);
        destination.GetAddressBytes().CopyTo(ip, 16);
        payload.CopyTo(ip, 20);
        return ip;
    }
}

using System.Buffers.Binary;
using System.Net;

namespace Whydrop.Tcp.Tests.Building;

/// <summary>Puts Ethernet frames into tunnels, cuts them into fragments, quotes them in ICMP errors, or gives them another link header.</summary>
public static class Wrapping
{
    private const int Ethernet = 14;

    /// <summary>The IP datagram of an Ethernet frame.</summary>
    public static byte[] Datagram(byte[] frame) => frame[Ethernet..];

    public static byte[] InEthernet(byte[] datagram) =>
        [2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, .. datagram[0] >> 4 == 6 ? new byte[] { 0x86, 0xDD } : [8, 0], .. datagram];

    /// <summary>An IPv4 datagram around a payload.</summary>
    public static byte[] Ipv4(string from, string to, byte protocol, byte[] payload, ushort id = 7)
    {
        var datagram = new byte[20 + payload.Length];
        datagram[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)datagram.Length);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), id);
        datagram[8] = 64;
        datagram[9] = protocol;
        IPAddress.Parse(from).GetAddressBytes().CopyTo(datagram, 12);
        IPAddress.Parse(to).GetAddressBytes().CopyTo(datagram, 16);
        payload.CopyTo(datagram, 20);
        return datagram;
    }

    public static byte[] Ipv6(string from, string to, byte protocol, byte[] payload)
    {
        var datagram = new byte[40 + payload.Length];
        datagram[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)payload.Length);
        datagram[6] = protocol;
        datagram[7] = 64;
        IPAddress.Parse(from).GetAddressBytes().CopyTo(datagram, 8);
        IPAddress.Parse(to).GetAddressBytes().CopyTo(datagram, 24);
        payload.CopyTo(datagram, 40);
        return datagram;
    }

    public static byte[] InIpIp(byte[] frame, string from, string to) => InEthernet(Ipv4(from, to, 4, Datagram(frame)));

    /// <summary>VXLAN (RFC 7348) of one network.</summary>
    public static byte[] InVxlan(byte[] frame, string from, string to, int network, ushort id = 7)
    {
        var udp = new byte[16 + frame.Length];
        BinaryPrimitives.WriteUInt16BigEndian(udp, 50000);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(2), 4789);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)udp.Length);
        udp[8] = 8;
        BinaryPrimitives.WriteInt32BigEndian(udp.AsSpan(12), network << 8);
        frame.CopyTo(udp, 16);
        return InEthernet(Ipv4(from, to, 17, udp, id));
    }

    /// <summary>The pieces of an IPv4 frame, each at most <paramref name="mtu"/> bytes long.</summary>
    public static IReadOnlyList<byte[]> InFragments(byte[] frame, int mtu)
    {
        var datagram = Datagram(frame);
        var step = (mtu - 20) / 8 * 8;
        var pieces = new List<byte[]>();
        for (var at = 0; at < datagram.Length - 20; at += step)
        {
            var length = Math.Min(step, datagram.Length - 20 - at);
            byte[] piece = [.. datagram[..20], .. datagram.AsSpan(20 + at, length)];
            var more = at + length < datagram.Length - 20;
            BinaryPrimitives.WriteUInt16BigEndian(piece.AsSpan(2), (ushort)piece.Length);
            BinaryPrimitives.WriteUInt16BigEndian(piece.AsSpan(6), (ushort)((at / 8) | (more ? 0x2000 : 0)));
            pieces.Add(InEthernet(piece));
        }

        return pieces;
    }

    /// <summary>"Fragmentation needed" (RFC 1191) or "packet too big" (RFC 4443) from a router, quoting a frame.</summary>
    public static byte[] TooBig(byte[] quoted, string router, int mtu)
    {
        var datagram = Datagram(quoted);
        var v6 = datagram[0] >> 4 == 6;
        var kept = datagram[..Math.Min(datagram.Length, v6 ? 1200 : 28)];
        byte[] icmp = [(byte)(v6 ? 2 : 3), (byte)(v6 ? 0 : 4), 0, 0, 0, 0, (byte)(mtu >> 8), (byte)mtu, .. kept];
        var back = v6 ? datagram[8..24] : datagram[12..16];
        return InEthernet(v6 ? Ipv6(router, new IPAddress(back).ToString(), 58, icmp) : Ipv4(router, new IPAddress(back).ToString(), 1, icmp));
    }

    /// <summary>The frame as the "any" device gives it (LINKTYPE_LINUX_SLL2), from an interface with an index.</summary>
    public static byte[] InSll2(byte[] frame, int interfaceIndex, bool outgoing)
    {
        var header = new byte[20];
        frame.AsSpan(12, 2).CopyTo(header);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), interfaceIndex);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(8), 1);
        header[10] = (byte)(outgoing ? 4 : 0);
        header[11] = 6;
        return [.. header, .. Datagram(frame)];
    }
}

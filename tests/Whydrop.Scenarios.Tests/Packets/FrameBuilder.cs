using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Whydrop.Scenarios.Tests.Packets;

/// <summary>Bytes of Ethernet frames with IPv4 or IPv6, TCP, UDP or ICMP, plain or in IPIP or VXLAN, and of ARP. Checksums are right unless asked otherwise.</summary>
internal static class FrameBuilder
{
    /// <summary>An Ethernet frame; without addresses from 02:…:01 to 02:…:02.</summary>
    internal static byte[] Ethernet(byte[] datagram, byte[]? source = null, byte[]? destination = null) =>
        [.. destination ?? [2, 0, 0, 0, 0, 2], .. source ?? [2, 0, 0, 0, 0, 1], .. datagram[0] >> 4 == 6 ? new byte[] { 0x86, 0xdd } : [8, 0], .. datagram];

    /// <summary>ARP (RFC 826) or neighbour discovery (RFC 4861): a question, or an answer when <paramref name="claimed"/> says whose address it is.</summary>
    internal static byte[] Neighbour(IPAddress sender, IPAddress target, byte[]? claimed)
    {
        byte[] asker = [2, 0, 0, 0, 0, 1];
        byte[] all = [255, 255, 255, 255, 255, 255];
        if (sender.AddressFamily == AddressFamily.InterNetworkV6)
        {
            byte[] icmp = claimed is null
                ? [135, 0, 0, 0, 0, 0, 0, 0, .. target.GetAddressBytes(), 1, 1, .. asker]
                : [136, 0, 0, 0, 0x60, 0, 0, 0, .. sender.GetAddressBytes(), 2, 1, .. claimed];
            BinaryPrimitives.WriteUInt16BigEndian(icmp.AsSpan(2), Checksum(icmp, Pseudo(sender, target, 58, icmp.Length)));
            return Ethernet(Ip(sender, target, 58, icmp, false, 1, 255), claimed ?? asker, claimed is null ? [0x33, 0x33, 0xff, .. target.GetAddressBytes()[13..]] : asker);
        }

        return
        [
            .. claimed is null ? all : asker, .. claimed ?? asker, 8, 6, 0, 1, 8, 0, 6, 4, 0, (byte)(claimed is null ? 1 : 2),
            .. claimed ?? asker, .. sender.GetAddressBytes(), .. claimed is null ? new byte[6] : asker, .. target.GetAddressBytes(),
        ];
    }

    /// <summary>A DNS question, or its answer with one record when there is no error (RFC 1035).</summary>
    internal static byte[] Dns(Endpoint from, Endpoint to, ushort id, string name, int type, bool answer, int rcode, bool truncated)
    {
        byte[] labels = [.. name.TrimEnd('.').Split('.').SelectMany(l => (byte[])[(byte)l.Length, .. System.Text.Encoding.ASCII.GetBytes(l)]), 0];
        byte[] record = type == 28 ? [0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 30, 0, 16, .. IPAddress.IPv6Loopback.GetAddressBytes()] : [0xc0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 30, 0, 4, 10, 0, 0, 1];
        var records = answer && rcode == 0 ? 1 : 0;
        byte[] message =
        [
            (byte)(id >> 8), (byte)id, (byte)((answer ? 0x81 : 1) | (truncated ? 2 : 0)), (byte)(answer ? 0x80 | rcode : 0), 0, 1, 0, (byte)records, 0, 0, 0, 0,
            .. labels, 0, (byte)type, 0, 1, .. records == 1 ? record : [],
        ];
        byte[] udp = [(byte)(from.Port >> 8), (byte)from.Port, (byte)(to.Port >> 8), (byte)to.Port, (byte)((message.Length + 8) >> 8), (byte)(message.Length + 8), 0, 0, .. message];
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(6), Checksum(udp, Pseudo(from.Address, to.Address, 17, udp.Length)));
        return Ip(from.Address, to.Address, 17, udp, false, id, 64);
    }

    internal static byte[] Tcp(Segment s, Endpoint from, Endpoint to)
    {
        var options = new List<byte>();
        if (s.Flags.Contains('S', StringComparison.Ordinal))
        {
            var mss = s.Mss ?? 1460;
            options.AddRange([2, 4, (byte)(mss >> 8), (byte)mss]);
            options.AddRange(s.SackPermitted ? [4, 2] : []);
            options.AddRange(s.WindowScale is { } scale ? [1, 3, 3, (byte)scale] : []);
        }

        if (s.Timestamps)
        {
            options.AddRange([1, 1, 8, 10, .. Big((uint)(s.Time * 1000) + 1000), .. Big(s.Flags.Contains('A', StringComparison.Ordinal) ? (uint)(s.Echo * 1000) + 1000 : 0)]);
        }

        if (s.Sack.Count > 0)
        {
            options.AddRange([1, 1, 5, (byte)(2 + 8 * s.Sack.Count), .. s.Sack.SelectMany(b => (byte[])[.. Big(b.Left), .. Big(b.Right)])]);
        }

        while (options.Count % 4 != 0)
        {
            options.Add(0);
        }

        var tcp = new byte[20 + options.Count + s.Length];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(2), (ushort)to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(4), s.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(8), s.Flags.Contains('A', StringComparison.Ordinal) ? s.Ack : 0);
        tcp[12] = (byte)((20 + options.Count) / 4 << 4);
        tcp[13] = (byte)((s.Flags.Contains('F', StringComparison.Ordinal) ? 1 : 0) | (s.Flags.Contains('S', StringComparison.Ordinal) ? 2 : 0)
            | (s.Flags.Contains('R', StringComparison.Ordinal) ? 4 : 0) | (s.Length > 0 ? 8 : 0) | (s.Flags.Contains('A', StringComparison.Ordinal) ? 16 : 0)
            | (s.Flags.Contains('E', StringComparison.Ordinal) ? 64 : 0) | (s.Flags.Contains('C', StringComparison.Ordinal) ? 128 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(14), (ushort)s.Window);
        options.CopyTo(tcp, 20);
        for (var i = 20 + options.Count; i < tcp.Length; i++)
        {
            // Payload follows the sequence number, so that a repeated segment has the same bytes.
            tcp[i] = (byte)(s.Sequence + (uint)i * 7);
        }

        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(16), (ushort)(Checksum(tcp, Pseudo(from.Address, to.Address, 6, tcp.Length)) ^ (s.BadChecksum ? 0x5555 : 0)));
        return Ip(from.Address, to.Address, 6, tcp, s.DontFragment, s.Id, s.Ttl, s.Ecn);
    }

    /// <summary>An ICMP error of that type and code, quoting the beginning of a datagram; the MTU is that of "fragmentation needed" or "packet too big".</summary>
    internal static byte[] Icmp(IPAddress router, IPAddress sender, int type, int code, int mtu, byte[] about)
    {
        var ipv6 = sender.AddressFamily == AddressFamily.InterNetworkV6;
        var quoted = about[..Math.Min(about.Length, ipv6 ? 100 : 68)];
        byte[] icmp = ipv6 ? [(byte)type, (byte)code, 0, 0, .. Big((uint)mtu), .. quoted] : [(byte)type, (byte)code, 0, 0, 0, 0, (byte)(mtu >> 8), (byte)mtu, .. quoted];
        BinaryPrimitives.WriteUInt16BigEndian(icmp.AsSpan(2), Checksum(icmp, ipv6 ? Pseudo(router, sender, 58, icmp.Length) : 0));
        return Ip(router, sender, ipv6 ? (byte)58 : (byte)1, icmp, false, 1, 64);
    }

    internal static byte[] Wrap(string kind, IPAddress from, IPAddress to, byte[] datagram) => kind == "vxlan"
        ? Ip(from, to, 17, Udp(4789, [8, 0, 0, 0, 0, 0, 1, 0, .. Ethernet(datagram)]), false, 77, 64)
        : Ip(from, to, (byte)(datagram[0] >> 4 == 6 ? 41 : 4), datagram, true, 77, 64);

    private static byte[] Udp(int port, byte[] payload) =>
        [0xc0, 1, (byte)(port >> 8), (byte)port, (byte)((payload.Length + 8) >> 8), (byte)(payload.Length + 8), 0, 0, .. payload];

    private static byte[] Ip(IPAddress from, IPAddress to, byte protocol, byte[] payload, bool dontFragment, ushort id, int ttl, int ecn = 0)
    {
        if (from.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return [0x60, (byte)(ecn << 4), 0, 0, (byte)(payload.Length >> 8), (byte)payload.Length, protocol, (byte)ttl, .. from.GetAddressBytes(), .. to.GetAddressBytes(), .. payload];
        }

        var length = 20 + payload.Length;
        byte[] header =
        [
            0x45, (byte)ecn, (byte)(length >> 8), (byte)length, (byte)(id >> 8), (byte)id, (byte)(dontFragment ? 0x40 : 0), 0, (byte)ttl, protocol, 0, 0,
            .. from.GetAddressBytes(), .. to.GetAddressBytes(),
        ];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), Checksum(header, 0));
        return [.. header, .. payload];
    }

    private static uint Pseudo(IPAddress from, IPAddress to, byte protocol, int length)
    {
        uint sum = protocol + (uint)length;
        byte[] bytes = [.. from.GetAddressBytes(), .. to.GetAddressBytes()];
        for (var i = 0; i < bytes.Length; i += 2)
        {
            sum += (uint)(bytes[i] << 8 | bytes[i + 1]);
        }

        return sum;
    }

    private static ushort Checksum(byte[] bytes, uint sum)
    {
        for (var i = 0; i < bytes.Length; i += 2)
        {
            sum += (uint)(bytes[i] << 8 | (i + 1 < bytes.Length ? bytes[i + 1] : 0));
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    private static byte[] Big(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Whydrop.Scenarios.Tests.Packets;

/// <summary>Bytes of Ethernet frames with IPv4 or IPv6, TCP or ICMP, plain or in IPIP or VXLAN. Checksums are right.</summary>
internal static class FrameBuilder
{
    internal static byte[] Ethernet(byte[] datagram, bool copy = false)
    {
        byte[] header = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, (byte)(copy ? 3 : 1), .. datagram[0] >> 4 == 6 ? new byte[] { 0x86, 0xdd } : [8, 0]];
        return [.. header, .. datagram];
    }

    internal static byte[] Tcp(Segment s, Endpoint from, Endpoint to)
    {
        var options = new List<byte>();
        if (s.Flags.Contains('S', StringComparison.Ordinal))
        {
            var mss = s.Mss ?? 1460;
            options.AddRange([2, 4, (byte)(mss >> 8), (byte)mss, 4, 2, 1, 3, 3, 7]);
        }

        var stamp = (uint)(s.Time * 1000) + 1000;
        options.AddRange([1, 1, 8, 10, .. Big(stamp), .. Big(s.Flags == "S" ? 0 : (uint)(s.Echo * 1000) + 1000)]);
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
            | (s.Flags.Contains('R', StringComparison.Ordinal) ? 4 : 0) | (s.Length > 0 ? 8 : 0) | (s.Flags.Contains('A', StringComparison.Ordinal) ? 16 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(14), 500);
        options.CopyTo(tcp, 20);
        for (var i = 20 + options.Count; i < tcp.Length; i++)
        {
            // Payload follows the sequence number, so that a repeated segment has the same bytes.
            tcp[i] = (byte)(s.Sequence + (uint)i * 7);
        }

        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(16), Checksum(tcp, Pseudo(from.Address, to.Address, 6, tcp.Length)));
        return Ip(from.Address, to.Address, 6, tcp, s.DontFragment, s.Id, s.Ttl);
    }

    /// <summary>"Fragmentation needed" or "packet too big", quoting the beginning of a datagram.</summary>
    internal static byte[] TooBig(IPAddress router, IPAddress sender, int mtu, byte[] about)
    {
        var ipv6 = sender.AddressFamily == AddressFamily.InterNetworkV6;
        var quoted = about[..Math.Min(about.Length, ipv6 ? 100 : 68)];
        byte[] icmp = ipv6 ? [2, 0, 0, 0, .. Big((uint)mtu), .. quoted] : [3, 4, 0, 0, 0, 0, (byte)(mtu >> 8), (byte)mtu, .. quoted];
        BinaryPrimitives.WriteUInt16BigEndian(icmp.AsSpan(2), Checksum(icmp, ipv6 ? Pseudo(router, sender, 58, icmp.Length) : 0));
        return Ip(router, sender, ipv6 ? (byte)58 : (byte)1, icmp, false, 1, 64);
    }

    internal static byte[] Wrap(string kind, IPAddress from, IPAddress to, byte[] datagram) => kind == "vxlan"
        ? Ip(from, to, 17, Udp(4789, [8, 0, 0, 0, 0, 0, 1, 0, .. Ethernet(datagram)]), false, 77, 64)
        : Ip(from, to, 4, datagram, true, 77, 64);

    private static byte[] Udp(int port, byte[] payload) =>
        [0xc0, 1, (byte)(port >> 8), (byte)port, (byte)((payload.Length + 8) >> 8), (byte)(payload.Length + 8), 0, 0, .. payload];

    private static byte[] Ip(IPAddress from, IPAddress to, byte protocol, byte[] payload, bool dontFragment, ushort id, int ttl)
    {
        if (from.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return [0x60, 0, 0, 0, (byte)(payload.Length >> 8), (byte)payload.Length, protocol, (byte)ttl, .. from.GetAddressBytes(), .. to.GetAddressBytes(), .. payload];
        }

        var length = 20 + payload.Length;
        byte[] header =
        [
            0x45, 0, (byte)(length >> 8), (byte)length, (byte)(id >> 8), (byte)id, (byte)(dontFragment ? 0x40 : 0), 0, (byte)ttl, protocol, 0, 0,
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

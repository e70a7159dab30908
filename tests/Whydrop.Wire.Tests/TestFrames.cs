using System.Buffers.Binary;
using System.Net;

namespace Whydrop.Wire.Tests;

/// <summary>Builds frames from the inside out.</summary>
internal static class TestFrames
{
    public static readonly byte[] ClientMac = [0x02, 0, 0, 0, 0, 1];
    public static readonly byte[] ServerMac = [0x02, 0, 0, 0, 0, 2];
    public static readonly byte[] Timestamps = [1, 1, 8, 10, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    public static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Payload(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7 + 3))];

    public static byte[] Ethernet(int etherType, byte[] payload) => Join(ServerMac, ClientMac, U16(etherType), payload);

    public static byte[] Vlan(int tag, int etherType, byte[] payload) => Join(U16(tag), U16(etherType), payload);

    public static byte[] Sll(int packetType, int protocol, byte[] payload) => Join(U16(packetType), U16(1), U16(6), ClientMac, U16(0), U16(protocol), payload);

    public static byte[] Sll2(int packetType, uint interfaceIndex, int protocol, byte[] payload) =>
        Join(U16(protocol), U16(0), U32(interfaceIndex), U16(1), [(byte)packetType, 6], ClientMac, U16(0), payload);

    public static byte[] Mpls(uint label, bool bottom, byte[] payload) => Join(U32((label << 12) | (bottom ? 0x100u : 0) | 64), payload);

    public static byte[] Pppoe(int protocol, byte[] payload) => Join([0x11, 0], U16(7), U16(payload.Length + 2), U16(protocol), payload);

    public static byte[] Ipv4(
        int protocol,
        byte[] payload,
        string source = "10.1.2.3",
        string destination = "192.0.2.7",
        int id = 0x1234,
        int fragment = 0x4000,
        int ttl = 63,
        int tos = 0x12,
        byte[]? options = null,
        int? totalLength = null)
    {
        options ??= [];
        var header = Join(
            [(byte)(0x45 + (options.Length / 4)), (byte)tos],
            U16(totalLength ?? 20 + options.Length + payload.Length),
            U16(id),
            U16(fragment),
            [(byte)ttl, (byte)protocol, 0, 0],
            IPAddress.Parse(source).GetAddressBytes(),
            IPAddress.Parse(destination).GetAddressBytes(),
            options);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), Ones(header));
        return Join(header, payload);
    }

    public static byte[] Ipv6(
        int nextHeader,
        byte[] payload,
        string source = "2001:db8::1",
        string destination = "2001:db8:0:1::2",
        int trafficClass = 0x34,
        int hopLimit = 61,
        int? payloadLength = null) => Join(
            U32(0x60000000u | ((uint)trafficClass << 20) | 0x54321),
            U16(payloadLength ?? payload.Length),
            [(byte)nextHeader, (byte)hopLimit],
            IPAddress.Parse(source).GetAddressBytes(),
            IPAddress.Parse(destination).GetAddressBytes(),
            payload);

    /// <summary>Hop-by-hop, routing or destination options header of 8 · (1 + extra) bytes.</summary>
    public static byte[] Extension(int nextHeader, byte[] rest, int extra = 0) => Join([(byte)nextHeader, (byte)extra, 1, (byte)(4 + (extra * 8))], new byte[4 + (extra * 8)], rest);

    public static byte[] Fragment(int nextHeader, int offset, bool more, uint id, byte[] rest) => Join([(byte)nextHeader, 0], U16(offset | (more ? 1 : 0)), U32(id), rest);

    /// <summary>Authentication header with a 12-byte integrity check value.</summary>
    public static byte[] Authentication(int nextHeader, byte[] rest) => Join([(byte)nextHeader, 4, 0, 0], U32(0x99), U32(1), new byte[12], rest);

    public static byte[] Tcp(
        byte[]? payload = null,
        byte[]? options = null,
        int flags = 0x18,
        uint sequence = 0x01020304,
        uint acknowledgment = 0xa0b0c0d0,
        int window = 501,
        int sourcePort = 40000,
        int destinationPort = 443,
        int? dataOffset = null)
    {
        options ??= [];
        return Join(
            U16(sourcePort),
            U16(destinationPort),
            U32(sequence),
            U32(acknowledgment),
            [(byte)((dataOffset ?? 5 + (options.Length / 4)) << 4), (byte)flags],
            U16(window),
            U16(0xbeef),
            U16(0),
            options,
            payload ?? []);
    }

    public static byte[] Udp(int destinationPort, byte[] payload, int sourcePort = 50000, int? length = null) =>
        Join(U16(sourcePort), U16(destinationPort), U16(length ?? 8 + payload.Length), U16(0), payload);

    public static byte[] Vxlan(uint vni, byte[] payload) => Join([8, 0, 0, 0], U32(vni << 8), payload);

    public static byte[] Geneve(uint vni, int protocol, byte[] options, byte[] payload) => Join([(byte)(options.Length / 4), 0], U16(protocol), U32(vni << 8), options, payload);

    public static byte[] Gre(int protocol, byte[] payload, uint? key = null, bool checksum = false, uint? sequence = null) => Join(
        U16((checksum ? 0x8000 : 0) | (key is null ? 0 : 0x2000) | (sequence is null ? 0 : 0x1000)),
        U16(protocol),
        checksum ? U32(0) : [],
        key is { } k ? U32(k) : [],
        sequence is { } s ? U32(s) : [],
        payload);

    /// <summary>Frames of every shape the decoder knows, with their link type.</summary>
    public static IEnumerable<(string Name, LinkType Link, byte[] Frame)> All()
    {
        var tcp = Tcp(Payload(40), Timestamps);
        var four = Ipv4(6, tcp);
        var six = Ipv6(6, tcp);
        byte[] sack = [.. Timestamps, 1, 1, 5, 18, .. U32(100), .. U32(200), .. U32(300), .. U32(400)];
        byte[] syn = [2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7];
        yield return ("tcp", LinkType.Ethernet, Ethernet(0x800, Ipv4(6, Tcp(Payload(8)))));
        yield return ("tcp timestamps", LinkType.Ethernet, Ethernet(0x800, four));
        yield return ("tcp sack", LinkType.Ethernet, Ethernet(0x800, Ipv4(6, Tcp(options: sack, flags: 0x10))));
        yield return ("tcp syn", LinkType.Ethernet, Ethernet(0x800, Ipv4(6, Tcp(options: syn, flags: 2))));
        yield return ("vlan", LinkType.Ethernet, Ethernet(0x8100, Vlan(0x6064, 0x800, four)));
        yield return ("qinq", LinkType.Ethernet, Ethernet(0x88a8, Vlan(200, 0x8100, Vlan(100, 0x86dd, six))));
        yield return ("mpls", LinkType.Ethernet, Ethernet(0x8847, Mpls(16, false, Mpls(17, true, four))));
        yield return ("pppoe", LinkType.Ethernet, Ethernet(0x8864, Pppoe(0x57, six)));
        yield return ("sll", LinkType.LinuxSll, Sll(4, 0x800, four));
        yield return ("sll2", LinkType.LinuxSll2, Sll2(3, 17, 0x800, four));
        yield return ("sll2 v6", LinkType.LinuxSll2, Sll2(0, 2, 0x86dd, six));
        yield return ("raw v4", LinkType.Raw, four);
        yield return ("raw v6", LinkType.Raw, six);
        yield return ("linktype v4", LinkType.Ipv4, four);
        yield return ("linktype v6", LinkType.Ipv6, six);
        yield return ("null", LinkType.Null, Join([2, 0, 0, 0], four));
        yield return ("loop", LinkType.Loop, Join([0, 0, 0, 24], six));
        yield return ("v4 options", LinkType.Ethernet, Ethernet(0x800, Ipv4(6, tcp, options: [0x94, 4, 0, 0])));
        yield return ("v4 first fragment", LinkType.Ethernet, Ethernet(0x800, Ipv4(17, Udp(5000, Payload(32), length: 3000), fragment: 0x2000)));
        yield return ("v4 later fragment", LinkType.Ethernet, Ethernet(0x800, Ipv4(17, Payload(32), fragment: 185)));
        yield return ("v4 ah", LinkType.Ethernet, Ethernet(0x800, Ipv4(51, Authentication(6, tcp))));
        yield return ("v6", LinkType.Ethernet, Ethernet(0x86dd, six));
        yield return ("v6 extensions", LinkType.Ethernet, Ethernet(0x86dd, Ipv6(0, Extension(60, Extension(43, Extension(51, Authentication(6, tcp), 2), 1)))));
        yield return ("v6 first fragment", LinkType.Ethernet, Ethernet(0x86dd, Ipv6(44, Fragment(17, 0, true, 0xabcdef01, Udp(5000, Payload(32), length: 3000)))));
        yield return ("v6 later fragment", LinkType.Ethernet, Ethernet(0x86dd, Ipv6(44, Fragment(17, 1448, false, 0xabcdef01, Payload(32)))));
        yield return ("udp", LinkType.Ethernet, Ethernet(0x800, Ipv4(17, Udp(53, Payload(24)))));
        yield return ("icmp", LinkType.Ethernet, Ethernet(0x800, Ipv4(1, Join([3, 4, 0, 0], U32(1440), four[..28]))));
        yield return ("icmpv6", LinkType.Ethernet, Ethernet(0x86dd, Ipv6(58, Join([2, 0, 0, 0], U32(1280), six[..48]))));
        yield return ("sctp", LinkType.Ethernet, Ethernet(0x800, Ipv4(132, Payload(24))));
        yield return ("arp", LinkType.Ethernet, Ethernet(0x806, Join(U16(1), U16(0x800), [6, 4], U16(1), ClientMac, [10, 1, 2, 3], new byte[6], [10, 1, 2, 4])));
        yield return ("ipip", LinkType.Ethernet, Ethernet(0x800, Ipv4(4, four, "172.16.0.1", "172.16.0.2", fragment: 0, ttl: 60)));
        yield return ("6in4", LinkType.Ethernet, Ethernet(0x800, Ipv4(41, six, "172.16.0.1", "172.16.0.2")));
        yield return ("4in6", LinkType.Ethernet, Ethernet(0x86dd, Ipv6(4, four, "fd00::1", "fd00::2")));
        yield return ("6in6", LinkType.Ethernet, Ethernet(0x86dd, Ipv6(41, six, "fd00::1", "fd00::2")));
        yield return ("gre", LinkType.Ethernet, Ethernet(0x800, Ipv4(47, Gre(0x800, four), "172.16.0.1", "172.16.0.2")));
        yield return ("gre key", LinkType.Ethernet, Ethernet(0x800, Ipv4(47, Gre(0x86dd, six, 77, true, 5), "172.16.0.1", "172.16.0.2")));
        yield return ("gre ethernet", LinkType.Ethernet, Ethernet(0x800, Ipv4(47, Gre(0x6558, Ethernet(0x800, four)), "172.16.0.1", "172.16.0.2")));
        yield return ("vxlan", LinkType.Ethernet, Ethernet(0x800, Ipv4(17, Udp(4789, Vxlan(42, Ethernet(0x800, four))), "172.16.0.1", "172.16.0.2")));
        yield return ("vxlan vlan v6", LinkType.LinuxSll2, Sll2(4, 9, 0x86dd, Ipv6(17, Udp(8472, Vxlan(1, Ethernet(0x8100, Vlan(7, 0x86dd, six)))), "fd00::1", "fd00::2")));
        yield return ("geneve", LinkType.Ethernet, Ethernet(0x800, Ipv4(17, Udp(6081, Geneve(3, 0x6558, [0, 1, 0x80, 1, 1, 2, 3, 4], Ethernet(0x800, four))), "172.16.0.1", "172.16.0.2")));
        yield return ("geneve ip", LinkType.Ethernet, Ethernet(0x800, Ipv4(17, Udp(6081, Geneve(3, 0x86dd, [], six)), "172.16.0.1", "172.16.0.2")));
        yield return ("nested", LinkType.Ethernet, Ethernet(0x800, Ipv4(17, Udp(4789, Vxlan(42, Ethernet(0x800, Ipv4(4, Ipv4(41, six, "10.9.9.1", "10.9.9.2"), "10.8.8.1", "10.8.8.2")))), "172.16.0.1", "172.16.0.2")));
    }

    private static ushort Ones(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (var i = 0; i + 1 < header.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        }

        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}

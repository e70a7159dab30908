using System.Buffers.Binary;

namespace Whydrop.Lab.Middleboxes;

/// <summary>An IP datagram on its way through a <see cref="Middlebox"/>. Its inner headers are found through IP-in-IP and VXLAN.</summary>
public sealed class Packet
{
    private const byte ProtocolIpv4 = 4;
    private const byte ProtocolTcp = 6;
    private const byte ProtocolUdp = 17;
    private const byte ProtocolIpv6 = 41;
    private readonly int outerUdp = -1;

    /// <summary>Takes the bytes over.</summary>
    public Packet(byte[] bytes)
    {
        Bytes = bytes;
        for (var depth = 0; depth < 4; depth++)
        {
            if (!TryIp(Inner, out var protocol, out var next))
                return;
            Protocol = protocol;
            if (protocol is ProtocolIpv4 or ProtocolIpv6)
            {
                Inner = next;
            }
            else if (protocol == ProtocolUdp && IsVxlan(next))
            {
                outerUdp = next;
                Inner = next + 8 + 8 + 14;
            }
            else
            {
                Transport = next;
                return;
            }
        }
    }

    /// <summary>The datagram, headers first.</summary>
    public byte[] Bytes { get; private set; }

    /// <summary>Bytes on the wire without link header.</summary>
    public int Length => Bytes.Length;

    /// <summary>Offset of the innermost IP header.</summary>
    public int Inner { get; }

    /// <summary>Offset of the header behind it; -1 for later fragments and what is malformed.</summary>
    public int Transport { get; } = -1;

    /// <summary>Protocol of the innermost IP header.</summary>
    public byte Protocol { get; }

    /// <summary>The innermost datagram is IPv6.</summary>
    public bool IsIpv6 => Bytes[Inner] >> 4 == 6;

    /// <summary>It holds a whole TCP header.</summary>
    public bool IsTcp => Protocol == ProtocolTcp && Transport >= 0 && Transport + 20 <= Length && Payload <= Length;

    /// <summary>It is UDP and no tunnel.</summary>
    public bool IsUdp => Protocol == ProtocolUdp && Transport >= 0 && Transport + 8 <= Length;

    /// <summary>It is ICMP or ICMPv6.</summary>
    public bool IsIcmp => Transport >= 0 && Protocol is 1 or 58;

    /// <summary>It is an IPv4 fragment, or has an IPv6 fragment header, on the outside.</summary>
    public bool IsFragment => Bytes[0] >> 4 == 6 ? Bytes[6] == 44 : (BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(6)) & 0x3fff) != 0;

    /// <summary>Offset of the TCP payload.</summary>
    public int Payload => Transport + ((Bytes[Transport + 12] >> 4) * 4);

    /// <summary>Bytes of TCP payload.</summary>
    public int PayloadLength => Math.Max(0, InnerEnd - Payload);

    /// <summary>TCP flags: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.</summary>
    public byte Flags => Bytes[Transport + 13];

    /// <summary>A SYN, with or without ACK.</summary>
    public bool IsSyn => IsTcp && (Flags & 2) != 0;

    /// <summary>A reset.</summary>
    public bool IsReset => IsTcp && (Flags & 4) != 0;

    /// <summary>It carries TCP payload.</summary>
    public bool HasPayload => IsTcp && PayloadLength > 0;

    /// <summary>SEG.SEQ.</summary>
    public uint Seq
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(Bytes.AsSpan(Transport + 4));
        set => BinaryPrimitives.WriteUInt32BigEndian(Bytes.AsSpan(Transport + 4), value);
    }

    /// <summary>SEG.ACK.</summary>
    public uint Ack
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(Bytes.AsSpan(Transport + 8));
        set => BinaryPrimitives.WriteUInt32BigEndian(Bytes.AsSpan(Transport + 8), value);
    }

    /// <summary>The TCP options.</summary>
    public Span<byte> TcpOptions => Bytes.AsSpan(Transport + 20, Payload - Transport - 20);

    /// <summary>Addresses and ports of the innermost datagram, the same for both directions.</summary>
    public FlowKey Flow => FlowKey.Of(this);

    /// <summary>It waits to be passed on later. Set to false, it never is.</summary>
    internal bool Waits { get; set; }

    internal Span<byte> Source => IsIpv6 ? Bytes.AsSpan(Inner + 8, 16) : Bytes.AsSpan(Inner + 12, 4);

    internal Span<byte> Destination => IsIpv6 ? Bytes.AsSpan(Inner + 24, 16) : Bytes.AsSpan(Inner + 16, 4);

    private int InnerEnd => Math.Min(Length, IsIpv6 ? Inner + 40 + ReadLength(Inner + 4) : Inner + ReadLength(Inner + 2));

    /// <summary>An independent copy.</summary>
    public Packet Copy() => new((byte[])Bytes.Clone());

    /// <summary>Cuts everything behind the TCP header away and corrects all lengths.</summary>
    public Packet WithoutPayload()
    {
        var cut = InnerEnd - Payload;
        var copy = (byte[])Bytes[..Payload].Clone();
        for (var ip = 0; ;)
        {
            var at = copy[ip] >> 4 == 6 ? ip + 4 : ip + 2;
            BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(copy.AsSpan(at)) - cut));
            if (ip == Inner)
                break;
            if (outerUdp > ip)
                BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(outerUdp + 4), (ushort)(ReadLength(outerUdp + 4) - cut));
            ip = Inner;
        }

        return new Packet(copy);
    }

    /// <summary>Makes it a datagram from its receiver to its sender (addresses and ports change sides; checksums are left).</summary>
    public void TurnAround()
    {
        var outer = Bytes[0] >> 4 == 6 ? (8, 16) : (12, 4);
        Exchange(outer.Item1, outer.Item1 + outer.Item2, outer.Item2);
        if (Inner > 0)
        {
            var inner = IsIpv6 ? (8, 16) : (12, 4);
            Exchange(Inner + inner.Item1, Inner + inner.Item1 + inner.Item2, inner.Item2);
        }

        Exchange(Transport, Transport + 2, 2);
    }

    /// <summary>Recomputes the IPv4 header checksums, the TCP or UDP checksum, and a tunnel's UDP checksum where one is used.</summary>
    public void FixChecksums()
    {
        if (Transport >= 0 && Protocol is ProtocolTcp or ProtocolUdp)
            FixTransport(Inner, Transport, InnerEnd, Protocol == ProtocolTcp ? 16 : 6);
        FixHeader(Inner);
        if (outerUdp > 0 && ReadLength(outerUdp + 6) != 0)
            FixTransport(0, outerUdp, Length, 6);
        if (Inner > 0)
            FixHeader(0);
    }

    private void Exchange(int one, int other, int length)
    {
        for (var i = 0; i < length; i++)
            (Bytes[one + i], Bytes[other + i]) = (Bytes[other + i], Bytes[one + i]);
    }

    private void FixHeader(int ip)
    {
        if (Bytes[ip] >> 4 != 4)
            return;
        var header = Bytes.AsSpan(ip, (Bytes[ip] & 15) * 4);
        header.Slice(10, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], (ushort)~Fold(Sum(header, 0)));
    }

    private void FixTransport(int ip, int transport, int end, int field)
    {
        var ipv6 = Bytes[ip] >> 4 == 6;
        var segment = Bytes.AsSpan(transport, end - transport);
        segment.Slice(field, 2).Clear();
        var sum = Sum(Bytes.AsSpan(ip + (ipv6 ? 8 : 12), ipv6 ? 32 : 8), 0);
        sum += (uint)segment.Length + (field == 16 ? ProtocolTcp : (uint)ProtocolUdp);
        var checksum = (ushort)~Fold(Sum(segment, sum));
        BinaryPrimitives.WriteUInt16BigEndian(segment[field..], checksum == 0 && field == 6 ? (ushort)0xffff : checksum);
    }

    private static ulong Sum(ReadOnlySpan<byte> bytes, ulong sum)
    {
        var i = 0;
        for (; i + 4 <= bytes.Length; i += 4)
            sum += BinaryPrimitives.ReadUInt32BigEndian(bytes[i..]);
        if (i + 2 <= bytes.Length)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
            i += 2;
        }

        return i < bytes.Length ? sum + ((ulong)bytes[i] << 8) : sum;
    }

    private static ushort Fold(ulong sum)
    {
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)sum;
    }

    private int ReadLength(int at) => BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(at));

    private bool IsVxlan(int udp) => udp + 8 + 8 + 14 + 20 <= Length && ReadLength(udp + 2) is 4789 or 8472;

    private bool TryIp(int at, out byte protocol, out int next)
    {
        protocol = 0;
        next = -1;
        if (at + 20 > Length)
            return false;
        if (Bytes[at] >> 4 == 4)
        {
            protocol = Bytes[at + 9];
            next = at + ((Bytes[at] & 15) * 4);
            return (ReadLength(at + 6) & 0x1fff) == 0 && next < Length;
        }

        if (Bytes[at] >> 4 != 6 || at + 40 > Length)
            return false;
        protocol = Bytes[at + 6];
        next = at + 40;
        // A tunnel limits nesting by a destination option (RFC 2473).
        while (protocol is 60 or 0 or 43 && next + 8 <= Length)
        {
            protocol = Bytes[next];
            next += (Bytes[next + 1] + 1) * 8;
        }

        return next < Length;
    }
}

using System.Buffers.Binary;
using Whydrop.Capture;

namespace Whydrop.Bench.Generate;

/// <summary>Segments as frames: Ethernet, SLL2 or VXLAN around IPv4 and TCP, checksums right, written cut to the snap length.</summary>
internal sealed class FrameWriter
{
    private const int PodInterface = 17;
    private const int NodeInterface = 2;

    private readonly Traffic _traffic;
    private readonly CaptureWriter _writer;
    private readonly byte[] _frame = new byte[4096];
    private readonly byte[] _payload = new byte[65_536];
    private int _length;
    private byte _ttl = 64;

    public FrameWriter(Traffic traffic, CaptureWriter writer)
    {
        _traffic = traffic;
        _writer = writer;
        var random = new SplitMix(0x5EED);
        for (int i = 0; i < _payload.Length; i++)
        {
            _payload[i] = (byte)random.Next();
        }
    }

    public long Frames { get; private set; }

    public void Write(int flow, in Segment segment)
    {
        switch (_traffic.Encapsulation)
        {
            case Encapsulation.None:
                Ethernet(0, segment.FromServer, flow);
                Finish(14, flow, segment, segment.Time);
                break;
            case Encapsulation.Vxlan:
                Finish(Vxlan(flow, segment), flow, segment, segment.Time);
                break;
            default:
                // Out of the pod's veth and out of the node's interface, or the other way round.
                Sll2(segment.FromServer ? NodeInterface : PodInterface, packetType: 0);
                Finish(20, flow, segment, segment.Time);
                Sll2(segment.FromServer ? PodInterface : NodeInterface, packetType: 4);
                Finish(20, flow, segment, segment.Time + 3_000);
                break;
        }
    }

    private void Finish(int at, int flow, in Segment segment, long time)
    {
        _length = at + Ipv4Tcp(at, flow, segment);
        if (_traffic.Encapsulation == Encapsulation.Vxlan)
        {
            VxlanLengths();
        }

        _writer.Write(time, _frame.AsSpan(0, Math.Min(_length, _traffic.SnapLength)), _length);
        Frames++;
    }

    private void Ethernet(int at, bool fromServer, int host)
    {
        Span<byte> header = _frame.AsSpan(at);
        Mac(header[(fromServer ? 0 : 6)..], 0x0A, host & 0xFFF);
        Mac(header[(fromServer ? 6 : 0)..], 0x0E, 1);
        BinaryPrimitives.WriteUInt16BigEndian(header[12..], 0x0800);
    }

    private static void Mac(Span<byte> address, byte kind, int host)
    {
        address[0] = 2;
        address[1] = kind;
        BinaryPrimitives.WriteInt32BigEndian(address[2..], host);
    }

    private void Sll2(int interfaceIndex, byte packetType)
    {
        Span<byte> header = _frame.AsSpan(0, 20);
        header.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(header, 0x0800);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], interfaceIndex);
        BinaryPrimitives.WriteUInt16BigEndian(header[8..], 1);
        header[10] = packetType;
        header[11] = 6;
        Mac(header[12..], 0x0A, interfaceIndex);
    }

    /// <summary>Outer headers (RFC 7348, 5); gives where the inner IPv4 starts.</summary>
    private int Vxlan(int flow, in Segment segment)
    {
        int client = 1 + (flow % 7), server = 11 + (flow % 5);
        Ethernet(0, segment.FromServer, client);
        Ipv4(14, segment.FromServer ? server : client, segment.FromServer ? client : server, node: true, 17, segment.IpId, flags: 0);
        Span<byte> udp = _frame.AsSpan(34);
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)(49_152 + (flow & 0x3FFF)));
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], 4789);
        // No checksum, as the kernel has it by default over IPv4.
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(udp[8..], 0x0800_0000);
        BinaryPrimitives.WriteUInt32BigEndian(udp[12..], 42 << 8);
        Ethernet(50, segment.FromServer, flow);
        return 64;
    }

    private void VxlanLengths()
    {
        BinaryPrimitives.WriteUInt16BigEndian(_frame.AsSpan(38), (ushort)(_length - 34));
        HeaderChecksum(14, _length - 14);
    }

    private void Ipv4(int at, int source, int destination, bool node, byte protocol, ushort id, ushort flags)
    {
        Span<byte> header = _frame.AsSpan(at, 20);
        header[0] = 0x45;
        header[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], id);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], flags);
        header[8] = _traffic.Place is null ? (byte)64 : _ttl;
        header[9] = protocol;
        BinaryPrimitives.WriteInt32BigEndian(header[12..], node ? (192 << 24) | (168 << 16) | source : source);
        BinaryPrimitives.WriteInt32BigEndian(header[16..], node ? (192 << 24) | (168 << 16) | destination : destination);
    }

    private void HeaderChecksum(int at, int totalLength)
    {
        Span<byte> header = _frame.AsSpan(at, 20);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)totalLength);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], Fold(Sum(header)));
    }

    /// <summary>Gives the length of the IPv4 packet.</summary>
    private int Ipv4Tcp(int at, int flow, in Segment segment)
    {
        // 4096 client pods in 10.244.0.0/16 with up to 40,000 ports each; 64 services in 10.96.0.0/16.
        int client = (10 << 24) | (244 << 16) | (flow & 0xFFF), server = (10 << 24) | (96 << 16) | (flow * 7 % 64);
        ushort clientPort = (ushort)(20_000 + (flow >> 12)), serverPort = (ushort)(flow % 3 == 0 ? 5432 : 443);
        bool back = segment.FromServer;
        if (_traffic.Place == 1)
        {
            // Masquerade and a Service: a node asks, from a port that it has not used before, and one of 64 pods answers.
            (client, server) = ((192 << 24) | (168 << 16) | (flow / 64_000 << 8) | (flow & 7), (10 << 24) | (245 << 16) | (server & 0x3F));
            (clientPort, serverPort) = ((ushort)(1024 + ((flow * 40_503L) % 64_000)), 8080);
        }

        _ttl = (byte)(back == (_traffic.Place == 1) ? 64 : 63);
        Ipv4(at, back ? server : client, back ? client : server, node: false, 6, segment.IpId, flags: 0x4000);

        Span<byte> tcp = _frame.AsSpan(at + 20);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, back ? serverPort : clientPort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], back ? clientPort : serverPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], segment.Seq);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], segment.Ack);
        int headerLength = 20 + Options(tcp[20..], segment);
        tcp[12] = (byte)(headerLength << 2);
        tcp[13] = segment.Flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], (ushort)((segment.Flags & TcpFlags.Syn) != 0 ? 64_240 : 1024));
        BinaryPrimitives.WriteUInt32BigEndian(tcp[16..], 0);
        // The byte of a sequence number is always the same, so that a retransmission repeats it.
        int from = (int)(segment.Seq & 0xFFFF), first = Math.Min(segment.Length, _payload.Length - from);
        _payload.AsSpan(from, first).CopyTo(tcp[headerLength..]);
        _payload.AsSpan(0, segment.Length - first).CopyTo(tcp[(headerLength + first)..]);
        int length = headerLength + segment.Length;
        ulong sum = Sum(_frame.AsSpan(at + 12, 8)) + 6 + (ulong)length + Sum(tcp[..length]);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Fold(sum));
        HeaderChecksum(at, 20 + length);
        return 20 + length;
    }

    private static int Options(Span<byte> options, in Segment segment)
    {
        int at = 0;
        if ((segment.Flags & TcpFlags.Syn) != 0)
        {
            // MSS 1460, SACK permitted.
            ((ReadOnlySpan<byte>)[2, 4, 0x05, 0xB4, 4, 2]).CopyTo(options);
            at = 6;
        }
        else
        {
            options[0] = options[1] = 1;
            at = 2;
        }

        options[at] = 8;
        options[at + 1] = 10;
        BinaryPrimitives.WriteUInt32BigEndian(options[(at + 2)..], segment.TsVal);
        BinaryPrimitives.WriteUInt32BigEndian(options[(at + 6)..], segment.TsEcr);
        at += 10;
        if ((segment.Flags & TcpFlags.Syn) != 0)
        {
            // No operation, window scale 7.
            ((ReadOnlySpan<byte>)[1, 3, 3, 7]).CopyTo(options[at..]);
            return at + 4;
        }

        if (segment.SackCount > 0)
        {
            options[at] = options[at + 1] = 1;
            options[at + 2] = 5;
            options[at + 3] = (byte)(2 + (8 * segment.SackCount));
            at += 4;
            for (int i = 0; i < 2 * segment.SackCount; i++, at += 4)
            {
                BinaryPrimitives.WriteUInt32BigEndian(options[at..], segment.Sack[i]);
            }
        }

        return at;
    }

    private static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        int at = 0;
        for (; at + 4 <= bytes.Length; at += 4)
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
        }

        for (int shift = 24; at < bytes.Length; at++, shift -= 8)
        {
            sum += (ulong)bytes[at] << shift;
        }

        return sum;
    }

    private static ushort Fold(ulong sum)
    {
        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}

using System.Buffers.Binary;
using System.Net;

namespace Whydrop.Cli.Tests;

/// <summary>A pcap of one TCP connection in which nothing is lost: handshake, request, three segments of answer, close.</summary>
internal static class CleanCapture
{
    /// <param name="hops">Routers between the client's end and the capture.</param>
    public static byte[] Bytes(int hops = 0)
    {
        using var file = new MemoryStream();
        Span<byte> head = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(head[16..], 65535);
        BinaryPrimitives.WriteUInt32LittleEndian(head[20..], 1);
        file.Write(head);
        uint client = 1000, server = 5000;
        var at = 0;
        void Client(byte flags, int length) => client += Write(file, at++, hops, true, client, server, flags, length);
        void Server(byte flags, int length) => server += Write(file, at++, hops, false, server, client, flags, length);
        Client(0x02, 0);
        Server(0x12, 0);
        Client(0x10, 0);
        Client(0x18, 100);
        Server(0x10, 0);
        for (var i = 0; i < 3; i++)
        {
            Server(0x18, 1000);
            Client(0x10, 0);
        }

        Client(0x11, 0);
        Server(0x11, 0);
        Client(0x10, 0);
        return file.ToArray();
    }

    private static uint Write(MemoryStream file, int at, int hops, bool fromClient, uint seq, uint ack, byte flags, int length)
    {
        var frame = new byte[54 + length];
        frame[0] = frame[6] = 2;
        frame[fromClient ? 5 : 11] = 2;
        frame[fromClient ? 11 : 5] = 1;
        frame[12] = 8;
        var ip = frame.AsSpan(14);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(40 + length));
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)(at + 1));
        ip[6] = 0x40;
        ip[8] = (byte)(fromClient ? 64 - hops : 60 + hops);
        ip[9] = 6;
        IPAddress.Parse("10.0.0.1").GetAddressBytes().CopyTo(ip[(fromClient ? 12 : 16)..]);
        IPAddress.Parse("10.0.0.2").GetAddressBytes().CopyTo(ip[(fromClient ? 16 : 12)..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip[..20]));
        var tcp = ip[20..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)(fromClient ? 40000 : 80));
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], (ushort)(fromClient ? 80 : 40000));
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], seq);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], (flags & 0x10) != 0 ? ack : 0);
        tcp[12] = 0x50;
        tcp[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 64240);
        byte[] pseudo = [.. ip[12..20], 0, 6, (byte)((20 + length) >> 8), (byte)(20 + length), .. tcp];
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Checksum(pseudo));
        Span<byte> record = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(record, 1_700_000_000);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], (at * 1000) + (fromClient ? 100 * hops : -100 * hops) + 500);
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], frame.Length);
        file.Write(record);
        file.Write(frame);
        return (uint)length + ((flags & 3) != 0 ? 1u : 0u);
    }

    // RFC 1071.
    private static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (var i = 0; i < bytes.Length; i += 2)
        {
            sum += (uint)(bytes[i] << 8) + (i + 1 < bytes.Length ? bytes[i + 1] : 0u);
        }

        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}

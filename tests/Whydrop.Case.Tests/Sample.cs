using System.Buffers.Binary;
using System.Text;

namespace Whydrop.Case.Tests;

/// <summary>Small inputs made by code.</summary>
internal static class Sample
{
    /// <summary>/proc/net/snmp with the TCP group, as kernel 6.x prints it.</summary>
    public static string Snmp(long inSegs, long retransSegs, long currEstab = 3) =>
        $"""
        Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors
        Tcp: 1 200 120000 -1 10 10 0 0 {currEstab} {inSegs} 900 {retransSegs} 0 0 0

        """;

    /// <summary>netstat -s leaves zero counters out.</summary>
    public static string NetstatStatistics(long received, long retransmitted) =>
        "Tcp:\n    10 active connection openings\n    3 connections established\n"
        + $"    {received} segments received\n    900 segments sent out\n"
        + (retransmitted > 0 ? $"    {retransmitted} segments retransmitted\n" : "")
        + "TcpExt:\n    12 TCP sockets finished time wait in fast timer\n";

    /// <summary>An Ethernet pcap (microseconds, little endian) with one TCP SYN and its SYN-ACK.</summary>
    public static byte[] Pcap(string clientMac = "02:00:00:00:00:01", string serverMac = "02:00:00:00:00:02")
    {
        using var file = new MemoryStream();
        Span<byte> head = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(head[16..], 65535);
        BinaryPrimitives.WriteUInt32LittleEndian(head[20..], 1);
        file.Write(head);
        Append(file, 1_700_000_000, Segment(clientMac, serverMac, "10.0.0.1", "10.0.0.2", 40000, 80, 1000, 0, 0x02));
        Append(file, 1_700_000_001, Segment(serverMac, clientMac, "10.0.0.2", "10.0.0.1", 80, 40000, 5000, 1001, 0x12));
        return file.ToArray();
    }

    /// <summary>10.0.0.1 asks 10.0.0.2, which opens a connection to 10.0.0.3 meanwhile: its own, or the same one with another address (NAT).</summary>
    public static byte[] Chain(bool translated)
    {
        using var file = new MemoryStream();
        file.Write(Pcap());
        const string A = "02:00:00:00:00:02", B = "02:00:00:00:00:03";
        Append(file, 1_700_000_002, Segment(A, B, "10.0.0.2", "10.0.0.3", 50000, 8080, translated ? 1000u : 7000u, 0, 0x02));
        Append(file, 1_700_000_003, Segment(B, A, "10.0.0.3", "10.0.0.2", 8080, 50000, translated ? 5000u : 9000u, translated ? 1001u : 7001u, 0x12));
        Append(file, 1_700_000_004, Segment("02:00:00:00:00:01", A, "10.0.0.1", "10.0.0.2", 40000, 80, 1001, 5001, 0x10));
        return file.ToArray();
    }

    /// <summary>A tar member as ustar writes it.</summary>
    public static byte[] TarMember(string name, byte[] content, char type = '0', string link = "", long? statedSize = null)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name).CopyTo(header, 0);
        Encoding.ASCII.GetBytes("0000644\0").CopyTo(header, 100);
        Encoding.ASCII.GetBytes(Convert.ToString(statedSize ?? content.Length, 8).PadLeft(11, '0')).CopyTo(header, 124);
        Encoding.ASCII.GetBytes("00000000000").CopyTo(header, 136);
        header[156] = (byte)type;
        Encoding.ASCII.GetBytes(link).CopyTo(header, 157);
        Encoding.ASCII.GetBytes("ustar\0" + "00").CopyTo(header, 257);
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        return [.. header, .. content, .. new byte[-content.Length & 511]];
    }

    public static byte[] Tar(params byte[][] members) => [.. members.SelectMany(m => m), .. new byte[1024]];

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private static void Append(MemoryStream file, uint seconds, byte[] frame)
    {
        Span<byte> record = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(record, seconds);
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], frame.Length);
        file.Write(record);
        file.Write(frame);
    }

    private static byte[] Segment(string fromMac, string toMac, string from, string to, ushort fromPort, ushort toPort, uint seq, uint ack, byte flags)
    {
        var frame = new byte[54];
        Mac(toMac).CopyTo(frame, 0);
        Mac(fromMac).CopyTo(frame, 6);
        frame[12] = 8;
        var ip = frame.AsSpan(14);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], 40);
        ip[6] = 0x40;
        ip[8] = 64;
        ip[9] = 6;
        System.Net.IPAddress.Parse(from).GetAddressBytes().CopyTo(ip[12..]);
        System.Net.IPAddress.Parse(to).GetAddressBytes().CopyTo(ip[16..]);
        var tcp = ip[20..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], toPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], seq);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], ack);
        tcp[12] = 0x50;
        tcp[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 64240);
        return frame;
    }

    private static byte[] Mac(string text) => [.. text.Split(':').Select(b => Convert.ToByte(b, 16))];
}

using System.Buffers.Binary;
using System.Net;
using Whydrop.Capture;
using Whydrop.Evidence;
using Whydrop.Tcp;

namespace Whydrop.Tcp.Tests.Building;

/// <summary>Frames in the order they are added, as a nanosecond pcap in memory. Times are milliseconds from an arbitrary start.</summary>
public sealed class Trace
{
    private readonly List<byte> file = [];

    public Trace(int linkType = 1, uint snapLength = 262144)
    {
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B23C4D);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], snapLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)linkType);
        file.AddRange(header);
    }

    public int Frames { get; private set; }

    /// <summary>Adds an Ethernet frame; returns its number.</summary>
    public int Add(double milliseconds, byte[] frame, int? captured = null)
    {
        Span<byte> record = stackalloc byte[16];
        var time = 1_700_000_000_000_000_000L + (long)(milliseconds * 1_000_000);
        var kept = Math.Min(captured ?? frame.Length, frame.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(time / 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(time % 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)kept);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)frame.Length);
        file.AddRange(record);
        file.AddRange(frame.AsSpan(0, kept));
        return ++Frames;
    }

    public int Add(double milliseconds, Packet packet) => Add(milliseconds, packet.ToFrame());

    public byte[] ToArray() => [.. file];

    public Analysed Analyse(TcpAnalysisOptions? options = null)
    {
        using var capture = CaptureFile.Open(new MemoryStream([.. file]), "trace.pcap");
        var analysis = TcpAnalysis.Run(capture, options);
        return new Analysed(analysis, [.. analysis.Facts("trace.pcap", 0, p => new VantagePoint("node", null, p.Name))]);
    }
}

/// <summary>The analysis of a trace and its facts.</summary>
public sealed record Analysed(TcpAnalysis Analysis, IReadOnlyList<Fact> Facts)
{
    public IReadOnlyList<T> Of<T>() where T : Fact => [.. Facts.OfType<T>()];
}

/// <summary>One TCP segment in an Ethernet frame.</summary>
public sealed record Packet
{
    public IPEndPoint From { get; init; } = new(IPAddress.Parse("10.0.0.1"), 40000);

    public IPEndPoint To { get; init; } = new(IPAddress.Parse("10.0.0.2"), 80);

    public uint Seq { get; init; }

    public uint Ack { get; init; }

    public byte Flags { get; init; } = 16;

    public ushort Window { get; init; } = 60000;

    public int Length { get; init; }

    public ushort IpId { get; init; } = 1;

    public byte Ttl { get; init; } = 64;

    public bool DontFragment { get; init; } = true;

    public (uint Value, uint Echo)? Timestamp { get; init; }

    public IReadOnlyList<(uint Left, uint Right)> Sack { get; init; } = [];

    public int? Mss { get; init; }

    public int? WindowScale { get; init; }

    public bool SackPermitted { get; init; }

    public bool BadChecksum { get; init; }

    public byte[] ToFrame()
    {
        var options = Options();
        var v6 = From.Address.GetAddressBytes().Length == 16;
        var ipHeader = v6 ? 40 : 20;
        var frame = new byte[14 + ipHeader + 20 + options.Length + Length];
        frame[0] = 2;
        frame[6] = 2;
        frame[11] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), (ushort)(v6 ? 0x86DD : 0x0800));
        WriteIp(frame.AsSpan(14), v6, 20 + options.Length + Length);
        WriteTcp(frame.AsSpan(14 + ipHeader), options);
        return frame;
    }

    private void WriteIp(Span<byte> ip, bool v6, int payload)
    {
        if (v6)
        {
            ip[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)payload);
            ip[6] = 6;
            ip[7] = Ttl;
            From.Address.GetAddressBytes().CopyTo(ip[8..]);
            To.Address.GetAddressBytes().CopyTo(ip[24..]);
            return;
        }

        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(20 + payload));
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], IpId);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], (ushort)(DontFragment ? 0x4000 : 0));
        ip[8] = Ttl;
        ip[9] = 6;
        From.Address.GetAddressBytes().CopyTo(ip[12..]);
        To.Address.GetAddressBytes().CopyTo(ip[16..]);
    }

    private void WriteTcp(Span<byte> tcp, byte[] options)
    {
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)From.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], (ushort)To.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], Seq);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], Ack);
        tcp[12] = (byte)((20 + options.Length) / 4 << 4);
        tcp[13] = Flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], Window);
        options.CopyTo(tcp[20..]);
        var length = tcp.Length;
        ulong sum = 6 + (uint)length;
        foreach (var bytes in new[] { From.Address.GetAddressBytes(), To.Address.GetAddressBytes(), tcp.ToArray() })
        {
            for (var i = 0; i < bytes.Length; i += 2)
            {
                sum += (ulong)((bytes[i] << 8) | (i + 1 < bytes.Length ? bytes[i + 1] : 0));
            }
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], (ushort)(BadChecksum ? sum ^ 0x1234 : ~sum & 0xFFFF));
    }

    private byte[] Options()
    {
        var o = new List<byte>();
        if (Mss is { } mss)
        {
            o.AddRange([2, 4, (byte)(mss >> 8), (byte)mss]);
        }

        if (SackPermitted)
        {
            o.AddRange([4, 2]);
        }

        if (Timestamp is { } ts)
        {
            Span<byte> t = stackalloc byte[8];
            BinaryPrimitives.WriteUInt32BigEndian(t, ts.Value);
            BinaryPrimitives.WriteUInt32BigEndian(t[4..], ts.Echo);
            o.AddRange([8, 10, .. t]);
        }

        if (WindowScale is { } scale)
        {
            o.AddRange([3, 3, (byte)scale]);
        }

        if (Sack.Count > 0)
        {
            o.AddRange([5, (byte)(2 + (8 * Sack.Count))]);
            foreach (var (left, right) in Sack)
            {
                o.AddRange([(byte)(left >> 24), (byte)(left >> 16), (byte)(left >> 8), (byte)left]);
                o.AddRange([(byte)(right >> 24), (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
            }
        }

        while (o.Count % 4 != 0)
        {
            o.Insert(0, 1);
        }

        return [.. o];
    }
}

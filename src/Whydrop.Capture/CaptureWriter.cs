using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace Whydrop.Capture;

/// <summary>
/// Writes captures: pcapng with named interfaces, comments and drop counts, or classic pcap. Little-endian, through one buffer; nothing is allocated per frame.
/// </summary>
public sealed class CaptureWriter : IDisposable
{
    // The largest frame with its block and the longest comment fits.
    private const int BufferSize = 512 * 1024;
    private const int LongestOption = 65_535;
    private const byte NanosecondResolution = 9;

    private readonly Stream _stream;
    private readonly bool _pcapng;
    private readonly int _nanosecondsPerFraction;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _used;
    private int _blockStart;

    private CaptureWriter(Stream stream, bool pcapng, int nanosecondsPerFraction)
    {
        _stream = stream;
        _pcapng = pcapng;
        _nanosecondsPerFraction = nanosecondsPerFraction;
    }

    /// <summary>Interfaces described so far.</summary>
    public int InterfaceCount { get; private set; }

    /// <summary>Starts a pcapng (draft-ietf-opsawg-pcapng) with one section; times are written in nanoseconds.</summary>
    /// <param name="stream">Where to; closed with the writer.</param>
    /// <param name="application">Name of the writing program (shb_userappl).</param>
    public static CaptureWriter Pcapng(Stream stream, string application = "whydrop")
    {
        var writer = new CaptureWriter(stream, pcapng: true, 1);
        writer.BeginBlock(PcapngBlock.SectionHeader);
        writer.U32(PcapngBlock.ByteOrderMagic);
        writer.U16(1);
        writer.U16(0);
        // Section length: not given.
        writer.U64(ulong.MaxValue);
        writer.TextOption(PcapngBlock.SectionApplication, application);
        writer.EndBlock(hasOptions: true);
        return writer;
    }

    /// <summary>Starts a classic pcap (draft-ietf-opsawg-pcap, version 2.4) with its only interface.</summary>
    /// <param name="stream">Where to; closed with the writer.</param>
    /// <param name="linkType">LINKTYPE_ number.</param>
    /// <param name="nanoseconds">Times in nanoseconds; otherwise in microseconds, cut off.</param>
    /// <param name="snapLength">Most bytes kept of a frame, as the header says it; frames are written as given.</param>
    public static CaptureWriter Pcap(Stream stream, int linkType, bool nanoseconds = false, uint snapLength = FrameReader.MostFrameBytes)
    {
        var writer = new CaptureWriter(stream, pcapng: false, nanoseconds ? 1 : 1000) { InterfaceCount = 1 };
        writer.U32(nanoseconds ? PcapReader.NanosecondMagic : PcapReader.MicrosecondMagic);
        writer.U16(2);
        writer.U16(4);
        writer.U64(0);
        writer.U32(snapLength);
        writer.U32((uint)linkType);
        return writer;
    }

    /// <summary>Describes an interface of a pcapng.</summary>
    /// <param name="linkType">LINKTYPE_ number.</param>
    /// <param name="name">Name on the capturing system (if_name).</param>
    /// <param name="description">Any text (if_description).</param>
    /// <param name="snapLength">Most bytes kept of a frame; 0 when not limited.</param>
    /// <returns>The number to give with its frames, from 0.</returns>
    /// <exception cref="InvalidOperationException">The file is a classic pcap.</exception>
    public int AddInterface(int linkType, string? name = null, string? description = null, uint snapLength = 0)
    {
        OnlyPcapng();
        BeginBlock(PcapngBlock.InterfaceDescription);
        U16((ushort)linkType);
        U16(0);
        U32(snapLength);
        TextOption(PcapngBlock.InterfaceName, name);
        TextOption(PcapngBlock.InterfaceDescriptionText, description);
        OptionHeader(PcapngBlock.InterfaceResolution, 1);
        // The value is one byte, padded to four.
        U32(NanosecondResolution);
        EndBlock(hasOptions: true);
        return InterfaceCount++;
    }

    /// <summary>Writes a frame of the first interface.</summary>
    /// <param name="unixNanoseconds">Capture time since the Unix epoch; what the format cannot hold becomes the nearest time it can.</param>
    /// <param name="bytes">Bytes kept, at most 262,144.</param>
    /// <param name="originalLength">Bytes on the wire.</param>
    /// <exception cref="ArgumentException">More bytes than a frame can have.</exception>
    public void Write(long unixNanoseconds, ReadOnlySpan<byte> bytes, int originalLength)
    {
        CheckFrame(bytes, 0);
        if (_pcapng)
        {
            WriteBlock(0, unixNanoseconds, bytes, originalLength, 0, null, null);
            return;
        }

        Reserve(16 + bytes.Length);
        (long seconds, long fraction) = Math.DivRem(Math.Max(0, unixNanoseconds), 1_000_000_000);
        U32((uint)Math.Min(seconds, uint.MaxValue));
        U32((uint)(fraction / _nanosecondsPerFraction));
        U32((uint)bytes.Length);
        U32((uint)originalLength);
        Append(bytes);
    }

    /// <summary>Writes a frame of a pcapng with what is said about it.</summary>
    /// <param name="interfaceIndex">What <see cref="AddInterface"/> gave.</param>
    /// <param name="unixNanoseconds">Capture time since the Unix epoch; earlier ones become 0.</param>
    /// <param name="bytes">Bytes kept, at most 262,144.</param>
    /// <param name="originalLength">Bytes on the wire.</param>
    /// <param name="flags">epb_flags; 0 is not written.</param>
    /// <param name="comment">opt_comment; cut at 65,535 bytes of UTF-8.</param>
    /// <param name="dropCount">epb_dropcount: frames lost just before this one.</param>
    /// <exception cref="InvalidOperationException">The file is a classic pcap.</exception>
    /// <exception cref="ArgumentException">The interface is not described, or more bytes than a frame can have.</exception>
    public void Write(int interfaceIndex, long unixNanoseconds, ReadOnlySpan<byte> bytes, int originalLength, uint flags = 0, string? comment = null, long? dropCount = null)
    {
        OnlyPcapng();
        CheckFrame(bytes, interfaceIndex);
        WriteBlock(interfaceIndex, unixNanoseconds, bytes, originalLength, flags, comment, dropCount);
    }

    /// <summary>Writes an Interface Statistics Block: counters since the start of the capture; null is not written.</summary>
    /// <param name="interfaceIndex">What <see cref="AddInterface"/> gave.</param>
    /// <param name="unixNanoseconds">When they were read.</param>
    /// <param name="received">isb_ifrecv.</param>
    /// <param name="interfaceDropped">isb_ifdrop.</param>
    /// <param name="filterAccepted">isb_filteraccept.</param>
    /// <param name="osDropped">isb_osdrop.</param>
    /// <param name="delivered">isb_usrdeliv.</param>
    /// <exception cref="InvalidOperationException">The file is a classic pcap.</exception>
    /// <exception cref="ArgumentException">The interface is not described.</exception>
    public void WriteStatistics(int interfaceIndex, long unixNanoseconds, long? received = null, long? interfaceDropped = null, long? filterAccepted = null, long? osDropped = null, long? delivered = null)
    {
        OnlyPcapng();
        CheckFrame([], interfaceIndex);
        BeginBlock(PcapngBlock.InterfaceStatistics);
        U32((uint)interfaceIndex);
        Ticks(unixNanoseconds);
        CountOption(PcapngBlock.StatisticsReceived, received);
        CountOption(PcapngBlock.StatisticsInterfaceDropped, interfaceDropped);
        CountOption(PcapngBlock.StatisticsFilterAccepted, filterAccepted);
        CountOption(PcapngBlock.StatisticsOsDropped, osDropped);
        CountOption(PcapngBlock.StatisticsDelivered, delivered);
        EndBlock(hasOptions: true);
    }

    /// <summary>Hands everything written so far to the stream and flushes it.</summary>
    public void Flush()
    {
        Drain();
        _stream.Flush();
    }

    /// <summary>Writes what is left and closes the stream.</summary>
    public void Dispose()
    {
        if (_buffer.Length == 0)
        {
            return;
        }

        try
        {
            Drain();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _stream.Dispose();
        }
    }

    private void WriteBlock(int interfaceIndex, long unixNanoseconds, ReadOnlySpan<byte> bytes, int originalLength, uint flags, string? comment, long? dropCount)
    {
        BeginBlock(PcapngBlock.EnhancedPacket, bytes.Length);
        U32((uint)interfaceIndex);
        Ticks(unixNanoseconds);
        U32((uint)bytes.Length);
        U32((uint)originalLength);
        Append(bytes);
        Pad();
        if (flags != 0)
        {
            OptionHeader(PcapngBlock.PacketFlags, 4);
            U32(flags);
        }

        CountOption(PcapngBlock.PacketDropCount, dropCount);
        TextOption(PcapngBlock.Comment, comment);
        EndBlock(hasOptions: flags != 0 || dropCount is not null || comment is not null);
    }

    private void OnlyPcapng()
    {
        if (!_pcapng)
        {
            throw new InvalidOperationException("A classic pcap has one interface and no options.");
        }
    }

    private void CheckFrame(ReadOnlySpan<byte> bytes, int interfaceIndex)
    {
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        if ((uint)interfaceIndex >= (uint)InterfaceCount)
        {
            throw new ArgumentOutOfRangeException(nameof(interfaceIndex), interfaceIndex, "The interface is not described.");
        }

        if (bytes.Length > FrameReader.MostFrameBytes)
        {
            throw new ArgumentException("A frame has at most 262,144 bytes.", nameof(bytes));
        }
    }

    /// <summary>Room for the largest block: the fixed parts, the frame and three options of the greatest length.</summary>
    private void BeginBlock(uint type, int frameBytes = 0)
    {
        Reserve(256 + frameBytes + (3 * LongestOption));
        _blockStart = _used;
        U32(type);
        U32(0);
    }

    private void EndBlock(bool hasOptions)
    {
        if (hasOptions)
        {
            // opt_endofopt
            U32(0);
        }

        uint length = (uint)(_used + PcapngBlock.TrailerLength - _blockStart);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_blockStart + 4), length);
        U32(length);
    }

    private void OptionHeader(int code, int length)
    {
        U16((ushort)code);
        U16((ushort)length);
    }

    private void CountOption(int code, long? count)
    {
        if (count is { } value)
        {
            OptionHeader(code, 8);
            U64((ulong)value);
        }
    }

    private void TextOption(int code, string? text)
    {
        if (text is null)
        {
            return;
        }

        int header = _used;
        U32(0);
        Utf8.FromUtf16(text, _buffer.AsSpan(_used, LongestOption), out _, out int written);
        _used += written;
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(header), (ushort)code);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(header + 2), (ushort)written);
        Pad();
    }

    /// <summary>Zeros up to a multiple of four; blocks start at one, counted from the start of the block.</summary>
    private void Pad()
    {
        while (((_used - _blockStart) & 3) != 0)
        {
            _buffer[_used++] = 0;
        }
    }

    private void Ticks(long unixNanoseconds)
    {
        ulong ticks = (ulong)Math.Max(0, unixNanoseconds);
        U32((uint)(ticks >> 32));
        U32((uint)ticks);
    }

    private void U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(_used), value);
        _used += 2;
    }

    private void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_used), value);
        _used += 4;
    }

    private void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(_used), value);
        _used += 8;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    private void Reserve(int count)
    {
        if (BufferSize - _used < count)
        {
            Drain();
        }
    }

    private void Drain()
    {
        _stream.Write(_buffer, 0, _used);
        _used = 0;
    }
}

using System.Buffers.Binary;
using System.Text;

namespace Whydrop.Capture.Tests;

/// <summary>Writes capture files byte by byte, in either byte order, right or wrong.</summary>
internal sealed class FileBuilder(bool bigEndian)
{
    private readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    public byte[] ToArray() => [.. _bytes];

    public FileBuilder Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public FileBuilder U16(int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        }

        _bytes.AddRange(bytes);
        return this;
    }

    public FileBuilder U32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }

        _bytes.AddRange(bytes);
        return this;
    }

    public FileBuilder U64(ulong value) => bigEndian ? U32((uint)(value >> 32)).U32((uint)value) : U32((uint)value).U32((uint)(value >> 32));

    public FileBuilder Pad()
    {
        while (_bytes.Count % 4 != 0)
        {
            _bytes.Add(0);
        }

        return this;
    }

    public FileBuilder PcapHeader(uint magic = 0xA1B2C3D4, uint network = 1, uint snapLength = 65535, int major = 2, int minor = 4) =>
        U32(magic).U16(major).U16(minor).U32(0).U32(0).U32(snapLength).U32(network);

    public FileBuilder PcapRecord(uint seconds, uint fraction, byte[] bytes, uint? original = null, uint? captured = null) =>
        U32(seconds).U32(fraction).U32(captured ?? (uint)bytes.Length).U32(original ?? (uint)bytes.Length).Raw(bytes);

    public FileBuilder ModifiedRecord(uint seconds, uint fraction, byte packetType, byte[] bytes) =>
        U32(seconds).U32(fraction).U32((uint)bytes.Length).U32((uint)bytes.Length).U32(3).U16(0x800).Raw(packetType, 0).Raw(bytes);

    public FileBuilder Block(uint type, byte[] body, uint? length = null, uint? trailer = null)
    {
        uint right = (uint)((body.Length + 3) & ~3) + 12;
        return U32(type).U32(length ?? right).Raw(body).Pad().U32(trailer ?? length ?? right);
    }

    public FileBuilder Block(uint type, Func<FileBuilder, FileBuilder> body, uint? length = null, uint? trailer = null) =>
        Block(type, body(new FileBuilder(bigEndian)).ToArray(), length, trailer);

    public FileBuilder Section(int major = 1, int minor = 0, ulong sectionLength = ulong.MaxValue, Func<FileBuilder, FileBuilder>? options = null) =>
        Block(0x0A0D0D0A, b => Then(b.U32(0x1A2B3C4D).U16(major).U16(minor).U64(sectionLength), options));

    public FileBuilder Interface(int linkType = 1, uint snapLength = 0, Func<FileBuilder, FileBuilder>? options = null) =>
        Block(1, b => Then(b.U16(linkType).U16(0).U32(snapLength), options));

    public FileBuilder Enhanced(uint interfaceId, ulong ticks, byte[] bytes, uint? original = null, uint? captured = null, Func<FileBuilder, FileBuilder>? options = null) =>
        Block(6, b => Then(b.U32(interfaceId).U32((uint)(ticks >> 32)).U32((uint)ticks).U32(captured ?? (uint)bytes.Length).U32(original ?? (uint)bytes.Length).Raw(bytes).Pad(), options));

    public FileBuilder OldPacket(int interfaceId, int drops, ulong ticks, byte[] bytes, uint? original = null) =>
        Block(2, b => b.U16(interfaceId).U16(drops).U32((uint)(ticks >> 32)).U32((uint)ticks).U32((uint)bytes.Length).U32(original ?? (uint)bytes.Length).Raw(bytes));

    public FileBuilder Simple(uint original, byte[] bytes) => Block(3, b => b.U32(original).Raw(bytes));

    public FileBuilder Statistics(uint interfaceId, Func<FileBuilder, FileBuilder>? options = null) =>
        Block(5, b => Then(b.U32(interfaceId).U32(0).U32(0), options));

    public FileBuilder Option(int code, params byte[] value) => U16(code).U16(value.Length).Raw(value).Pad();

    public FileBuilder Option(int code, string value) => Option(code, Encoding.UTF8.GetBytes(value));

    public FileBuilder Option64(int code, ulong value) => U16(code).U16(8).U64(value);

    public FileBuilder Option32(int code, uint value) => U16(code).U16(4).U32(value);

    /// <summary>A time of the Interface Statistics Block: the higher half first in both byte orders.</summary>
    public FileBuilder OptionTicks(int code, ulong ticks) => U16(code).U16(8).U32((uint)(ticks >> 32)).U32((uint)ticks);

    public FileBuilder EndOfOptions() => U32(0);

    private static FileBuilder Then(FileBuilder builder, Func<FileBuilder, FileBuilder>? more) => more is null ? builder : more(builder);
}

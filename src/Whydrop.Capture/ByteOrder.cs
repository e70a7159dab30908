using System.Buffers.Binary;

namespace Whydrop.Capture;

/// <summary>Reads numbers in the byte order of the machine that wrote a file.</summary>
internal readonly struct ByteOrder(bool bigEndian)
{
    public bool IsBigEndian => bigEndian;

    public ushort U16(ReadOnlySpan<byte> bytes) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    public uint U32(ReadOnlySpan<byte> bytes) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    public ulong U64(ReadOnlySpan<byte> bytes) =>
        bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    /// <summary>A time of pcapng: two 32-bit halves, the higher first in both byte orders.</summary>
    public ulong Ticks(ReadOnlySpan<byte> bytes) => ((ulong)U32(bytes) << 32) | U32(bytes[4..]);
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Whydrop.Wire.Walk;

/// <summary>Unchecked big-endian reads; the caller has compared the length once.</summary>
internal static class NetworkOrder
{
    // SAFETY: every caller guarantees that offset + size of the read lies inside the frame behind the reference.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static byte U8(ref byte start, int offset) => Unsafe.AddByteOffset(ref start, (nint)(uint)offset);

    // SAFETY: as above; unaligned reads are what headers behind a 14-byte Ethernet header are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ushort U16(ref byte start, int offset)
    {
        var value = Unsafe.ReadUnaligned<ushort>(ref Unsafe.AddByteOffset(ref start, (nint)(uint)offset));
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint U32(ref byte start, int offset)
    {
        var value = Unsafe.ReadUnaligned<uint>(ref Unsafe.AddByteOffset(ref start, (nint)(uint)offset));
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }
}

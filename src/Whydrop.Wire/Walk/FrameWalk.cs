using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Whydrop.Wire.Walk;

/// <summary>Where the general decoder stands in one frame.</summary>
internal ref struct FrameWalk
{
    /// <summary>The captured bytes.</summary>
    internal readonly ReadOnlySpan<byte> Frame;

    /// <summary>The result being filled.</summary>
    internal readonly ref PacketHeaders Headers;

    /// <summary>Where the enclosing layer ends on the wire: the frame, then each IP datagram.</summary>
    internal int WireEnd;

    /// <summary>First byte that may not be read: end of the capture or of the enclosing layer.</summary>
    internal int CapturedEnd;

    /// <summary>The enclosing datagram is a first fragment: what is missing may follow in a later frame.</summary>
    internal bool Continues;

    /// <summary>A length field claims more than its enclosing layer holds.</summary>
    internal bool Contradicted;

    internal FrameWalk(ReadOnlySpan<byte> frame, int wireLength, ref PacketHeaders headers)
    {
        Frame = frame;
        Headers = ref headers;
        WireEnd = wireLength;
        CapturedEnd = frame.Length;
    }

    /// <summary>Whether the bytes can be read; if not, the status says whether the capture or the packet is short.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool Has(int offset, int count) => count <= CapturedEnd - offset || IsShort(offset, count);

    /// <summary>A header for which <see cref="Has"/> was true; reads behind the reference stay below <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly ref byte At(int offset, int count)
    {
        Debug.Assert(offset >= 0 && offset + count <= Frame.Length, "read without Has");

        // SAFETY: Has compared the end of the header with CapturedEnd, which never exceeds Frame.Length; debug builds, and so the tests, check it.
        return ref Unsafe.AddByteOffset(ref MemoryMarshal.GetReference(Frame), (nint)(uint)offset);
    }

    /// <summary>A byte for which <see cref="Has"/> was true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly byte U8(int offset)
    {
        Debug.Assert(offset >= 0 && offset < Frame.Length, "read without Has");

        // SAFETY: as in At.
        return NetworkOrder.U8(ref MemoryMarshal.GetReference(Frame), offset);
    }

    /// <summary>Two bytes for which <see cref="Has"/> was true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly ushort U16(int offset)
    {
        Debug.Assert(offset >= 0 && offset + 2 <= Frame.Length, "read without Has");

        // SAFETY: as in At.
        return NetworkOrder.U16(ref MemoryMarshal.GetReference(Frame), offset);
    }

    /// <summary>Four bytes for which <see cref="Has"/> was true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly uint U32(int offset)
    {
        Debug.Assert(offset >= 0 && offset + 4 <= Frame.Length, "read without Has");

        // SAFETY: as in At.
        return NetworkOrder.U32(ref MemoryMarshal.GetReference(Frame), offset);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool IsShort(int offset, int count)
    {
        Headers.Status = count <= WireEnd - offset || Continues ? DecodeStatus.Cut : DecodeStatus.Malformed;
        return false;
    }

    /// <summary>Narrows the walk to an IP datagram.</summary>
    internal void EnterDatagram(int offset, int length)
    {
        Headers.IpLength = length;
        if (length > WireEnd - offset)
        {
            Contradicted |= !Continues;
        }

        WireEnd = (int)Math.Min((long)offset + length, int.MaxValue);
        CapturedEnd = Math.Min(CapturedEnd, WireEnd);
    }
}

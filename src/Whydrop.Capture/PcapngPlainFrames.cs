using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Whydrop.Capture;

/// <summary>
/// The commonest block by far: an Enhanced Packet Block without options, sound, whole in the window, written on a little-endian machine. Everything
/// else is left where it stands for the full reader, which alone judges what is wrong.
/// </summary>
internal static class PcapngPlainFrames
{
    private const int Shortest = PcapngBlock.PacketBytes + PcapngBlock.TrailerLength;

    /// <summary>Takes such blocks from the window as long as one follows another; gives how many.</summary>
    public static int Take(CaptureBuffer buffer, FrameBatch batch, PcapngInterfaces interfaces, List<CaptureInterface> all)
    {
        Span<CapturedFrame> slots = batch.Slots;
        ReadOnlySpan<TimestampResolution> clocks = interfaces.Clocks;
        int start = buffer.Start, position = start, end = buffer.End, count = batch.Count;
        uint local = 0;
        int ofLocal = 0;
        ref byte origin = ref MemoryMarshal.GetArrayDataReference(buffer.Bytes);
        while (count < slots.Length && end - position >= Shortest)
        {
            // SAFETY: position + Shortest <= end <= the array's length by the loop's condition; the trailer is read after length <= end - position.
            ref byte block = ref Unsafe.Add(ref origin, position);
            uint length = U32(ref block, 4), interfaceId = U32(ref block, 8), captured = U32(ref block, 20), original = U32(ref block, 24);
            if (U32(ref block, 0) != PcapngBlock.EnhancedPacket || captured > FrameReader.MostFrameBytes || length != Shortest + ((captured + 3) & ~3u)
                || length > (uint)(end - position) || interfaceId >= (uint)clocks.Length || original < captured || original > int.MaxValue
                || U32(ref block, (int)length - PcapngBlock.TrailerLength) != length)
            {
                break;
            }

            if (interfaceId != local)
            {
                Add(all, interfaces.First + (int)local, ofLocal);
                (local, ofLocal) = (interfaceId, 0);
            }

            ofLocal++;
            ref CapturedFrame slot = ref slots[count++];
            slot.UnixNanoseconds = clocks[(int)interfaceId].ToUnixNanoseconds(((ulong)U32(ref block, 12) << 32) | U32(ref block, 16));
            slot.Offset = position + PcapngBlock.PacketBytes;
            slot.CapturedLength = (int)captured;
            slot.OriginalLength = (int)original;
            slot.Interface = interfaces.First + (int)interfaceId;
            slot.Flags = 0;
            position += (int)length;
        }

        int taken = count - batch.Count;
        Add(all, interfaces.First + (int)local, ofLocal);
        batch.Count = count;
        buffer.Advance(position - start);
        return taken;
    }

    // SAFETY: the caller has checked that offset + 4 bytes stand there.
    private static uint U32(ref byte block, int offset) => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref block, offset));

    private static void Add(List<CaptureInterface> all, int index, int frames)
    {
        if (frames > 0)
        {
            all[index].Frames += frames;
        }
    }
}

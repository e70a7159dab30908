using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Whydrop.Wire.Walk;

/// <summary>Finds the options the per-packet analysis needs: timestamps and SACK blocks.</summary>
internal static class TcpOptionScan
{
    private const byte EndOfOptions = 0;
    private const byte NoOperation = 1;
    private const byte Sack = 5;
    private const byte Timestamps = 8;

    /// <summary>Scans until the end of the options, of the captured bytes, or an impossible length; a broken option does not cost the segment.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run(ReadOnlySpan<byte> frame, int offset, int length, ref PacketHeaders h)
    {
        // SAFETY: every read below is compared with end, which never exceeds frame.Length.
        ref var start = ref MemoryMarshal.GetReference(frame);
        var end = Math.Min(offset + length, frame.Length);
        while (offset < end)
        {
            var kind = NetworkOrder.U8(ref start, offset);
            if (kind == NoOperation)
            {
                offset++;
                continue;
            }

            if (kind == EndOfOptions || offset + 2 > end)
            {
                return;
            }

            int optionLength = NetworkOrder.U8(ref start, offset + 1);
            if (optionLength < 2 || offset + optionLength > end)
            {
                return;
            }

            if (kind == Timestamps && optionLength == 10)
            {
                h.HasTimestamp = true;
                h.TsVal = NetworkOrder.U32(ref start, offset + 2);
                h.TsEcr = NetworkOrder.U32(ref start, offset + 6);
            }
            else if (kind == Sack && optionLength >= 10 && (optionLength & 7) == 2)
            {
                // RFC 2018 (3): 8 · n + 2 bytes.
                h.SackOffset = offset + 2;
                h.SackBlocks = (byte)(optionLength >> 3);
            }

            offset += optionLength;
        }
    }
}

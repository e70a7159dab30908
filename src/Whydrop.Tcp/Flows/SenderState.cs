using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Whydrop.Tcp.Flows;

/// <summary>One direction of a connection: what a clean segment reads and writes. 48 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8, Size = 48)]
internal struct SenderState
{
    /// <summary>Highest sequence number sent, plus one; 0 when nothing was seen.</summary>
    public uint NextSeq;

    /// <summary>Acknowledgment number of the last segment.</summary>
    public uint LastAck;

    /// <summary>Window field of the last segment, unscaled.</summary>
    public ushort Window;

    /// <summary>Largest payload of one segment on the wire, as far as known; 0 when not.</summary>
    public ushort Mss;

    /// <summary>End of the segment that is being timed; the clock runs when <see cref="TimedAt"/> is set with bit <see cref="TimingBit"/>.</summary>
    public uint TimedEnd;

    /// <summary>Low 32 bits of the microsecond it passed.</summary>
    public uint TimedAt;

    /// <summary>Smallest round trip in microseconds plus one; 0 when none was measured.</summary>
    public uint MinRtt;

    /// <summary>Smoothed round trip in microseconds plus one (RFC 6298); 0 when none.</summary>
    public uint Srtt;

    /// <summary>Segments with data on the wire.</summary>
    public uint Segments;

    /// <summary>Frames.</summary>
    public uint Frames;

    /// <summary>Largest IP datagram on the wire.</summary>
    public ushort LargestDatagram;

    public byte Ttl;

    public byte Bits;

    /// <summary>Payload bytes.</summary>
    public long Bytes;

    public const byte ScaleMask = 0x0F;

    /// <summary>The scale when it is not known: RFC 7323, 2.3 has none above 14.</summary>
    public const byte ScaleUnknown = 0x0F;

    /// <summary>In the lower end's: the higher end spoke last. In the higher end's: it sent data last.</summary>
    public const byte HighLast = 0x10;
    public const byte FirstAck = 0x20;
    public const byte FinSeen = 0x40;
    public const byte Timing = 0x80;

    public const uint TimingBit = 1;

    /// <summary>Both SYNs, or one that offered no scaling, were seen.</summary>
    public readonly bool IsScaleKnown => (Bits & ScaleMask) != ScaleUnknown;

    /// <summary>Shift to apply to <see cref="Window"/> when the scale is known: a SYN's own window is never scaled (RFC 7323, 2.2).</summary>
    public readonly int WindowShift => (Bits & FirstAck) != 0 ? 0 : Bits & ScaleMask;

    /// <summary>Stops the clock.</summary>
    /// <returns>Microseconds since it started; more than <see cref="int.MaxValue"/> when the clock of the capture went backwards.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TakeRttSample(long time)
    {
        var sample = (uint)(time / 1000) - TimedAt;
        Bits &= unchecked((byte)~Timing);
        AddRtt(sample);
        return sample;
    }

    public void AddRtt(uint sampleMicroseconds)
    {
        if (sampleMicroseconds > int.MaxValue)
        {
            return; // The clock went backwards.
        }

        var stored = sampleMicroseconds + 1;
        if (MinRtt == 0 || stored < MinRtt)
        {
            MinRtt = stored;
        }

        // RFC 6298 (2.2), (2.3): SRTT <- 7/8 SRTT + 1/8 R'
        Srtt = Srtt == 0 ? stored : (uint)(((7L * (Srtt - 1)) + sampleMicroseconds) / 8) + 1;
    }
}

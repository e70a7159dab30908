using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Whydrop.Tcp.Packets;
using Whydrop.Wire;

namespace Whydrop.Tcp.Flows;

/// <summary>A TCP frame that went by, in 32 bytes, and the way to the one before it of the same connection.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8, Size = 32)]
internal struct PastFrame
{
    public long Time;
    public uint Sequence;
    public uint Acknowledgment;

    /// <summary>Frame number of the previous frame of the connection; 0 when none.</summary>
    public uint Previous;

    /// <summary>Payload bytes (20 bits), bytes of IP and TCP headers (7 bits), then the marks below.</summary>
    public uint LengthAndMarks;

    public uint TsVal;
    public ushort IpId;
    public byte Ttl;
    public byte Flags;

    private const uint DamagedMark = 1u << 27;
    private const uint DontFragmentMark = 1u << 28;
    private const uint TimestampMark = 1u << 29;
    private const uint FromHighMark = 1u << 30;

    /// <summary>A probe (keep-alive, zero window): its byte is no data of the ledger.</summary>
    public const uint ProbeMark = 1u << 31;

    public readonly int Length => (int)(LengthAndMarks & 0xFFFFF);

    public readonly int HeaderBytes => (int)((LengthAndMarks >> 20) & 0x7F);

    public readonly int IpLength => Length + HeaderBytes;

    public readonly bool DontFragment => (LengthAndMarks & DontFragmentMark) != 0;

    public readonly bool HasTimestamp => (LengthAndMarks & TimestampMark) != 0;

    public readonly bool Damaged => (LengthAndMarks & DamagedMark) != 0;

    public readonly bool FromHigh => (LengthAndMarks & FromHighMark) != 0;

    public readonly bool IsProbe => (LengthAndMarks & ProbeMark) != 0;

    public readonly uint SequenceEnd => Sequence + (uint)Length + ((Flags & (TcpFlag.Syn | TcpFlag.Fin)) != 0 ? 1u : 0u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Pack(in TcpSegment s, bool probe)
    {
        var header = Math.Min(s.IpLength - s.Length, 0x7F);
        return (uint)Math.Min(s.Length, 0xFFFFF) | ((uint)Math.Max(header, 0) << 20)
            | (s.DontFragment ? DontFragmentMark : 0) | (s.Damaged ? DamagedMark : 0) | (s.HasTimestamp ? TimestampMark : 0)
            | (s.FromHigh ? FromHighMark : 0) | (probe ? ProbeMark : 0);
    }
}

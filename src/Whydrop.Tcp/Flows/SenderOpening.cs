using System.Runtime.InteropServices;
using Whydrop.Tcp.Packets;
using Whydrop.Wire;

namespace Whydrop.Tcp.Flows;

/// <summary>What one end said in its SYN, and where its numbers begin. 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SenderOpening
{
    /// <summary>Sequence number of the SYN, or one less than the first sequence number seen.</summary>
    public uint Base;

    /// <summary>Frame of its first SYN; 0 when none.</summary>
    public uint SynFrame;

    public ushort Mss;

    /// <summary>Window field of its first SYN.</summary>
    public ushort SynWindow;

    /// <summary>Window scale of its SYN.</summary>
    public byte Scale;

    public byte Bits;

    /// <summary>TTL of its first SYN.</summary>
    public byte SynTtl;

    /// <summary>Flags of its first SYN that are not implied (ECE, CWR), and the two marks below.</summary>
    public byte SynMarks;

    public const byte BaseSet = 1;
    public const byte SawSyn = 2;
    public const byte SawSynAck = 4;
    public const byte ScaleOffered = 8;
    public const byte SackOffered = 16;
    public const byte TimestampSeen = 32;
    public const byte HasMss = 64;

    public const byte SynDontFragment = 1;
    public const byte SynTimestamp = 2;

    /// <summary>The first SYN carried ACK.</summary>
    public const byte SynAcknowledges = 4;

    public readonly bool Has(byte bit) => (Bits & bit) != 0;

    /// <summary>Keeps what the first SYN looked like, should it matter later.</summary>
    public void KeepSyn(in TcpSegment s, uint frameNumber)
    {
        SynFrame = frameNumber;
        SynWindow = s.Window;
        SynTtl = s.Ttl;
        SynMarks = (byte)((s.Flags & (TcpFlag.Ece | TcpFlag.Cwr)) | (s.DontFragment ? SynDontFragment : 0)
            | (s.HasTimestamp ? SynTimestamp : 0) | (s.HasAck ? SynAcknowledges : 0));
    }
}

using Whydrop.Evidence.Capture;
using Whydrop.Wire;

namespace Whydrop.Tcp.Talk;

/// <summary>A SYN, FIN or RST that is kept for its <see cref="ControlSegment"/>.</summary>
internal struct ControlRow
{
    public long Time;
    public int Flow;

    /// <summary>Next one of the connection, plus one; 0 when it is the last.</summary>
    public int Next;
    public uint Frame;
    public uint Sequence;
    public uint Acknowledgment;
    public uint TsVal;

    /// <summary>Frames of the other end before it.</summary>
    public uint FramesBefore;
    public int Length;

    /// <summary>TTL of the packets of its sender before it; −1 when there were none.</summary>
    public short UsualTtl;
    public ushort Window;
    public ushort IpId;
    public byte Ttl;
    public byte Flags;
    public byte Transmission;
    public byte Marks;

    public const byte FromHigh = 1;
    public const byte DontFragment = 2;
    public const byte HasTimestamp = 4;
    public const byte Answered = 8;

    /// <summary>It was sent again: what comes now answers the later one.</summary>
    public const byte Closed = 16;

    /// <summary>It was told after the frame history had forgotten it.</summary>
    public const byte IpIdForgotten = 32;

    public readonly bool Is(byte mark) => (Marks & mark) != 0;

    public readonly ControlKind Kind => KindOf(Flags);

    /// <summary>Acknowledgment number that answers it.</summary>
    public readonly uint End => Sequence + (uint)Length + 1;

    public static ControlKind KindOf(byte flags) =>
        (flags & TcpFlag.Rst) != 0 ? ControlKind.Reset
        : (flags & TcpFlag.Syn) == 0 ? ControlKind.Fin
        : (flags & TcpFlag.Ack) != 0 ? ControlKind.SynAck : ControlKind.Syn;

    /// <summary>RFC 3168, 6.1.1: a SYN asks with ECE and CWR, a SYN-ACK agrees with ECE alone.</summary>
    public readonly bool EcnSetup => Kind switch
    {
        ControlKind.Syn => (Flags & (TcpFlag.Ece | TcpFlag.Cwr)) == (TcpFlag.Ece | TcpFlag.Cwr),
        ControlKind.SynAck => (Flags & (TcpFlag.Ece | TcpFlag.Cwr)) == TcpFlag.Ece,
        _ => false,
    };
}

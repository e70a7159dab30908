using System.Runtime.CompilerServices;

namespace Whydrop.Bench.Generate;

/// <summary>One TCP segment as the capture sees it.</summary>
internal struct Segment
{
    public long Time;
    public bool FromServer;
    public byte Flags;
    public uint Seq;
    public uint Ack;
    public int Length;
    public uint TsVal;
    public uint TsEcr;
    public ushort IpId;
    public int SackCount;
    public SackBlocks Sack;
}

/// <summary>Up to three blocks (RFC 2018 with time stamps), left and right edges.</summary>
[InlineArray(6)]
internal struct SackBlocks
{
    private uint _edge;
}

internal static class TcpFlags
{
    public const byte Fin = 1, Syn = 2, Psh = 8, Ack = 16;
}

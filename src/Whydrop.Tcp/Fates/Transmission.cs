using System.Runtime.InteropServices;

namespace Whydrop.Tcp.Fates;

/// <summary>
/// One transmission of a byte range that is not decided yet, or a range that never passed here (<see cref="Hole"/>). Nodes of a
/// <see cref="Board"/> are sorted by start, then time; equal ranges form a cell, and ranges of different cells never overlap.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct Transmission
{
    public int Next;
    public int Previous;

    /// <summary>Stream offset of the first byte.</summary>
    public long Start;

    /// <summary>When it passed; for a hole, when the jump over it was seen.</summary>
    public long Time;

    /// <summary>When its bytes were acknowledged or selectively acknowledged; valid with <see cref="Acked"/>.</summary>
    public long AckedTime;
    public int Length;

    /// <summary>Segments on the wire it stands for; 0 for the further pieces of a divided one.</summary>
    public int Segments;

    /// <summary>Its frame; for a hole, the frame after the jump.</summary>
    public uint Frame;
    public uint AckedFrame;
    public uint AckedTsEcr;

    /// <summary>First frame in which the receiver showed that it is missing; 0 when none.</summary>
    public uint MissingFrame;
    public long MissingTime;

    /// <summary>The TSval of that frame, where whoever sent this must echo it once it has heard it; 0 when unknown.</summary>
    public uint MissingTsVal;
    public uint TsVal;
    public uint TsEcr;
    public uint BytesInFlight;
    public uint RttMicroseconds;
    public uint DataOrdinal;
    public int DatagramLength;
    public ushort IpId;
    public ushort Marks;
    public byte Number;
    public byte Recovery;
    public byte Ttl;
    public byte HeaderBytes;

    /// <summary>D-SACK blocks that named it.</summary>
    public byte DSacks;

    public const ushort Hole = 1;
    public const ushort Acked = 2;
    public const ushort AckedAtHead = 4;
    public const ushort HasTimestamp = 8;
    public const ushort DontFragment = 16;
    public const ushort NoDetail = 32;
    public const ushort SuperPacket = 64;

    /// <summary>It filled a hole because it was overtaken, not sent again.</summary>
    public const ushort Late = 128;
    public const ushort Looped = 256;

    /// <summary>A hole that was filled by a retransmission: lost before it came here.</summary>
    public const ushort LostUpstream = 512;

    /// <summary>The network delivered it twice: same datagram as an earlier transmission.</summary>
    public const ushort SameDatagram = 1024;

    /// <summary>
    /// Farther than the receiver allowed the sender to go: unless it is acknowledged, such a hole had no bytes, and such a segment belongs to
    /// something else.
    /// </summary>
    public const ushort BeyondWindow = 2048;

    /// <summary>Its length on the wire is a guess.</summary>
    public const ushort SizeUncertain = 4096;

    /// <summary>A hole of bytes that were sent before the capture began: nobody can say what became of those.</summary>
    public const ushort BeforeCapture = 8192;

    /// <summary>Its checksum was wrong here: it cannot be what its receiver acknowledged, if it was sent again.</summary>
    public const ushort Damaged = 16384;

    /// <summary>A hole that nothing but its sender's RST shows, which is numbered behind it.</summary>
    public const ushort BeforeReset = 32768;

    public readonly long End => Start + Length;

    public readonly bool Is(ushort mark) => (Marks & mark) != 0;
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Whydrop.Tcp.Fates;

/// <summary>Scoreboard of one direction (RFC 6675, with RACK's order of delivery, RFC 8985): transmissions whose fate is open.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct Board
{
    /// <summary>SND.NXT as a stream offset (0 is the byte after the SYN).</summary>
    public long Next64;

    /// <summary>SND.UNA as a stream offset.</summary>
    public long Una64;

    /// <summary>Latest time of sending among what is known to be delivered.</summary>
    public long RackTime;

    /// <summary>When the receiver was last heard.</summary>
    public long HeardTime;

    /// <summary>Last time bytes were sent.</summary>
    public long SentTime;

    /// <summary>Go-back-N after a time-out reaches to here.</summary>
    public long TimeoutUpTo;

    /// <summary>Payload bytes of the sender when the board fell idle.</summary>
    public long BytesAtIdle;
    public long RepeatedBytes;
    public long NotCapturedBytes;
    public long LostBytes;
    public long LostSegments;
    public long UnknownSegments;
    public long UnknownBytes;

    /// <summary>Sequence number of stream offset 0.</summary>
    public uint Base;
    public int Flow;
    public int Head;
    public int Tail;

    /// <summary>First node not cumulatively acknowledged; −1 when none.</summary>
    public int FirstUnacked;
    public int Count;
    public int Sizes;
    public int SizeCount;

    /// <summary>Its last row in the book, from 1; 0 when it has none.</summary>
    public int LastRow;

    /// <summary>Payload of a full segment, for ranges that were not seen.</summary>
    public int UsualPayload;
    public uint Retransmissions;
    public uint LastHeardFrame;
    public SackCache Cache;
    public bool Active;
    public bool FromHigh;
    public bool Opened;

    /// <summary>The receiver has reset the connection: it says nothing more of what comes.</summary>
    public bool ReceiverReset;

    /// <summary>Highest SACK block edges seen last, so that a repeated block costs nothing.</summary>
    [InlineArray(8)]
    public struct SackCache
    {
        private uint first;
    }

    public readonly uint SequenceOf(long offset) => Base + (uint)offset;
}

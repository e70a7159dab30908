using Whydrop.Evidence.Capture;

namespace Whydrop.Tcp.Fates;

/// <summary>A decided transmission that was not plainly delivered, kept for its <see cref="SegmentFate"/>.</summary>
internal struct FateRow
{
    public long StreamOffset;
    public long Sent;
    public long RttMicroseconds;
    public int Flow;
    public int Length;
    public int DatagramLength;
    public uint Sequence;
    public uint Frame;
    public uint ProvenBy;
    public uint BytesInFlight;
    public uint DataOrdinal;
    public ushort Segments;
    public byte HeaderBytes;
    public byte Number;
    public byte Recovery;
    public Fate Fate;
    public bool FromHigh;
    public bool Seen;
    public bool SizeCertain;
    public bool DontFragment;
    public bool Proven;
    public bool NeverDelivered;

    /// <summary>A D-SACK named it already: the next one is for another copy.</summary>
    public bool Named;
    public bool HasTimestamp;
    public ushort IpId;
    public uint TsVal;

    /// <summary>Row of the same board before this one, from 1; 0 when it is the first.</summary>
    public int Before;

    /// <summary>The next transmission of the same bytes, for the case that both turn out to have arrived.</summary>
    public Repetition Repeat;

    /// <summary>A later transmission of the same bytes; frame 0 when there was none.</summary>
    public struct Repetition
    {
        public long Sent;
        public uint Frame;
        public uint TsVal;
        public uint DataOrdinal;
        public uint BytesInFlight;
        public byte Number;
        public byte Recovery;
    }
}

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
}

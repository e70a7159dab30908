namespace Whydrop.Capture;

/// <summary>What the two file formats have in common: a window, a list of interfaces, an ending.</summary>
internal abstract class FrameReader(CaptureBuffer buffer)
{
    /// <summary>
    /// Most bytes of one frame. Wireshark's WTAP_MAX_PACKET_SIZE_STANDARD and libpcap's MAXIMUM_SNAPLEN are the same: a larger length is a sign of damage.
    /// </summary>
    public const int MostFrameBytes = 262_144;

    protected CaptureBuffer Buffer { get; } = buffer;

    public List<CaptureInterface> Interfaces { get; } = [];

    public CaptureEnding? Ending { get; private set; }

    /// <summary>Frames given out so far.</summary>
    public long Frames { get; protected set; }

    public long FramesWithoutTime { get; protected set; }

    public long FramesLongerThanWire { get; protected set; }

    /// <summary>Fills the batch; false, with <see cref="Ending"/> set, when there is no further frame.</summary>
    public abstract bool Read(FrameBatch batch);

    protected bool Stop(CaptureEndingKind kind, string reason, long offset)
    {
        Ending = new CaptureEnding(kind, offset, Frames, reason);
        return false;
    }

    /// <summary>The source has no more bytes: whole when the last record was.</summary>
    protected bool StopAtEnd(string insideWhat, long offset)
    {
        if (Buffer.Failure is { } failure)
        {
            return Stop(failure.Kind, failure.Reason, offset);
        }

        return Buffer.Available == 0 && insideWhat.Length == 0
            ? Stop(CaptureEndingKind.Complete, "", offset)
            : Stop(CaptureEndingKind.Truncated, $"the file ends inside {insideWhat}: cut off, or still being written", offset);
    }

    /// <summary>Keeps captured ≤ original; a frame of which more was kept than was on the wire counts as being as long as what was kept.</summary>
    protected int OriginalLength(uint original, int captured)
    {
        if (original >= (uint)captured)
        {
            return (int)Math.Min(original, int.MaxValue);
        }

        FramesLongerThanWire++;
        return captured;
    }

    /// <summary>
    /// LINKTYPE_RAW is 101; files of systems that wrote their own DLT_RAW hold 12 (most) or 14 (OpenBSD).
    /// </summary>
    public static int CanonicalLinkType(int linkType) => linkType is 12 or 14 ? 101 : linkType;
}

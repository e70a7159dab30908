namespace Whydrop.Capture;

/// <summary>
/// One interface of a capture file: the only one of a pcap, or one Interface Description Block of a pcapng
/// (draft-ietf-opsawg-pcapng, 4.2). Counters are null when the file does not give them.
/// </summary>
public sealed class CaptureInterface
{
    /// <summary>Place in <see cref="CaptureFile.Interfaces"/>, from 0, unique over all sections.</summary>
    public int Index { get; init; }

    /// <summary>Section of the pcapng that describes it, from 0; 0 for pcap.</summary>
    public int Section { get; init; }

    /// <summary>LINKTYPE_ number of tcpdump.org; the older raw-IP numbers 12 and 14 are given as 101.</summary>
    public int LinkType { get; init; }

    /// <summary>Most bytes kept of a frame; 0 when not limited.</summary>
    public uint SnapLength { get; init; }

    /// <summary>Name as the capturing system knew it (if_name); null when not given.</summary>
    public string? Name { get; init; }

    /// <summary>Description (if_description); null when not given.</summary>
    public string? Description { get; init; }

    /// <summary>Capture filter in text form (if_filter); null when not given or not text.</summary>
    public string? Filter { get; init; }

    /// <summary>Length in bytes of the frame check sequence at the end of each frame; null when not given.</summary>
    public int? FrameCheckSequenceLength { get; init; }

    /// <summary>Finest step of the time stamps, in nanoseconds; 1 when it is finer than that.</summary>
    public double ResolutionNanoseconds { get; init; }

    /// <summary>Frames read so far.</summary>
    public long Frames { get; internal set; }

    /// <summary>Frames that came to the interface (isb_ifrecv, or ps_recv); null when not given.</summary>
    public long? Received { get; internal set; }

    /// <summary>Frames dropped by the interface for lack of resources (isb_ifdrop); null when not given.</summary>
    public long? InterfaceDropped { get; internal set; }

    /// <summary>Frames dropped by the operating system between the interface and the capture (isb_osdrop); null when not given.</summary>
    public long? OsDropped { get; internal set; }

    /// <summary>Frames the filter let through (isb_filteraccept); null when not given.</summary>
    public long? FilterAccepted { get; internal set; }

    /// <summary>Frames delivered to the capturing program (isb_usrdeliv); null when not given.</summary>
    public long? Delivered { get; internal set; }

    /// <summary>Sum of the frames lost just before a written frame (epb_dropcount, or drops_count of the old Packet Block); null when no frame gave it.</summary>
    public long? DropCount { get; internal set; }

    /// <summary>Start of the capture (isb_starttime), nanoseconds since the Unix epoch; null when not given.</summary>
    public long? StartUnixNanoseconds { get; internal set; }

    /// <summary>End of the capture (isb_endtime), nanoseconds since the Unix epoch; null when not given.</summary>
    public long? EndUnixNanoseconds { get; internal set; }
}

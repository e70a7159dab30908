namespace Whydrop.Evidence.Capture;

/// <summary>What one capture interface of one capture file is worth as a witness. One fact per file and interface.</summary>
/// <param name="Capture">Index of the capture stream in the case; other capture facts refer to it.</param>
/// <param name="LinkType">LINKTYPE_ number.</param>
/// <param name="AnyDevice">Taken with "-i any" (LINUX_SLL or LINUX_SLL2), all interfaces of a namespace in one file.</param>
public sealed record CaptureSummary(VantagePoint At, Provenance From, int Capture, int LinkType, bool AnyDevice) : Fact(At, From)
{
    /// <summary>The files of a rotating capture in the order in which they were written; empty when it is one file. <see cref="Fact.From"/> names the first.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The earliest file of the ring of which this is a part, when files are missing between its parts: one place, and its parts are captures by themselves. Null when there is no other part.</summary>
    public string? Ring { get; init; }

    /// <summary>Frames read.</summary>
    public long Frames { get; init; }

    /// <summary>Frames with a TCP header, copies included.</summary>
    public long TcpSegments { get; init; }

    /// <summary>Time of the earliest frame; null when there is none.</summary>
    public Timestamp? First { get; init; }

    /// <summary>Time of the latest frame.</summary>
    public Timestamp? Last { get; init; }

    /// <summary>Bytes kept per frame as the file says; 0 for no limit.</summary>
    public int SnapLength { get; init; }

    /// <summary>Frames cut by the snap length.</summary>
    public long CutFrames { get; init; }

    /// <summary>Frames the capture lost, as the file or tcpdump's closing text says; null when nobody said.</summary>
    public long? KernelDrops { get; init; }

    /// <summary>False when the file is truncated or damaged: the gap says where.</summary>
    public bool Complete { get; init; } = true;

    /// <summary>Frames that are the same datagram again: captured on another interface, mirrored or bridged. They are in no flow's figures.</summary>
    public long CopiedFrames { get; init; }

    /// <summary>Of these, copies with a lower TTL: seen before and after routing.</summary>
    public long RoutedCopies { get; init; }

    /// <summary>Datagrams that came by more than twice with falling TTL.</summary>
    public long LoopedDatagrams { get; init; }

    /// <summary>Messages about group membership (IGMP, RFC 3376; MLD, RFC 3810), which every host sends and nobody filters for.</summary>
    public long GroupMessages { get; init; }

    /// <summary>TCP frames larger than one segment on the wire (TSO, GSO, GRO, LRO).</summary>
    public long SuperPackets { get; init; }

    /// <summary>TCP frames fully captured whose checksum does not match.</summary>
    public long BadChecksums { get; init; }

    /// <summary>All of these carry only the pseudo-header sum or leave the capturing host: offload, not damage.</summary>
    public bool BadChecksumsAreOutgoing { get; init; }

    /// <summary>Times the clock of the capture went backwards by more than a millisecond.</summary>
    public long BackwardSteps { get; init; }

    /// <summary>TCP connections seen.</summary>
    public long Flows { get; init; }

    /// <summary>Connections with data in only one direction of travel captured.</summary>
    public long OneSidedFlows { get; init; }

    /// <summary>Connections with frames of both ends captured.</summary>
    public long TwoSidedFlows { get; init; }

    /// <summary>Connections without their SYN.</summary>
    public long MidFlowFlows { get; init; }

    /// <summary>Connections by the link-layer address that their first frame went to, as the kernel writes it; of at most 64 addresses. Empty where frames have none.</summary>
    public IReadOnlyDictionary<string, long> ConnectionsTo { get; init; } = new Dictionary<string, long>();

    /// <summary>Silences of its connections that are told one by one (<see cref="Pause"/>); 0: there was none worth it. Null when nobody looked.</summary>
    public long? Silences { get; init; }

    /// <summary>Acknowledgments for bytes the capture never saw: capture loss.</summary>
    public long AckedUnseenSegments { get; init; }

    /// <summary>Keep-alive probes, not counted as retransmissions.</summary>
    public long KeepAlives { get; init; }

    /// <summary>Zero-window probes, not counted as retransmissions.</summary>
    public long ZeroWindowProbes { get; init; }

    /// <summary>Tail loss probes, counted apart.</summary>
    public long TailLossProbes { get; init; }
}

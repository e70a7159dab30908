using Whydrop.Tcp.Observations;

namespace Whydrop.Tcp;

/// <summary>What one end of a connection sent, as seen at one capture point.</summary>
public sealed record SenderReport
{
    /// <summary>Frames, with or without data.</summary>
    public long Frames { get; init; }

    /// <summary>Segments with data on the wire; merged frames are split by MSS; retransmissions included, probes not.</summary>
    public long Segments { get; init; }

    /// <summary>Payload bytes of these.</summary>
    public long Bytes { get; init; }

    /// <summary>Distinct bytes of the stream that were seen or acknowledged.</summary>
    public long UniqueBytes { get; init; }

    /// <summary>Segments that carried bytes sent before.</summary>
    public long Retransmissions { get; init; }

    /// <summary>Transmissions that were lost, here or before here.</summary>
    public long LostSegments { get; init; }

    /// <summary>Their payload bytes.</summary>
    public long LostBytes { get; init; }

    /// <summary>How often each observation was made, by its name; without zeros.</summary>
    public required IReadOnlyDictionary<string, long> Observations { get; init; }

    /// <summary>MSS option of its SYN in bytes; null when not seen.</summary>
    public int? Mss { get; init; }

    /// <summary>Window scale of its SYN; null when not offered or not seen.</summary>
    public int? WindowScale { get; init; }

    /// <summary>SACK permitted in its SYN; null when the SYN was not seen.</summary>
    public bool? SackPermitted { get; init; }

    /// <summary>It used the timestamp option.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Sequence number of its SYN; null when not seen.</summary>
    public uint? InitialSequence { get; init; }

    /// <summary>Largest IP datagram on the wire in bytes.</summary>
    public int LargestDatagram { get; init; }

    /// <summary>Largest IP datagram whose bytes were acknowledged; 0 when none.</summary>
    public int LargestDelivered { get; init; }

    /// <summary>TTL or hop limit of its last packet; null when it sent none.</summary>
    public int? Ttl { get; init; }

    /// <summary>Smallest time from its data to the acknowledgment.</summary>
    public TimeSpan? MinRtt { get; init; }

    /// <summary>Smoothed round trip (RFC 6298).</summary>
    public TimeSpan? SmoothedRtt { get; init; }

    /// <summary>Time it advertised a window of 0.</summary>
    public TimeSpan ZeroWindowTime { get; init; }

    /// <summary>A FIN was seen.</summary>
    public bool Fin { get; init; }

    /// <summary>Frame of its first RST; null when none.</summary>
    public long? ResetFrame { get; init; }

    /// <summary>How often one observation was made.</summary>
    public long Count(Observation observation) => Observations.GetValueOrDefault(observation.ToString());

    /// <summary>Of its segments, bytes and distinct bytes, those whose fate is unknown and that no <see cref="Evidence.Capture.SegmentFate"/> tells one by one.</summary>
    public (long Segments, long Bytes, long UniqueBytes) Unjudged { get; init; }
}

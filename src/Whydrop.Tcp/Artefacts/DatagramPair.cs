namespace Whydrop.Tcp.Artefacts;

/// <summary>Two sightings at one capture point of segments of one sender with the same numbers, length, flags, IP Identification and TSval.</summary>
public readonly ref struct DatagramPair
{
    private const long CopyNanoseconds = 1_000_000;
    private const long UnidentifiedNanoseconds = 100_000;

    // A tick of TSval is a millisecond with Linux; RFC 7323, 5.4 allows up to a second.
    private const long TimestampNanoseconds = 1_000_000_000;
    private const long SmallestTimeoutNanoseconds = 200_000_000;

    /// <summary>Time between them, nanoseconds.</summary>
    public long Apart { get; init; }

    /// <summary>By how much the TTL of the second is lower.</summary>
    public int Fall { get; init; }

    /// <summary>They have an IP Identification.</summary>
    public bool Identified { get; init; }

    /// <summary>They have the timestamp option.</summary>
    public bool HasTimestamp { get; init; }

    /// <summary>Their TSval.</summary>
    public uint TsVal { get; init; }

    /// <summary>Payload bytes.</summary>
    public int Length { get; init; }

    /// <summary>SYN or SYN-ACK.</summary>
    public bool Syn { get; init; }

    /// <summary>RST.</summary>
    public bool Reset { get; init; }

    /// <summary>With SACK blocks.</summary>
    public bool Selective { get; init; }

    /// <summary>The other end sent its SYN again, and nothing was captured twice so far.</summary>
    public bool Asked { get; init; }

    /// <summary>Captured on all devices at once.</summary>
    public bool AnyDevice { get; init; }

    /// <summary>They are one datagram, captured or delivered twice or going round. Both readings of a capture ask here, so that they agree.</summary>
    public bool IsOne
    {
        get
        {
            if (Identified)
            {
                return Fall > 0 || (Apart <= CopyNanoseconds && Fall >= -1);
            }

            // RSTs look alike whoever sent them.
            if (Fall > 0 && !Reset && IsSentOnce)
            {
                return true;
            }

            if (Syn)
            {
                // No timer sends a SYN again that soon; but every SYN that comes is answered by a SYN-ACK.
                return Apart <= CopyNanoseconds && Math.Abs(Fall) <= 1 && !Asked;
            }

            // No Identification (atomic datagrams, RFC 6864; IPv6): the timestamp must speak, and duplicate ACKs share it within a millisecond.
            return HasTimestamp && !Selective && Apart <= (AnyDevice ? CopyNanoseconds : UnidentifiedNanoseconds) && Math.Abs(Fall) <= 1 && (Length > 0 || AnyDevice);
        }
    }

    // With a lower TTL, a retransmission would have come another way; one has a later timestamp, and none comes before the smallest time-out unless
    // duplicate ACKs ask for it, which they do not for an empty segment.
    private bool IsSentOnce => HasTimestamp ? TsVal != 0 && Apart < TimestampNanoseconds : Apart < SmallestTimeoutNanoseconds && (Length == 0 || Fall > 1);
}

namespace Whydrop.Tcp.Artefacts;

/// <summary>
/// Whether a segment is a datagram captured once more, when its connection, direction, sequence and acknowledgment numbers, length, flags, timestamp and IP
/// Identification are those of an earlier one. A genuine retransmission is a new datagram: new IP Identification, or at least a later timestamp.
/// </summary>
/// <param name="IpId">IP Identification; 0 when there is none (atomic datagrams, RFC 6864; IPv6).</param>
/// <param name="TsVal">TSval; null without the option.</param>
/// <param name="Length">Payload bytes.</param>
/// <param name="Syn">SYN is set.</param>
/// <param name="Reset">RST is set.</param>
/// <param name="Sack">It carries SACK blocks.</param>
/// <param name="AnyDevice">Captured on all devices at once.</param>
public readonly record struct SameDatagram(uint IpId, uint? TsVal, int Length, bool Syn, bool Reset, bool Sack, bool AnyDevice)
{
    private const long CopyNanoseconds = 1_000_000;
    private const long UnidentifiedNanoseconds = 100_000;

    // A tick of TSval is a millisecond with Linux; RFC 7323, 5.4 allows up to a second.
    private const long TimestampNanoseconds = 1_000_000_000;
    private const long SmallestTimeoutNanoseconds = 200_000_000;

    /// <summary>Judges.</summary>
    /// <param name="apart">Nanoseconds between the two.</param>
    /// <param name="fall">TTL of the earlier minus that of the later.</param>
    public bool Holds(long apart, int fall)
    {
        if (IpId != 0)
        {
            return fall > 0 || (apart <= CopyNanoseconds && fall >= -1);
        }

        // RSTs look alike whoever sent them.
        if (fall > 0 && !Reset && IsSentOnce(apart, fall))
        {
            return true;
        }

        if (Syn)
        {
            return apart <= CopyNanoseconds && Math.Abs(fall) <= 1; // No timer sends a SYN again that soon.
        }

        // The timestamp must speak, and duplicate ACKs share it within a millisecond.
        var limit = AnyDevice ? CopyNanoseconds : UnidentifiedNanoseconds;
        return TsVal is not null && !Sack && apart <= limit && Math.Abs(fall) <= 1 && (Length > 0 || AnyDevice);
    }

    // With a lower TTL, a retransmission would have come another way; one has a later timestamp, and none comes before the smallest time-out unless
    // duplicate ACKs ask for it, which they do not for an empty segment.
    private bool IsSentOnce(long apart, int fall) =>
        TsVal is { } timestamp ? timestamp != 0 && apart < TimestampNanoseconds : apart < SmallestTimeoutNanoseconds && (Length == 0 || fall > 1);
}

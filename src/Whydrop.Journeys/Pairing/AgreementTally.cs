using System.Runtime.InteropServices;
using Whydrop.Journeys.Collecting;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Pairing;

/// <summary>Counts what agrees and what contradicts over the matched segments of two sightings.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct AgreementTally
{
    private int payloadAgrees;
    private int payloadDiffers;
    private int ipIdAgrees;
    private int ipIdDiffers;
    private int distinctTimestamps;
    private uint lastTsVal;

    /// <summary>Matched segments with data or SYN.</summary>
    public int Data { get; private set; }

    /// <summary>Of all matched ones, those with the same timestamp option on both sides.</summary>
    public int WithTimestamps { get; private set; }

    /// <summary>Payloads that should be the same are not.</summary>
    public readonly bool PayloadContradicts => payloadDiffers > 2 && payloadDiffers * 10 > payloadAgrees;

    /// <summary>IP Identifications, kept by routers and NAT, differ nearly always.</summary>
    public readonly bool IpIdsDiffer => ipIdDiffers > 2 && ipIdAgrees * 10 < ipIdDiffers;

    /// <summary>The packets themselves are the same (timestamps or IP Identification), not only the bytes they carry.</summary>
    public readonly bool FollowsSamePackets =>
        (WithTimestamps >= 4 && distinctTimestamps >= 2) || (ipIdAgrees >= 8 && ipIdDiffers * 10 < ipIdAgrees);

    /// <summary>Adds one direction.</summary>
    public void Add(SegmentTrail a, SegmentTrail b, ReadOnlySpan<IndexPair> pairs)
    {
        var first = a.Records;
        var second = b.Records;
        foreach (var pair in pairs)
        {
            Add(first[pair.A], second[pair.B]);
        }
    }

    /// <summary>Independent evidence in bits that all this is no coincidence.</summary>
    /// <param name="byHandshake">Both initial sequence numbers agree: 32 random bits each (RFC 6528).</param>
    /// <param name="shifted">The sequence numbers were fitted, so they prove nothing by themselves.</param>
    public readonly double Bits(bool byHandshake, bool shifted)
    {
        if (Data == 0 && WithTimestamps == 0)
        {
            return 0;
        }

        // A position in the sequence and one in the acknowledgment space. Later positions of the same stream follow from the first.
        var bits = shifted ? 0d : byHandshake || Data > 0 ? 64 : 48;
        // TSval and TSecr start at a random offset per connection (since Linux 4.10); 24 bits each for those that do not.
        bits += distinctTimestamps > 0 ? 48 : 0;
        // Each further tick must be met again, and payload bytes are seldom random: a few bits each.
        bits += Math.Min(distinctTimestamps, 16) * 4;
        bits += Math.Min(payloadAgrees, 16) * 4;
        bits += Math.Min(ipIdAgrees, 8) * (shifted ? 12 : 4);
        return bits;
    }

    private void Add(in SegmentRecord a, in SegmentRecord b)
    {
        if (a.SequenceLength > 0)
        {
            Data++;
        }

        if (a.Has(SegmentTraits.Timestamp) && b.Has(SegmentTraits.Timestamp) && a.TsVal == b.TsVal && a.TsEcr == b.TsEcr)
        {
            WithTimestamps++;
            distinctTimestamps += a.TsVal != lastTsVal ? 1 : 0;
            lastTsVal = a.TsVal;
        }

        var comparable = a.Length > 0 && a.Has(SegmentTraits.Hashed) && b.Has(SegmentTraits.Hashed)
            && (a.Length == b.Length || Math.Min(a.Length, b.Length) >= SegmentRecord.HashedBytes);
        if (comparable)
        {
            _ = a.Hash == b.Hash ? payloadAgrees++ : payloadDiffers++;
        }

        if (a.IpId != 0 && b.IpId != 0)
        {
            _ = a.IpId == b.IpId ? ipIdAgrees++ : ipIdDiffers++;
        }
    }
}

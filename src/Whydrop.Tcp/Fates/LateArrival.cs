using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Observations;

namespace Whydrop.Tcp.Fates;

/// <summary>
/// Bytes come into a hole: were they overtaken on the way here, or sent again because the first transmission was lost before this place?
/// What the sender stamped on the datagram decides; only without such a stamp does time.
/// </summary>
internal static class LateArrival
{
    private const long Millisecond = 1_000_000;
    private const int NearIds = 4096;

    /// <summary>Whether the transmission is the original one, overtaken by the segment after the hole.</summary>
    public static bool WasOvertaken(in Transmission hole, in Transmission arrival, in SenderState fwd, int dupAcks)
    {
        if (ByStamp(hole.Is(Transmission.HasTimestamp), hole.TsVal, hole.IpId, arrival) is { } older)
        {
            return older;
        }

        var delay = arrival.Time - hole.Time;
        if (LeftUntold(hole, arrival) || (hole.MissingFrame == 0 && dupAcks == 0))
        {
            // Nothing had told the sender of the hole: only its timer could have sent this, and no timer is that fast.
            return delay < 150 * Millisecond;
        }

        // The receiver's word went by; the sender's reaction takes at least the way there and back, which is not known here.
        var roundTrip = fwd.MinRtt == 0 ? 3 * Millisecond : Math.Max(fwd.MinRtt - 1, 100) * 1000L;
        return dupAcks < 3 && delay < roundTrip / 2;
    }

    /// <summary>It echoes a stamp older than the first word of the hole: it left before its sender had heard that (RFC 7323, 4.3).</summary>
    private static bool LeftUntold(in Transmission hole, in Transmission arrival) =>
        hole.MissingTsVal != 0 && arrival.TsEcr != 0 && SequenceNumber.Less(arrival.TsEcr, hole.MissingTsVal);

    /// <summary>
    /// Whether the transmission was sent before the segment that showed a hole, which something else filled meanwhile. Time says nothing then; within one
    /// tick of the timestamp clock it is older when what filled the hole was stamped later.
    /// </summary>
    public static bool IsOlder(bool stamped, uint tsVal, ushort ipId, uint filledBy, in Transmission arrival) => ByStamp(stamped, tsVal, ipId, arrival)
        ?? (stamped && arrival.Is(Transmission.HasTimestamp) && SequenceNumber.Less(arrival.TsVal, filledBy));

    private static bool? ByStamp(bool stamped, uint tsVal, ushort ipId, in Transmission arrival)
    {
        if (stamped && arrival.Is(Transmission.HasTimestamp) && tsVal != arrival.TsVal)
        {
            // RFC 7323: TSval never runs backwards along the order of sending.
            return SequenceNumber.Less(arrival.TsVal, tsVal);
        }

        // Per-connection counters (Linux, Windows) give neighbours neighbouring Identifications.
        var apart = (short)(arrival.IpId - ipId);
        return arrival.IpId != 0 && ipId != 0 && Math.Abs((int)apart) < NearIds && apart != 0 ? apart < 0 : null;
    }
}

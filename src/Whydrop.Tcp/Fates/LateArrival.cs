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
        var stamped = hole.Is(Transmission.HasTimestamp) && arrival.Is(Transmission.HasTimestamp);
        if (stamped && hole.TsVal != arrival.TsVal)
        {
            // RFC 7323: TSval never runs backwards along the order of sending.
            return SequenceNumber.Less(arrival.TsVal, hole.TsVal);
        }

        // Per-connection counters (Linux, Windows) give neighbours neighbouring Identifications.
        var apart = (short)(arrival.IpId - hole.IpId);
        if (arrival.IpId != 0 && hole.IpId != 0 && Math.Abs((int)apart) < NearIds && apart != 0)
        {
            return apart < 0;
        }

        var delay = arrival.Time - hole.Time;
        if (hole.MissingFrame == 0 && dupAcks == 0)
        {
            // Nothing told the sender of the hole: only its timer could have sent this, and no timer is that fast.
            return delay < 150 * Millisecond;
        }

        // The receiver's word went by; the sender's reaction takes at least the way there and back, which is not known here.
        var roundTrip = fwd.MinRtt == 0 ? 3 * Millisecond : Math.Max(fwd.MinRtt - 1, 100) * 1000L;
        return dupAcks < 3 && delay < roundTrip / 2;
    }
}

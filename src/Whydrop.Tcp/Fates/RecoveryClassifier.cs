using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Flows;

namespace Whydrop.Tcp.Fates;

/// <summary>Tells what made a sender send bytes again: the receiver's duplicate ACKs, a tail loss probe, or the retransmission timer.</summary>
// SAFETY: the board is one of a slab that never moves; it is read only for the length of the call.
internal static class RecoveryClassifier
{
    private const long Millisecond = 1_000_000;

    /// <summary>Linux's TCP_RTO_MIN (include/net/tcp.h); RFC 6298 (2.4) asks for 1 s, no common stack waits that long.</summary>
    public const long SmallestTimeout = 200 * Millisecond;

    /// <summary>Timers fire late, seldom early: a tick of a 250 Hz clock is allowed.</summary>
    private const long Tick = 8 * Millisecond;

    /// <summary>Why a transmission of bytes was sent that had passed before.</summary>
    public static unsafe Recovery Classify(Board* b, in Transmission previous, in Transmission now, in SenderState fwd, int dupAcks)
    {
        var since = now.Time - previous.Time;
        var silent = now.Time - Math.Max(previous.Time, Math.Max(b->HeardTime, b->SentTime));
        if (previous.Time == long.MinValue)
        {
            return Recovery.Unknown;
        }

        var shown = previous.MissingFrame != 0 || (dupAcks >= 3 && now.Start <= b->Una64);
        if (shown && silent < SmallestTimeout - Tick)
        {
            return Recovery.FastRetransmit;
        }

        if (now.Start < b->TimeoutUpTo && silent < SmallestTimeout - Tick)
        {
            return Recovery.Timeout; // Go-back-N after the timer, RFC 5681, 3.1.
        }

        if (since >= SmallestTimeout - Tick)
        {
            return IsTail(b, now) && previous.Number == 1 && now.Start > b->Una64 ? Recovery.TailLossProbe : Recovery.Timeout;
        }

        // RFC 8985, 7.2: PTO = 2 * SRTT, the last segment sent, no earlier answer.
        return IsTail(b, now) && previous.Number == 1 && IsProbeTime(silent, fwd) ? Recovery.TailLossProbe : Recovery.Unknown;
    }

    /// <summary>Why a transmission was sent whose earlier one never passed here.</summary>
    public static unsafe Recovery ClassifyFill(Board* b, in Transmission hole, in Transmission now, in SenderState fwd, int dupAcks)
    {
        var silent = now.Time - Math.Max(b->HeardTime, b->SentTime);
        if ((hole.MissingFrame != 0 || dupAcks > 0) && silent < SmallestTimeout - Tick)
        {
            return Recovery.FastRetransmit;
        }

        return now.Time - hole.Time >= SmallestTimeout - Tick ? Recovery.Timeout : Recovery.Unknown;
    }

    private static unsafe bool IsTail(Board* b, in Transmission now) => now.End >= b->Next64;

    private static bool IsProbeTime(long silent, in SenderState fwd) =>
        silent >= 2 * Millisecond && (fwd.Srtt == 0 || silent >= (fwd.Srtt - 1) * 1500L);
}

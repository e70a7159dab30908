using Whydrop.Tcp.Flows;

namespace Whydrop.Tcp.Fates;

/// <summary>How far a sender may go (RFC 9293, 3.8.6): numbers far beyond the receiver's window are not data of this connection.</summary>
// SAFETY: the board is one of a slab that never moves; it is read only for the length of the call.
internal static class AllowedWindow
{
    /// <summary>The largest window there is is 2^30 bytes (RFC 7323, 2.3).</summary>
    public const long Largest = 1L << 30;

    private const int LargestShift = 14;
    private const long Smallest = 65535;

    /// <summary>Whether bytes up to an offset were not the sender's to send, by the receiver's last word. Twice its window is allowed: words get lost.</summary>
    /// <param name="b">Board of the sender.</param>
    /// <param name="offset">Stream offset.</param>
    /// <param name="receiver">The other end.</param>
    public static unsafe bool Forbids(Board* b, long offset, in SenderState receiver)
    {
        if (receiver.LastAck == 0)
        {
            return offset - b->Next64 > Largest;
        }

        var window = Math.Max((long)receiver.Window << (receiver.IsScaleKnown ? receiver.WindowShift : LargestShift), Smallest);
        return offset - Ledger.OffsetOf(b, receiver.LastAck) > 2 * window;
    }
}

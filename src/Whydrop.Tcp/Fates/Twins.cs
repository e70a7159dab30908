using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Observations;

namespace Whydrop.Tcp.Fates;

/// <summary>
/// Whether bytes that came before are the same datagram again, which the network delivered twice, or sent again. Where the sender stamps no
/// Identification (IPv6) it may have sent them again within a tick of its timestamp clock: then its receiver asked for them.
/// </summary>
// SAFETY: history pages never move; a frame that fell out of the history is answered with null and ends the walk.
internal sealed unsafe class Twins(FlowTable table, FrameHistory history)
{
    private const int MostSteps = 512;

    /// <summary>Whether a frame of the history is the same datagram as this one.</summary>
    public bool CameBefore(Board* b, in Transmission now)
    {
        var hasTimestamp = now.Is(Transmission.HasTimestamp);
        if (now.IpId == 0 && (!hasTimestamp || b->Una64 == 0))
        {
            return false; // Nothing tells them apart, or the receiver is not heard here.
        }

        var sequence = b->SequenceOf(now.Start);
        var number = table.Records[b->Flow]->LastFrame;
        var found = false;
        for (var steps = 0; steps < MostSteps && history[number] is var past && past != null; steps++, number = past->Previous)
        {
            if (now.Time - past->Time >= RecoveryClassifier.SmallestTimeout)
            {
                return found;
            }

            if (past->FromHigh != b->FromHigh || past->Length == 0 || number >= now.Frame)
            {
                continue;
            }

            var after = (int)(past->Sequence + (uint)past->Length - sequence);
            if (after >= now.Length && !SequenceNumber.Greater(past->Sequence, sequence)
                && past->IpId == now.IpId && past->TsVal == now.TsVal && past->HasTimestamp == hasTimestamp)
            {
                if (now.IpId != 0)
                {
                    return true;
                }

                found = true;
            }
            else if (found && after > 0)
            {
                return false; // It came behind later bytes: the receiver asked for it, and the second may be the sender's answer.
            }
        }

        return found;
    }
}

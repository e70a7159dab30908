using Whydrop.Tcp.Observations;
using Whydrop.Tcp.Packets;

namespace Whydrop.Tcp.Flows;

/// <summary>What the first segments of both ends say: where their numbers begin, the options of their SYNs, and the first round trips.</summary>
// SAFETY: a Direction points into slabs that never move; frame bytes are read as bounds-checked spans.
internal static unsafe class OpeningReader
{
    /// <summary>Takes a SYN, or a segment of an end that has sent no data yet.</summary>
    public static void Take(in TcpSegment s, in Direction d, uint frameNumber, ReadOnlySpan<byte> frame)
    {
        var own = d.FwdOpening;
        var peer = d.RevOpening;
        if (!own->Has(SenderOpening.BaseSet))
        {
            own->Base = s.IsSyn ? s.Sequence : s.Sequence - 1;
            own->Bits |= SenderOpening.BaseSet;
        }

        if (!peer->Has(SenderOpening.BaseSet) && s.HasAck)
        {
            peer->Base = s.Acknowledgment - 1;
            peer->Bits |= SenderOpening.BaseSet;
        }

        if (s.HasTimestamp)
        {
            own->Bits |= SenderOpening.TimestampSeen;
        }

        if (s.IsSyn)
        {
            TakeSyn(s, d, frameNumber, frame);
        }
        else if (s.HasAck && d.Opening->InitialRttNanoseconds == 0 && d.Opening->SynTime != 0
            && s.Sequence == own->Base + 1 && s.Acknowledgment == peer->Base + 1)
        {
            d.Opening->InitialRttNanoseconds = (uint)Math.Clamp(s.Time - d.Opening->SynTime, 0, uint.MaxValue);
        }
    }

    private static void TakeSyn(in TcpSegment s, in Direction d, uint frameNumber, ReadOnlySpan<byte> frame)
    {
        var own = d.FwdOpening;
        var optionsAt = s.TcpOffset + 20;
        var kept = Math.Min((int)s.TcpOptionsLength, frame.Length - optionsAt);
        own->Bits |= s.HasAck ? SenderOpening.SawSynAck : SenderOpening.SawSyn;
        if (own->SynFrame == 0)
        {
            own->KeepSyn(s, frameNumber);
        }

        SynOptions.Read(kept > 0 ? frame.Slice(optionsAt, kept) : default, ref *own);
        TakeWindowScale(s, d);
        if (own->Mss != 0)
        {
            d.Rev->Mss = own->Mss;
        }

        if ((d.Opening->Bits & FlowOpening.ClientKnown) == 0)
        {
            var clientHigh = s.FromHigh ^ s.HasAck;
            d.Opening->Bits = (d.Opening->Bits & ~FlowOpening.ClientHigh) | FlowOpening.ClientKnown | (clientHigh ? FlowOpening.ClientHigh : 0);
        }

        if (!s.HasAck)
        {
            d.Opening->SynTime = s.Time;
        }
        else if (d.Opening->SynTime != 0 && d.Opening->HandshakeRtt == 0)
        {
            d.Opening->HandshakeRtt = (uint)Math.Clamp((s.Time - d.Opening->SynTime) / 1000, 0, int.MaxValue) + 1;
        }
    }

    // RFC 7323, 2.2: scaling is in use only when both SYNs offered it.
    private static void TakeWindowScale(in TcpSegment s, in Direction d)
    {
        const byte all = SenderState.ScaleMask;
        if (!d.FwdOpening->Has(SenderOpening.ScaleOffered))
        {
            d.Fwd->Bits = (byte)(d.Fwd->Bits & ~all);
            d.Rev->Bits = (byte)(d.Rev->Bits & ~all);
        }
        else
        {
            var refused = s.HasAck && d.Rev->IsScaleKnown && !d.RevOpening->Has(SenderOpening.ScaleOffered);
            d.Fwd->Bits = (byte)((d.Fwd->Bits & ~all) | (refused ? 0 : d.FwdOpening->Scale));
        }
    }
}

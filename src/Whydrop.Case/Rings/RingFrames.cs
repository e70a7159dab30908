using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Case.Rings;

/// <summary>Frames of a capture in several files are numbered through while it is followed; what is told of them names the real file and its own number.</summary>
internal static class RingFrames
{
    /// <summary>Gives facts of captures and journeys their real files. To be applied once.</summary>
    public static IReadOnlyList<Fact> Apply(IReadOnlyList<Fact> facts, IReadOnlyList<CaptureChain> chains)
    {
        var rings = chains.Where(c => c.Entries.Count > 1).ToDictionary(c => c.First.Path, StringComparer.Ordinal);
        return rings.Count == 0 ? facts : [.. facts.Select(f => Told(f, rings))];
    }

    private static Fact Told(Fact fact, Dictionary<string, CaptureChain> rings)
    {
        if (fact is SegmentPlacement placement)
        {
            fact = placement with { SeenAt = [.. placement.SeenAt.Select(s => rings.TryGetValue(s.Source, out var ring) ? ring.Find(s) : s)] };
        }

        if (!rings.TryGetValue(fact.From.Source, out var own))
        {
            return fact;
        }

        var place = own.Find(fact.From);
        return fact switch
        {
            CaptureSummary summary => summary with { Files = [.. own.Entries.Select(e => e.Path)] },
            TcpFlow flow => flow with { From = place, FromClient = Told(flow.FromClient, own), FromServer = Told(flow.FromServer, own) },
            // The one frame that they name is what is to be looked up.
            ExchangeTiming { MaxAnswerFrame: { } frame } timing => timing with { From = Of(own, timing.From, frame), MaxAnswerFrame = own.Find(frame).Frame },
            FragmentTally { IncompleteExample: { } frame } tally => tally with { From = Of(own, tally.From, frame), IncompleteExample = own.Find(frame).Frame },
            SegmentPlacement { LargestPassedFrame: { } frame } p => p with { From = place, LargestPassedFrame = own.Find(frame) },
            Pause { EndFrame: { } end } pause => pause with { From = place, EndFrame = own.Find(end) },
            SegmentFate { ProvenBy: { } proof } fate => fate with { From = place, ProvenBy = own.Find(proof) },
            _ => fact with { From = place },
        };
    }

    private static Provenance Of(CaptureChain ring, Provenance place, long frame) => ring.Find(place with { Frame = frame });

    private static TcpSender Told(TcpSender sender, CaptureChain ring) => sender.ResetFrame is { } frame ? sender with { ResetFrame = ring.Find(frame) } : sender;
}

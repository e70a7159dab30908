using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Journeys;

/// <summary>
/// A transmission that one capture alone had to hold lost, because its bytes were sent again, did arrive: a capture nearer to the receiver saw it.
/// Its acknowledgment died on the way back, or the sender could not make use of it. What the capture says then holds of the later transmission.
/// </summary>
/// <param name="Capture">Capture whose fates are revised.</param>
/// <param name="Flow">Connection there.</param>
/// <param name="FromClient">Direction of travel.</param>
/// <param name="Frame">Frame of the transmission that arrived.</param>
/// <param name="Sequence">Raw sequence number of the first byte that was sent again.</param>
/// <param name="Length">Bytes.</param>
/// <param name="LaterFrame">Frame of the later transmission.</param>
/// <param name="LaterSent">When it passed.</param>
/// <param name="Lost">The later one was not seen further on; else the receiver had its bytes already.</param>
public sealed record FateRevision(
    int Capture, int Flow, bool FromClient, long Frame, uint Sequence, int Length, long LaterFrame, Timestamp LaterSent, bool Lost)
{
    /// <summary>The facts of captures with these revisions in them: fates, totals, sizes and loads. Sums stay what they were.</summary>
    public static IReadOnlyList<Fact> Apply(IReadOnlyList<Fact> facts, IReadOnlyList<FateRevision> revisions)
    {
        if (revisions.Count == 0)
        {
            return facts;
        }

        var byFrame = revisions.ToLookup(r => (r.Capture, r.Frame));
        var needless = new List<SegmentFate>();
        var losses = new List<(SegmentFate Fate, int By)>();
        var revised = new List<Fact>(facts.Count);
        foreach (var fact in facts)
        {
            if (fact is not SegmentFate { Fate: Fate.LostAfter, From.Frame: { } frame } fate
                || byFrame[(fate.Capture, frame)].FirstOrDefault(r => r.Covers(fate)) is not { } revision)
            {
                revised.Add(fact);
                continue;
            }

            var later = fate with { From = fate.From with { Frame = revision.LaterFrame }, Transmission = fate.Transmission + 1, Sent = revision.LaterSent, Proven = false, ProvenBy = null };
            revised.Add(revision.Lost ? later : later with { Fate = Fate.RetransmittedNeedlessly, NeverDelivered = false });
            losses.Add((fate, -1));
            if (revision.Lost)
            {
                losses.Add((later, 1));
            }
            else
            {
                needless.Add(fate);
            }
        }

        return Move(revised, needless, losses.ToLookup(l => (l.Fate.Capture, l.Fate.FromClient)));
    }

    private bool Covers(SegmentFate fate) =>
        fate.Flow == Flow && fate.FromClient == FromClient && fate.Sequence - Sequence <= (uint)Length && fate.Sequence - Sequence + (uint)fate.Length <= (uint)Length;

    private static List<Fact> Move(List<Fact> facts, List<SegmentFate> needless, ILookup<(int Capture, bool FromClient), (SegmentFate Fate, int By)> losses)
    {
        var captures = needless.ToLookup(f => f.Capture);
        var directions = needless.ToLookup(f => (f.Capture, f.Flow, f.FromClient));
        var told = facts.OfType<FateTally>().Where(t => t.Fate == Fate.RetransmittedNeedlessly).Select(t => t.Capture).ToHashSet();
        var result = new List<Fact>(facts.Count);
        foreach (var fact in facts)
        {
            switch (fact)
            {
                case FateTally { Fate: Fate.LostAfter } t when captures[t.Capture].Any():
                    var (count, bytes) = (captures[t.Capture].Count(), captures[t.Capture].Sum(f => (long)f.Length));
                    if (t.Segments > count)
                    {
                        result.Add(t with { Segments = t.Segments - count, Bytes = t.Bytes - bytes });
                    }

                    if (!told.Contains(t.Capture))
                    {
                        result.Add(t with { Fate = Fate.RetransmittedNeedlessly, Segments = count, Bytes = bytes, UniqueBytes = 0 });
                    }

                    break;
                case FateTally { Fate: Fate.RetransmittedNeedlessly } t:
                    result.Add(t with { Segments = t.Segments + captures[t.Capture].Count(), Bytes = t.Bytes + captures[t.Capture].Sum(f => (long)f.Length) });
                    break;
                case DatagramSizes s when directions[(s.Capture, s.Flow, s.FromClient)].Any():
                    var by = directions[(s.Capture, s.Flow, s.FromClient)].ToLookup(f => f.DatagramLength);
                    result.Add(s with { Sizes = [.. s.Sizes.Select(c => c with { Delivered = c.Delivered + by[c.DatagramLength].Count(), Lost = Math.Max(0, c.Lost - by[c.DatagramLength].Count()) })] });
                    break;
                case LoadTimeline l when losses[(l.Capture, l.FromClient)].Any():
                    result.Add(l with { Bins = Counted(l, losses[(l.Capture, l.FromClient)]) });
                    break;
                default:
                    result.Add(fact);
                    break;
            }
        }

        return result;
    }

    private static LoadBin[] Counted(LoadTimeline load, IEnumerable<(SegmentFate Fate, int By)> losses)
    {
        LoadBin[] bins = [.. load.Bins];
        foreach (var (fate, by) in losses)
        {
            var at = (int)((fate.Sent - load.Start) / load.BinWidth);
            if (at >= 0 && at < bins.Length)
            {
                bins[at] = bins[at] with { LostSegments = Math.Max(0, bins[at].LostSegments + by), LostBytes = Math.Max(0, bins[at].LostBytes + (by * (long)(fate.DatagramLength ?? fate.Length))) };
            }
        }

        return bins;
    }
}

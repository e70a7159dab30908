using System.Net;
using Whydrop.Diagnosis.Statistics;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.View;

/// <summary>What losses on a hop depend on: size, position, flow, rate, delay. Each is a question of its own to the faults that ask it.</summary>
internal static class HopTests
{
    // Below this the tests cannot tell chance from anything: with 20 gaps Kolmogorov's test sees a distance of 0.29, with 10 none below 0.41.
    internal const int Enough = 20;

    // A dependence is claimed at 1 in 1000, denied down to 1 in 100; between them the answer is Unknown.
    internal const double Dependent = 0.001;
    private const double Independent = 0.01;

    internal static IEnumerable<Sighting> Count(Hop hop)
    {
        var text = $"{hop.Losses.Count} losses";
        yield return hop.Losses.Count >= Enough
            ? Sighting.Of(true, text, Evidence(hop))
            : Sighting.Unknown($"{text}, {Enough} are needed to tell chance from a pattern", Evidence(hop));
    }

    /// <summary>Are lost datagrams as large as delivered ones?</summary>
    internal static IEnumerable<Sighting> SizeDoesNotMatter(Hop hop)
    {
        foreach (var narrowing in hop.View.Narrowings.Where(n => n.Placed && n.Losses.Count > 0 && n.Losses.All(hop.Losses.Contains)))
        {
            yield return Sighting.Of(
                false, $"{narrowing.Losses.Count} were larger than the MTU of {narrowing.Scope}, {narrowing.Arithmetic}", narrowing.Device!.From);
        }

        var counts = hop.Losses.Select(l => l.Direction).Distinct().Select(hop.View.Sizes).OfType<DatagramSizes>().ToArray();
        if (counts.Length == 0 || hop.Losses.Count < Enough)
        {
            yield break;
        }

        // Direction by direction: requests and responses differ in size whatever is lost.
        var worst = counts.Min(c => Goodness.SameDistribution([.. c.Sizes.Select(s => ((double)s.DatagramLength, s.Lost, s.Delivered))]));
        var judged = Judge(Math.Min(1, worst * counts.Length), "lost and delivered sizes are alike", [counts[0].From]);

        // Few segments of a direction tell little of sizes. Where none as large as the lost ones got through, it may be a matter of size all the same.
        if (judged.Answer == Answer.Yes && 2 * counts.Where(c => !PassAllSizes(c)).Sum(Lost) > counts.Sum(Lost))
        {
            yield return judged with { Answer = Answer.Unknown, Text = $"{judged.Text}, but none as large as most of the lost ones got through" };
            yield break;
        }

        // Chance gives such a p once in a hundred times: were it a matter of size, none as large as the lost ones would get through.
        yield return judged.Answer == Answer.Unknown && counts.All(PassAllSizes)
            ? judged with { Answer = Answer.Yes, Text = $"{judged.Text}, and as large ones got through" } : judged;
    }

    private static long Lost(DatagramSizes counts) => counts.Sizes.Sum(s => (long)s.Lost);

    private static bool PassAllSizes(DatagramSizes counts) =>
        counts.Sizes.Where(s => s.Lost > 0).Select(s => s.DatagramLength).DefaultIfEmpty().Max() <= counts.Sizes.Where(s => s.Delivered > 0).Select(s => s.DatagramLength).DefaultIfEmpty().Max();

    /// <summary>Do the losses fall on the segments as a fair coin would?</summary>
    internal static IEnumerable<Sighting> GapsAreGeometric(Hop hop)
    {
        if (hop.Losses.Count < Enough || !hop.SizesKnown)
        {
            yield break;
        }

        var (values, followed, adjacent, sent) = (new List<double>(), 0L, 0L, 0L);
        foreach (var of in NearFates(hop).GroupBy(f => (Key: new FlowKey(f.Capture, f.Flow), f.FromClient)))
        {
            if (hop.View.Sender(of.Key.Key, of.Key.FromClient) is not { } sender)
            {
                yield break;
            }

            var fates = of.OrderBy(f => f.DataOrdinal).ThenBy(f => f.StreamOffset).ToArray();
            var ordinals = Ordinals(fates);

            // A sender goes on until all has arrived: the last that it sends is never among the lost.
            var all = Math.Max(sender.Segments + fates.Count(f => f.Fate == Fate.LostBefore), Math.Max(ordinals[^1] + 1, fates.Length));
            var segments = Math.Max(all - 1, Math.Max(ordinals[^1] + 1, fates.Length));
            var ways = Combinatorics.LogChoose(segments, fates.Length);
            var before = -1L;
            for (var i = 0; i < fates.Length; i++)
            {
                // Chance of a gap shorter than this when k losses fall anywhere among n segments. Among few segments many gaps are equal: a toss puts them in order.
                var gap = Math.Max(1, ordinals[i] - before);
                var (atLeast, longer) = (Longer(gap - 1), Longer(gap));
                values.Add(1 - atLeast + ((atLeast - longer) * Toss(fates[i])));
                followed += ordinals[i] + 1 < all ? 1 : 0;
                adjacent += i > 0 && gap == 1 ? 1 : 0;
                before = ordinals[i];
            }

            sent += all;

            double Longer(long gap) => Math.Exp(Combinatorics.LogChoose(segments - gap, fates.Length) - ways);
        }

        var share = values.Count / (double)(sent + Lossless(hop));
        if (share >= 1)
        {
            yield return Sighting.Unknown("nothing came through that losses could have gaps of", Evidence(hop));
            yield break;
        }

        // What drops in bursts, or all from some moment on, drops neighbours: more of them than the share of all that was sent tells.
        // Where none of them was seen, their places among the others are inferred, and do not suffice for a No.
        var p = Math.Min(Goodness.Uniform(values), Combinatorics.BinomialUpper(adjacent, followed, share));
        var judged = Judge(Math.Min(1, 2 * p), $"{values.Count} gaps between losses are geometric", Evidence(hop));
        yield return hop.Seen is null && judged.Answer == Answer.No ? judged with { Answer = Answer.Unknown } : judged;
    }

    /// <summary>Segments of connections without a loss, in the directions of the others.</summary>
    private static long Lossless(Hop hop)
    {
        var sides = hop.Losses.Select(l => l.Fate.FromClient).ToHashSet();
        var lossy = hop.Losses.Select(l => (new FlowKey(l.Fate.Capture, l.Fate.Flow), l.Fate.FromClient)).ToHashSet();
        return hop.Directions.Where(d => sides.Contains(d.FromClient) && !lossy.Contains((d.Key, d.FromClient))).Sum(d => d.Segments);
    }

    /// <summary>Places among all that was sent: those that did not come by are not counted with those that did. Several that one frame shows to be missing are counted on from it.</summary>
    private static long[] Ordinals(SegmentFate[] fates)
    {
        var ordinals = new long[fates.Length];
        var (unseen, before) = (0L, 0L);
        Provenance? hole = null;
        for (var i = 0; i < fates.Length; i++)
        {
            var isUnseen = fates[i].Fate == Fate.LostBefore;
            (before, hole) = isUnseen && fates[i].From == hole ? (before, hole) : (unseen, isUnseen ? fates[i].From : null);
            ordinals[i] = fates[i].DataOrdinal + before;
            unseen += isUnseen ? 1 : 0;
        }

        return ordinals;
    }

    /// <summary>Between 0 and 1, the same for the same loss: its place in the sequence space, which begins at random, well mixed (the finaliser of SplitMix64).</summary>
    private static double Toss(SegmentFate fate)
    {
        var x = (((ulong)fate.Sequence << 32) ^ (ulong)fate.DataOrdinal) * 0x9E3779B97F4A7C15UL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return ((x ^ (x >> 31)) >> 11) / (double)(1UL << 53);
    }

    /// <summary>
    /// The lost transmissions as the capture before the hop saw them, in whose order they came there, or the last that saw them where no hop is known; where it does not tell
    /// them all, as the one nearest to the sender did.
    /// </summary>
    private static SegmentFate[] NearFates(Hop hop)
    {
        var near = hop.Losses.Select(l => l.Placement).OfType<SegmentPlacement>().GroupBy(p => (Key: new FlowKey(p.Capture, p.Flow), p.FromClient)).SelectMany(of =>
        {
            var told = hop.View.Fates(of.Key.Key, of.Key.FromClient).ToLookup(f => (f.Sequence, f.Sent));
            return of.SelectMany(p => told[(p.Sequence, p.Sent)].Take(1));
        }).Distinct().ToArray();
        return near.Length == hop.Losses.Count ? near : hop.Losses.All(l => l.SeenLast is not null) ? [.. hop.Losses.Select(l => l.SeenLast!)] : [.. hop.Losses.Select(l => l.Fate)];
    }

    /// <summary>Does each flow lose its share?</summary>
    internal static IEnumerable<Sighting> FlowsAreAlike(Hop hop)
    {
        var directions = hop.Directions.ToArray();
        var lost = hop.Losses.GroupBy(l => (new FlowKey(l.Fate.Capture, l.Fate.Flow), l.Fate.FromClient)).ToDictionary(g => g.Key, g => g.Count());
        var sides = lost.Keys.Select(k => k.FromClient).ToHashSet();
        var exposed = directions.Where(d => sides.Contains(d.FromClient)).ToArray();
        double total = exposed.Sum(d => d.Segments);
        var cells = exposed
            .Select(d => (Observed: (double)lost.GetValueOrDefault((d.Key, d.FromClient)), Expected: hop.Losses.Count * d.Segments / total))
            .Where(c => c.Expected >= LeastExpected).ToArray();
        if (cells.Length >= 2)
        {
            var judged = Judge(Goodness.ChiSquare(cells), $"{cells.Length} flows lose alike", Evidence(hop));
            yield return judged.Answer == Answer.No && !hop.ListsAll ? judged with { Answer = Answer.Unknown, Text = $"{judged.Text}, of those that are listed" } : judged;
        }
    }

    /// <summary>Is loss the same in busy and in idle times?</summary>
    internal static IEnumerable<Sighting> RateDoesNotMatter(Hop hop)
    {
        foreach (var timeline in Timelines(hop).Where(_ => hop.SizesKnown))
        {
            var busy = timeline.Bins.Where(b => b.Segments > 0).ToArray();
            if (busy.Sum(b => b.LostSegments) < Enough)
            {
                continue;
            }

            // Segment by segment: how busy was the bin of a lost one, how busy that of a delivered one?
            var p = Goodness.SameDistribution([.. busy.Select(b => ((double)b.Segments, (long)b.LostSegments, (long)(b.Segments - b.LostSegments)))]);
            var judged = Judge(p, "loss is the same in busy and idle times", [timeline.From]);

            if (judged.Answer == Answer.No && !hop.KnowsLoad(timeline))
            {
                yield return judged with { Answer = Answer.Unknown, Text = $"{judged.Text}, but most of the load is that of connections without a loss" };
                continue;
            }

            // Chance gives such a p once in a hundred times: a ceiling, were there one, would fit the losses.
            yield return judged.Answer == Answer.Unknown && hop.Buckets.Count > 0 && hop.Buckets.All(b => b.Fit.Fits == false)
                ? judged with { Answer = Answer.Yes, Text = $"{judged.Text}, and no ceiling fits" } : judged;
        }
    }

    /// <summary>
    /// Do those next to the lost ones come from among all? Were each lost by a chance of its own, one in ten of their neighbours would be among the slowest tenth. Of one
    /// connection half of the neighbours are at least as late as their median.
    /// </summary>
    internal static IEnumerable<Sighting> NeighboursAreAsOthers(Hop hop)
    {
        var measured = HopDelay.Measured(hop);
        var all = measured.Sum(h => h.LossGaps);
        if (all >= Enough)
        {
            var late = measured.Where(h => h.DelayAtLoss > h.P90Delay).Sum(h => (h.LossGaps + 1) / 2);
            yield return Judge(Combinatorics.BinomialUpper(late, all, Slowest), "those next to the lost ones wait as others do", [measured[0].From]);
        }
    }

    // The share of all that P90Delay leaves.
    private const double Slowest = 0.1;

    /// <summary>Did nothing wait in line before it was lost?</summary>
    internal static IEnumerable<Sighting> NothingQueued(Hop hop) => Queue(HopDelay.Of(hop)).Select(s => s.Opposite);

    /// <summary>Did others wait in line when it was lost, there or elsewhere on the way?</summary>
    internal static IEnumerable<Sighting> QueuedSomewhere(Hop hop) => Queue(HopDelay.Anywhere(hop)).Select(s => OfSome(hop, s));

    private static Sighting[] Queue(HopDelay? delay) =>
        delay is not { } d ? [] : [d.Queued is { } queued ? Sighting.Of(queued, d.Text, d.From) : Sighting.Unknown(d.Text, d.From)];

    /// <summary>What is not true of the losses together may be true of some: where they died is not known, and may be several places.</summary>
    internal static Sighting OfSome(Hop hop, Sighting sighting) => hop.Placed || sighting.Answer != Answer.No ? sighting
        : sighting with { Answer = Answer.Unknown, Text = $"{sighting.Text}; but they may have died in several places" };

    /// <summary>Both sides of the hop were watched.</summary>
    internal static IEnumerable<Sighting> SeenToVanish(Hop hop) => hop.Placed
        ? [Sighting.Of(true, $"{hop.Losses.Count} seen at {hop.Seen}, proven absent at {hop.Missing}", Evidence(hop))]
        : [];

    /// <summary>No where they had come to the door of whom they were sent to.</summary>
    internal static IEnumerable<Sighting> OnTheWay(Hop hop) => hop.AtTheEnd
        ? [Sighting.Of(false, $"{hop.Losses.Count} of {hop.View.LostSegments} lost segments {hop.End}", Evidence(hop))]
        : hop.Placed ? [Sighting.Of(true, $"they vanished {hop.Place}", Evidence(hop))] : [];

    /// <summary>They left one host and did not come in at the next.</summary>
    internal static IEnumerable<Sighting> BetweenHosts(Hop hop)
    {
        if (hop is { Seen: { } seen, Missing: { } missing })
        {
            yield return seen.Node == missing.Node ? Sighting.Of(false, $"{seen} and {missing} are of one host", hop.Losses[0].From)
                : MayBePod(hop, seen) || MayBePod(hop, missing) ? Sighting.Unknown($"{seen} or {missing} may be a pod's, whose host was not watched", hop.Losses[0].From)
                : Sighting.Of(true, $"they left {seen} and did not come in at {missing}", hop.Losses[0].From);
        }
    }

    /// <summary>A veth, or a device of which nothing is known, of a namespace that was not seen to forward, nor has a route onwards for what it should have received: behind its other end may be the rest of a host.</summary>
    private static bool MayBePod(Hop hop, VantagePoint place) =>
        !hop.View.Interfaces(place.Stack).Any(d => d.At == place && d.Kind != "veth") && !hop.View.Forwards(place)
        && !(place == hop.Missing && hop.View.Addresses(place.Stack).ToArray() is { Length: > 0 } own
            && hop.Losses.Any(l => Destination(hop, l) is { } to && !own.Any(a => Ends.Same(a, to)) && hop.View.Devices.Egress(place.Stack, to) is not null));

    private static IPAddress? Destination(Hop hop, Loss loss) =>
        loss.Placement is { } p && hop.View.Flow(new FlowKey(p.Capture, p.Flow)) is { } flow ? (p.FromClient ? flow.Server : flow.Client).Address : null;

    internal static IEnumerable<LoadTimeline> Timelines(Hop hop)
    {
        var sides = hop.Losses.Select(l => l.Fate.FromClient).ToHashSet();
        var all = hop.View.Facts.Of<LoadTimeline>().Where(t => sides.Contains(t.FromClient)).ToArray();

        // Nearest to where they died: farther away, other delays shift the load.
        var near = hop.Losses.Select(l => l.Placement?.Capture ?? l.SeenLast?.Capture).Distinct().ToArray() is [{ } one] ? all.Where(t => t.Capture == one).ToArray() : [];
        return near.Length > 0 ? near : all.Where(t => t.Capture == hop.Capture);
    }

    internal static Sighting Judge(double p, string text, IReadOnlyList<Provenance> evidence)
    {
        var figures = string.Create(null, $"{text}: p = {p:0.0##}");
        return p >= Independent ? Sighting.Of(true, figures, evidence)
            : p < Dependent ? Sighting.Of(false, string.Create(null, $"not so that {text}: p = {p:0.0e+0}"), evidence)
            : Sighting.Unknown(figures, evidence);
    }

    // The chi-square test wants some five expected in each cell; three is where it starts to be usable.
    private const double LeastExpected = 3;

    private static Provenance[] Evidence(Hop hop) => [.. hop.Losses.Take(12).Select(l => l.From)];
}

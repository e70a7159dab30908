using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Path;

/// <summary>For a time nothing passes between two places, then all goes on.</summary>
internal sealed class PathBlackout : FaultOf<Hop>
{
    public override string Id => "path-blackout";

    public override string Name => "Blackout of a path";

    public override FaultLayer Layer => FaultLayer.Path;

    public override string UserSees => "For seconds everything between two places stands still; then all of it goes on, or has timed out.";

    public override string Mechanism =>
        "A link, a route or an element of the fabric is away for a while. Every packet sent meanwhile is lost, whatever its size and connection; senders wait for their timers, "
        + "each time twice as long, so the stall outlasts the blackout.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("random-loss", "There most packets pass between two that are lost."),
        new("burst-loss-congestion", "There others pass while some are lost, and all wait."),
        new("networkpolicy-drop", "There it does not end, and other connections go on."),
        new("firewall-state-loss", "There new connections get through while those that were open still do not."),
        new("transient-routing-loop", "There the packets go round until their TTL ends, and a router says so."),
    ];

    public override string Remedy => "See what the network did at that moment: link and routing events of the switches and the provider, failover, STP; then shorten the convergence or add a second way.";

    public override string Verify => "A ping or heartbeat between the two places, several times a second, for a day: no gap.";

    public override IReadOnlyList<string> References => ["RFC 6298 (5.5: exponential back-off)", "RFC 5880 (BFD)", "RFC 4098 (convergence)"];

    protected override IEnumerable<QuestionOf<Hop>> Ask() =>
    [
        new("Was everything lost that was sent in a time longer than a retransmission time-out?", Quantifier.Any, QuestionRole.Signature, AllLost),
        new("Did data pass there before or after?", Quantifier.Any, QuestionRole.Signature, PassedElse),
        new("Did what was hit pass there again when it was over?", Quantifier.Any, QuestionRole.Signature, PassedAgain),
        new("Were the receivers silent meanwhile?", Quantifier.All, QuestionRole.Signature, Silent),
        new("Were packets seen before the hop and never after it, by captures that were alive?", Quantifier.Any, QuestionRole.Mechanism, HopTests.SeenToVanish),
        new("Was there more of the way to go than the door of the receiver?", Quantifier.Any, QuestionRole.Mechanism, HopTests.OnTheWay),
        new("Does next to nothing get lost at other times?", Quantifier.Any, QuestionRole.Discriminator, OnlyThen, "random-loss"),
        new("Did they die between hosts, not within one?", Quantifier.Any, QuestionRole.Discriminator, HopTests.BetweenHosts, "networkpolicy-drop"),
        new("Did what was hit get through again when others did?", Quantifier.Any, QuestionRole.Discriminator, GotThroughAgain, "firewall-state-loss"),
        new("Did no router say that their TTL ended?", Quantifier.All, QuestionRole.Discriminator, NotInCircles, "transient-routing-loop"),
        new("Were all connections hit that spoke then?", Quantifier.Any, QuestionRole.Support, Everyone),
    ];

    protected override IEnumerable<Hop> Propose(CaseView view) => view.Hops.Where(h => h.Seen is not null && Dark(h) is not null);

    protected override string Summarise(Hop hop)
    {
        var (from, to, lost) = Dark(hop)!.Value;
        return string.Create(null, $"Nothing passed {hop.Place} for at least {(to - from).TotalSeconds:0.0} s from {from}: all {lost.Length} segments sent then were lost.");
    }

    protected override IEnumerable<NextEvidence> Next(Hop hop) => HopEvidence.For(hop);

    // RFC 6298 allows no time-out below a second, Linux takes 0.2 s (TCP_RTO_MIN): a shorter gap could be one burst.
    private static readonly TimeSpan TimeOut = TimeSpan.FromMilliseconds(200);

    // A bin of the timeline in which it began or ended holds some that passed.
    private const int Few = 3;

    /// <summary>The longest time in which losses follow each other and nothing else passed: the losses of the hop, cut where something got through.</summary>
    private static (Timestamp From, Timestamp To, Loss[] Lost)? Dark(Hop hop)
    {
        var losses = hop.Losses.OrderBy(l => l.Fate.Sent).ToArray();
        var bins = Bins(hop);
        (Timestamp From, Timestamp To, Loss[] Lost)? longest = null;
        for (var (first, next) = (0, 1); first < losses.Length; first = next)
        {
            for (next = first + 1; next < losses.Length && !Within(bins.Passing, losses[first].Fate.Sent, losses[next].Fate.Sent); next++)
            {
            }

            var (from, to) = (losses[first].Fate.Sent, losses[next - 1].Fate.Sent);
            if (longest is not { } l || to - from > l.To - l.From)
            {
                longest = (from, to, losses[first..next]);
            }
        }

        return longest is { } found && found.To - found.From >= TimeOut && found.Lost.Length >= Few && Within(bins.Dark, found.From, found.To) ? found : null;
    }

    /// <summary>Times of the timelines in which something passed, and in which all that was sent was lost; each in the order of time.</summary>
    private static ((Timestamp Start, Timestamp End)[] Passing, (Timestamp Start, Timestamp End)[] Dark) Bins(Hop hop)
    {
        var bins = HopTests.Timelines(hop).SelectMany(t => t.Bins.Select((b, i) => (Bin: b,
            Start: new Timestamp(t.Start.UnixNanoseconds + i * t.BinWidth.Ticks * 100), End: new Timestamp(t.Start.UnixNanoseconds + (i + 1) * t.BinWidth.Ticks * 100))))
            .OrderBy(b => b.Start).ToArray();
        return ([.. bins.Where(b => b.Bin.Segments > b.Bin.LostSegments).Select(b => (b.Start, b.End))],
            [.. bins.Where(b => b.Bin.Segments > 0 && b.Bin.Segments == b.Bin.LostSegments).Select(b => (b.Start, b.End))]);
    }

    /// <summary>One of them lies wholly within a time.</summary>
    private static bool Within((Timestamp Start, Timestamp End)[] bins, Timestamp from, Timestamp to)
    {
        var (low, high) = (0, bins.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = bins[middle].Start > from ? (low, middle) : (middle + 1, high);
        }

        return low < bins.Length && bins[low].End < to;
    }

    private static IEnumerable<Sighting> AllLost(Hop hop)
    {
        if (Dark(hop) is not { } dark || !HopTests.Timelines(hop).Any())
        {
            yield break;
        }

        if (OpenedMeanwhile(hop, dark.Lost) is { } opened)
        {
            yield return Sighting.Of(false, $"{opened.Client} opened a connection there meanwhile", opened.From);
        }
        else
        {
            yield return Sighting.Of(
                true, string.Create(null, $"{dark.Lost.Length} of {dark.Lost.Length} in {(dark.To - dark.From).TotalSeconds:0.00} s from {dark.From}"), [.. dark.Lost.Take(12).Select(l => l.From)]);
        }
    }

    /// <summary>A SYN that went there after the first and was answered before the last of them, by the clock of one capture. One that was sent again says not which of them was.</summary>
    private static TcpFlow? OpenedMeanwhile(Hop hop, Loss[] lost)
    {
        var sent = lost.Select(l => (Capture: l.Placement?.Capture ?? l.Fate.Capture, Sent: l.Placement?.Sent ?? l.Fate.Sent)).GroupBy(l => l.Capture).MaxBy(g => g.Count())!;
        var (from, to) = (sent.Min(l => l.Sent), sent.Max(l => l.Sent));
        return Openings.Past(hop.View, sent.Key, hop.Missing, Servers(hop, lost)).FirstOrDefault(f => f.HandshakeRtt is { } trip && !f.FromClient.Observations.ContainsKey("SynRetry") && !f.FromServer.Observations.ContainsKey("SynRetry") && f.First > from && Timestamps.Add(f.First, trip) < to);
    }

    private static IEnumerable<Sighting> PassedElse(Hop hop)
    {
        var directions = hop.Directions.Where(d => hop.Losses.Any(l => l.Fate.FromClient == d.FromClient)).ToArray();
        if (directions.Sum(d => d.Segments) == 0)
        {
            // Not even what was lost is in these figures: they were not collected.
            yield break;
        }

        var passed = directions.Sum(d => d.Segments) - hop.Losses.Count;
        yield return Sighting.Of(passed > 0, $"{Math.Max(0, passed)} segments did");
    }

    // Where nothing that was sent there was ever heard of again, the other end may as well be gone; where others get through then, a box on the way may have forgotten these.
    private static IEnumerable<Sighting> PassedAgain(Hop hop)
    {
        var dark = Dark(hop)!.Value;
        if (dark.Lost.FirstOrDefault(l => !l.Fate.NeverDelivered) is { } again)
        {
            yield return Sighting.Of(true, "what was lost arrived later", again.From);
        }
        else if (hop.Missing is not null && Bins(hop).Passing is [.., var last] && last.Start > dark.To)
        {
            yield return Sighting.Unknown($"data of others did after {last.Start}; what was hit was not heard of again", dark.Lost[^1].From);
        }
        else if (dark.Lost.MaxBy(l => l.Fate.Sent)!.Placement is var there && Openings.Past(hop.View, there?.Capture ?? hop.Capture, hop.Missing, Servers(hop, dark.Lost)).Where(f => f.First > (there?.Sent ?? dark.To)).MinBy(f => f.First) is { } opened)
        {
            yield return Sighting.Unknown($"{opened.Client} opened a connection there later; what was hit was not heard of again", opened.From);
        }
        else
        {
            yield return Sighting.Unknown("nothing was seen to", dark.Lost[^1].From);
        }
    }

    /// <summary>A window is closed in answer to what arrives: whoever closes it in the dark, later than a round trip after its beginning, has heard of something sent then.</summary>
    private static IEnumerable<Sighting> Silent(Hop hop)
    {
        var dark = Dark(hop)!.Value;
        var periods = hop.View.Facts.Of<ZeroWindowPeriod>().ToLookup(p => (new FlowKey(p.Capture, p.Flow), p.ReceiverIsClient));
        foreach (var direction in dark.Lost.Select(l => l.Direction).Distinct())
        {
            var key = hop.View.Connections.NearestToSender(direction);
            var fromClient = hop.View.Connections.FromClient(key, direction);
            var closed = periods[(key, !fromClient)].ToArray();
            var answer = Array.Find(closed, p => p.Start > Timestamps.Add(dark.From, hop.View.Sender(key, fromClient)?.MinRtt ?? TimeSpan.Zero) && p.Start < dark.To);
            yield return answer is not null ? Sighting.Unknown("a receiver closed its window meanwhile", answer.From)
                : closed.Length == 0 && hop.View.Sender(key, !fromClient)?.Observations.GetValueOrDefault("ZeroWindow") is not 0 ? Sighting.Unknown("when windows were closed was not listed")
                : Sighting.Of(true, "none closed its window");
        }
    }

    private static HashSet<IPEndPoint> Servers(Hop hop, IEnumerable<Loss> lost) =>
        [.. lost.Select(l => hop.View.Trails[l.Direction.Connection]).Where(t => t.Flows.Count > 0).Select(t => t.ServerThere)];

    private static IEnumerable<Sighting> OnlyThen(Hop hop)
    {
        var dark = Dark(hop)!.Value;
        var others = hop.Losses.Count - dark.Lost.Length;
        yield return others * 10 <= dark.Lost.Length ? Sighting.Of(true, $"{others} losses at other times") : Sighting.Unknown($"{others} losses at other times, {dark.Lost.Length} then");
    }

    private static IEnumerable<Sighting> NotInCircles(Hop hop)
    {
        var hit = Dark(hop)!.Value.Lost.Select(l => l.Direction).ToHashSet();
        var expired = TimeExceeded.About(hop.View, hit).ToArray();
        yield return expired.Length == 0 ? Sighting.Of(true, "none did") : Sighting.Of(false, $"{expired[0].Reporter} did, {expired.Length} times", [.. expired.Take(12).Select(e => e.From)]);
    }

    private static IEnumerable<Sighting> GotThroughAgain(Hop hop)
    {
        var lost = Dark(hop)!.Value.Lost.GroupBy(l => l.Direction).ToArray();
        foreach (var direction in lost.Where(g => g.Any(l => !l.Fate.NeverDelivered)).Take(4))
        {
            yield return Sighting.Of(true, "the same bytes arrived later", direction.First().From);
        }

        foreach (var direction in lost.Where(g => g.All(l => l.Fate.NeverDelivered)).Select(g => g.First()))
        {
            var capture = direction.Placement?.Capture ?? hop.Capture;
            var sent = direction.Placement?.Sent ?? direction.Fate.Sent;
            var trail = hop.View.Trails[direction.Direction.Connection];
            var opened = Openings.Past(hop.View, capture, hop.Missing, Servers(hop, [direction])).Where(f => f.First > sent).MinBy(f => f.First);
            if (opened is not null && Openings.LostAfter(hop.Losses.Where(l => l.Direction == direction.Direction), capture, opened.First).ToArray() is { Length: > 0 } after)
            {
                yield return Sighting.Of(false, $"{after.Length} of {trail.Client} vanished after {opened.Client} had opened a connection there", opened.From, after[0].From);
            }
        }
    }

    private static IEnumerable<Sighting> Everyone(Hop hop)
    {
        var dark = Dark(hop)!.Value;
        var hit = dark.Lost.Select(l => l.Direction.Connection).Distinct().Count();
        yield return Sighting.Of(true, $"{hit} connections", dark.Lost[0].From);
    }
}

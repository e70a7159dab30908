using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Fabric;

/// <summary>A token bucket discards what exceeds a rate, without queueing it.</summary>
internal sealed class RatePolicer : FaultOf<Hop>
{
    public override string Id => "rate-policer";

    public override string Name => "Rate policer";

    public override FaultLayer Layer => FaultLayer.Fabric;

    public override string UserSees => "Throughput sticks just below a round figure, with many retransmissions; small transfers are fine.";

    public override string Mechanism =>
        "A token bucket (switch, cloud limit, nft limit, tc police) lets pass what fits rate and burst, and discards the excess at once. Nothing is queued, so the "
        + "round trip does not grow before the loss; TCP swings around the rate.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("random-loss", "There loss is the same at every rate."),
        new("qdisc-drop", "There the excess is queued first: the round trip grows before the loss."),
        new("pmtu-blackhole", "There all datagrams above one size die at any rate."),
    ];

    public override string Remedy => "Raise the limit, or keep below it: pace the senders (fq with maxrate, BBR), shape with a queue in front of the policer.";

    public override string Verify => "Send at nine tenths of the rate found: no loss. Send above it: the delivered rate is the new limit, or the path's own.";

    public override IReadOnlyList<string> References =>
    [
        "RFC 2697, RFC 2698 (token bucket meters)", "Flach et al., An Internet-Wide Analysis of Traffic Policing, SIGCOMM 2016", "net/sched/act_police.c, net/netfilter/nft_limit.c",
    ];

    protected override IEnumerable<QuestionOf<Hop>> Ask() =>
    [
        new("Are there enough losses to fit a rate?", Quantifier.All, QuestionRole.Signature, HopTests.Count),
        new("Do the losses fall where a token bucket of one rate would be empty?", Quantifier.Any, QuestionRole.Signature, Fits),
        new("Is the delivered rate constant while segments are lost?", Quantifier.Any, QuestionRole.Support, Ceiling),
        new("Were segments above the rate seen before the hop and never after it?", Quantifier.Any, QuestionRole.Mechanism, HopTests.SeenToVanish),
        new("Does loss depend on the rate?", Quantifier.Any, QuestionRole.Discriminator, DependsOnRate, "random-loss"),
        new("Did segments pass there without waiting in a queue?", Quantifier.All, QuestionRole.Discriminator, HopTests.NothingQueued, "qdisc-drop"),
        new("Does loss take all sizes alike?", Quantifier.All, QuestionRole.Support, HopTests.SizeDoesNotMatter),
    ];

    protected override IEnumerable<Hop> Propose(CaseView view) => view.Hops;

    protected override string Summarise(Hop hop)
    {
        var fit = hop.Buckets.Select(b => b.Fit).MaxBy(b => b.Quality);
        return fit is null
            ? $"{hop.Losses.Count} segments lost {hop.Place}; whether a rate is behind it is not known."
            : string.Create(null, $"{hop.Losses.Count} segments lost {hop.Place} whenever more than {fit.BytesPerSecond * 8 / 1e6:0.##} Mbit/s is sent (burst about {fit.BurstBytes / 1024:0} KiB), without queueing.");
    }

    protected override IEnumerable<NextEvidence> Next(Hop hop) => HopEvidence.For(hop);

    // TCP's sawtooth under a policer moves by a few percent in a tenth of the time; a path without a ceiling moves by tens.
    private const double ConstantSpread = 0.15;
    private const double WideSpread = 0.4;

    private static IEnumerable<Sighting> Fits(Hop hop) => FitsAll(hop).Select(s => HopTests.OfSome(hop, s));

    private static IEnumerable<Sighting> FitsAll(Hop hop)
    {
        foreach (var (timeline, fit) in hop.Buckets)
        {
            var text = string.Create(
                null, $"{fit.BytesPerSecond * 8 / 1e6:0.##} Mbit/s, {fit.BurstBytes / 1024:0} KiB: empty in {fit.Hits:P0} of the times with loss, for {fit.Exposed:P0} of the segments; chance {fit.Chance:0.00}");
            // A full queue drops at a ceiling too; seen from both of its sides it is no policer.
            if (hop.Placed && HopDelay.Of(hop) is { Queued: true } stood)
            {
                yield return Sighting.Of(false, $"{stood.Text}: a policer makes nothing wait", stood.From);
            }
            else if (fit.Fits == true)
            {
                yield return Sighting.Of(true, text, timeline.From);
            }
            else if (HopDelay.Of(hop) is { Queued: true } delay)
            {
                yield return Sighting.Of(false, $"{delay.Text}: a policer makes nothing wait", delay.From);
            }
            else
            {
                yield return fit.Fits == false && hop.KnowsLoad(timeline) ? Sighting.Of(false, text, timeline.From) : Sighting.Unknown(text, timeline.From);
            }
        }
    }

    private static IEnumerable<Sighting> Ceiling(Hop hop)
    {
        foreach (var (timeline, fit) in hop.Buckets)
        {
            var text = string.Create(null, $"it varies by {fit.Spread:P0}");
            yield return fit.Spread <= ConstantSpread ? Sighting.Of(true, text, timeline.From)
                : fit.Spread >= WideSpread ? Sighting.Of(false, text, timeline.From)
                : Sighting.Unknown(text, timeline.From);
        }
    }

    /// <summary>By the moment or by what went before: a deep bucket lets much pass, and then loses whatever the moment's rate is.</summary>
    private static IEnumerable<Sighting> DependsOnRate(Hop hop) => HopTests.RateDoesNotMatter(hop).Select(s => s.Opposite)
        .Concat(Fits(hop).Where(s => s.Answer == Answer.Yes && HopTests.GapsAreGeometric(hop).Any(g => g.Answer == Answer.No)).Select(s => s with { Text = "losses come together, only while the bucket is empty" }));
}

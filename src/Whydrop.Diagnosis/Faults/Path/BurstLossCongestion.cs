using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Path;

/// <summary>A queue between two hosts overflows and drops neighbours together.</summary>
internal sealed class BurstLossCongestion : FaultOf<Hop>
{
    public override string Id => "burst-loss-congestion";

    public override string Name => "Congestion: a queue on the path overflows";

    public override FaultLayer Layer => FaultLayer.Path;

    public override string UserSees => "Retransmissions at busy times, in all connections that share the way; slow answers shortly before.";

    public override string Mechanism =>
        "More arrives at a link of the path than it carries. What is too much waits; when the queue is full, what comes next is dropped, neighbours together, whosever they are. "
        + "The round trip is longest just before a loss.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("random-loss", "There losses are independent of each other and nothing waits."),
        new("rate-policer", "There the excess is dropped at once: the round trip does not grow."),
        new("qdisc-drop", "There the queue is one of a host's own devices, and its counter says so."),
    ];

    public override string Remedy => "More capacity there, a shorter queue that signals early (fq_codel, CAKE, ECN), or less at once: pacing (fq, BBR), fewer parallel transfers.";

    public override string Verify => "Under the same load the drop counters of the link's queue stand still, and the round trip under load stays near that of an idle path.";

    public override IReadOnlyList<string> References => ["RFC 7567 (active queue management)", "RFC 5681 (TCP congestion control)", "RFC 8289 (CoDel)"];

    protected override IEnumerable<QuestionOf<Hop>> Ask() =>
    [
        new("Did a queue stand while segments died?", Quantifier.Any, QuestionRole.Signature, HopTests.QueuedSomewhere),
        new("Was it where they died?", Quantifier.Any, QuestionRole.Mechanism, h => HopTests.NothingQueued(h).Select(s => HopTests.OfSome(h, s.Opposite))),
        new("Were segments seen before the queue and never after it?", Quantifier.Any, QuestionRole.Mechanism, HopTests.SeenToVanish),
        new("Do losses come together, in busy times, or where the line is longest?", Quantifier.Any, QuestionRole.Discriminator, Together, "random-loss"),
        new("Did they die between hosts, not in a queue of one host?", Quantifier.Any, QuestionRole.Discriminator, HopTests.BetweenHosts, "qdisc-drop"),
        new("Does loss take all sizes alike?", Quantifier.All, QuestionRole.Support, HopTests.SizeDoesNotMatter),
        new("Do all flows lose alike?", Quantifier.All, QuestionRole.Support, HopTests.FlowsAreAlike),
    ];

    protected override IEnumerable<Hop> Propose(CaseView view) => view.Hops;

    protected override string Summarise(Hop hop) => $"{hop.Losses.Count} segments lost {hop.Place}, where others wait in a queue that is full: {HopDelay.Anywhere(hop)?.Text}.";

    protected override IEnumerable<NextEvidence> Next(Hop hop) => HopEvidence.For(hop);

    private static IEnumerable<Sighting> Together(Hop hop) => HopTests.GapsAreGeometric(hop).Concat(HopTests.RateDoesNotMatter(hop)).Concat(HopTests.NeighboursAreAsOthers(hop))
        .Select(s => s.Opposite)

        // Chance may put losses of a queue anywhere; that it could have does not speak against the queue.
        .Select(s => s.Answer == Answer.No ? s with { Answer = Answer.Unknown } : s);
}

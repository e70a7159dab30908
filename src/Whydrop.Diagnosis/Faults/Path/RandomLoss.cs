using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Faults.Path;

/// <summary>Independent loss on a link: each segment has the same chance to die, whatever its size, flow and time.</summary>
internal sealed class RandomLoss : FaultOf<Hop>
{
    public override string Id => "random-loss";

    public override string Name => "Random loss";

    public override FaultLayer Layer => FaultLayer.Path;

    public override string UserSees => "A background of retransmissions all the time, in all connections alike.";

    public override string Mechanism =>
        "A link or element drops each packet with the same small chance: bit errors, a flaky optic or radio, a faulty memory, an emulator. Loss does not depend on the size "
        + "of the datagram, on the flow, on the rate, or on how long ago the last loss was.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("pmtu-blackhole", "There all datagrams above one size die and none below."),
        new("rate-policer", "There loss begins when the rate passes a ceiling."),
        new("qdisc-drop", "There neighbours die together, after the round trip has grown."),
        new("ecmp-bad-member", "There some flows lose much and the others nothing."),
        new("payload-corruption", "There they arrive, damaged, and the receiver counts wrong checksums."),
    ];

    public override string Remedy => "Find the hop by captures on both of its sides, then repair or replace the element: cable, optic, port, virtual switch.";

    public override string Verify => "Run the same load three times as long as before: loss on that hop stays below 1 in 100 000, retransmissions with it.";

    public override IReadOnlyList<string> References => ["RFC 3819 §8 (loss and subnetworks)", "net/ipv4/tcp_recovery.c", "https://wiki.linuxfoundation.org/networking/netem"];

    protected override IEnumerable<QuestionOf<Hop>> Ask() =>
    [
        new("Was there more of the way to go than the door of the receiver?", Quantifier.Any, QuestionRole.Mechanism, h => InTheQueue(h) is { } queue ? [queue] : HopTests.OnTheWay(h)),
        new("Are there enough losses to tell chance from a pattern?", Quantifier.All, QuestionRole.Signature, HopTests.Count),
        new("Does loss take all sizes alike?", Quantifier.All, QuestionRole.Signature, HopTests.SizeDoesNotMatter),
        new("Are the gaps between losses those of independent chance?", Quantifier.All, QuestionRole.Signature, HopTests.GapsAreGeometric),
        new("Were segments seen before the hop and never after it?", Quantifier.Any, QuestionRole.Mechanism, HopTests.SeenToVanish),
        new("Does loss take busy and idle times alike?", Quantifier.All, QuestionRole.Discriminator, HopTests.RateDoesNotMatter, "rate-policer"),
        new("Did segments pass there without waiting in a queue?", Quantifier.All, QuestionRole.Discriminator, HopTests.NothingQueued, "qdisc-drop"),
        new("Do all flows lose alike?", Quantifier.All, QuestionRole.Discriminator, HopTests.FlowsAreAlike, "ecmp-bad-member"),
        new("Did a host that unwraps them find them sound?", Quantifier.All, QuestionRole.Discriminator, Unwrapping.Sound, "payload-corruption"),
    ];

    protected override IEnumerable<Hop> Propose(CaseView view) =>
        view.Hops.Count > 0 ? view.Hops : view.Losses.Count > 0 ? [new Hop(view, view.Losses[0].LastSeen, null, view.Losses[0].Fate.Capture, view.Losses) { OfSizeOnly = true }] : [];

    protected override string Summarise(Hop hop)
    {
        var sides = hop.Losses.Select(l => l.Fate.FromClient).ToHashSet();
        var sent = hop.Directions.Where(d => sides.Contains(d.FromClient)).Sum(d => d.Segments);
        var rate = sent > 0 && hop.ListsAll ? string.Create(null, $", {100.0 * hop.Losses.Count / sent:0.##} % of {sent} segments") : "";
        return $"{hop.Losses.Count} segments lost {hop.Place}{rate}, independent of size and of each other.";
    }

    protected override IEnumerable<NextEvidence> Next(Hop hop) => HopEvidence.For(hop);

    /// <summary>No: all of them had come to the receiver's own device, and its receive queues dropped as many. Null where that is not so, or not known.</summary>
    private static Sighting? InTheQueue(Hop hop)
    {
        var arrived = ReceiverLosses.Find(hop.View).FirstOrDefault(r => r.Losses.ToHashSet<Loss>(ReferenceEqualityComparer.Instance).IsSupersetOf(hop.Losses));
        return arrived is not null && ReceiveQueues.Of(hop.View.Stacks.At(arrived.At)) is { } queues && queues.Account(arrived.Frames)
            ? Sighting.Of(false, $"{hop.Losses.Count} of {hop.View.LostSegments} lost segments had arrived at {arrived.Arrived[0].LastSeen}, and the receive queues there dropped {queues.Total}: none died on the way", [.. arrived.Arrived.Select(l => l.From).Take(24)])
            : null;
    }
}

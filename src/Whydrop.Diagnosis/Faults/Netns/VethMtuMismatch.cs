using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Netns;

/// <summary>The two ends of a veth pair have different MTUs: what the larger end sends, the smaller one drops.</summary>
internal sealed class VethMtuMismatch : FaultOf<VethMtuMismatch.Pair>
{
    public override string Id => "veth-mtu-mismatch";

    public override string Name => "The two ends of a veth pair disagree on the MTU";

    public override FaultLayer Layer => FaultLayer.Netns;

    public override string UserSees => "Large packets into a pod, or out of it, never arrive, and nobody sends an ICMP message.";

    public override string Mechanism =>
        "A veth end accepts what its own MTU allows and hands it to its peer, which drops what is larger than its MTU. That is layer 2: no router is involved, no ICMP is sent. "
        + "The same drop shows twice, as tx_dropped at the sending end and rx_dropped at the receiving end.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("pmtu-blackhole", "There a router drops what does not fit the device it must leave by, and counts it in FragFails."),
        new("qdisc-drop", "There tx_dropped grows too, but nothing at the peer, and size does not matter."),
    ];

    public override string Remedy => "Give both ends the same MTU, by the setting of the network plug-in that makes the pair; recreate the pods.";

    public override string Verify => "A full-size packet passes both ways; tx_dropped and rx_dropped of the pair stay as they are.";

    public override IReadOnlyList<string> References => ["net/core/dev.c __dev_forward_skb2, include/linux/netdevice.h __is_skb_forwardable", "drivers/net/veth.c veth_forward_skb"];

    protected override IEnumerable<QuestionOf<Pair>> Ask() =>
    [
        new("Do the two ends of the pair have different MTUs?", Quantifier.All, QuestionRole.Signature, Differ),
        new("Were datagrams lost that fit the larger end and not the smaller?", Quantifier.Any, QuestionRole.Signature, LostInBand),
        new("Was such a datagram seen at the larger end and never at the smaller?", Quantifier.Any, QuestionRole.Mechanism, Died),
        new("Is the peer next to it on layer 2, with no routing between?", Quantifier.All, QuestionRole.Discriminator, Adjacent, "pmtu-blackhole"),
        new("Is loss a matter of size on this pair?", Quantifier.Any, QuestionRole.Discriminator, OfSize, "qdisc-drop"),
        new("Do tx_dropped of the larger end and rx_dropped of the smaller mirror each other?", Quantifier.Any, QuestionRole.Support, Mirrored),
    ];

    protected override IEnumerable<Pair> Propose(CaseView view)
    {
        foreach (var (a, b) in VethPairs.All(view).Where(p => p.A.Mtu is not null && p.B.Mtu is not null))
        {
            var (larger, smaller) = a.Mtu >= b.Mtu ? (a, b) : (b, a);
            if (larger.Mtu == smaller.Mtu && view.LostSegments == 0)
            {
                continue;
            }

            yield return new Pair(view, larger, smaller, [.. view.Losses.Where(l => InBand(view, l, larger, smaller))]);
        }
    }

    protected override string Summarise(Pair p) =>
        $"{Scope.Of(p.Smaller.At)} (MTU {p.Smaller.Mtu}) drops what its peer {Scope.Of(p.Larger.At)} (MTU {p.Larger.Mtu}) sends above it"
        + (p.Losses.Count > 0 ? $": {p.Losses.Min(l => l.DatagramLength)} > {p.Smaller.Mtu}." : "; no datagram of that size was seen lost.");

    protected override string RemedyFor(Pair p) =>
        $"Give both ends the same MTU: ip link set {p.Larger.At.Interface} mtu {p.Smaller.Mtu} (and its pod's routes), or ip link set {p.Smaller.At.Interface} mtu {p.Larger.Mtu}; lastingly, by the setting of the network plug-in that makes the pair.";

    protected override IEnumerable<NextEvidence> Next(Pair p)
    {
        var watch = TimeSpan.FromSeconds(60);
        foreach (var end in new[] { p.Larger, p.Smaller })
        {
            var enter = end.At.Netns is { } netns ? $"ip netns exec {netns} " : "";
            yield return new NextEvidence(
                end.At, $"{enter}timeout 60 tcpdump -ni {end.At.Interface} -s 128 -w {end.At.Netns ?? end.At.Node ?? "node"}-{end.At.Interface}.pcap 'tcp'", watch,
                $"whether datagrams above {p.Smaller.Mtu} bytes pass from one end to the other; both at the same time");
        }
    }

    private static bool InBand(CaseView view, Loss loss, NetworkInterface larger, NetworkInterface smaller)
    {
        if (!view.DiedOfSize(loss, smaller.Mtu!.Value, larger.Mtu!.Value))
        {
            return false;
        }

        if (loss.Placement is { AbsenceProven: true } placement)
        {
            return placement.At.Node == larger.At.Node && (placement.MissingAt == smaller.At || (placement.At == larger.At && placement.MissingAt.Stack == smaller.At.Stack));
        }

        var stacks = view.Devices.StacksOnPath(loss.Direction);
        return stacks.Contains(smaller.At.Stack) || stacks.Contains(larger.At.Stack);
    }

    private static IEnumerable<Sighting> Differ(Pair p) =>
        [Sighting.Of(p.Larger.Mtu != p.Smaller.Mtu, $"{p.Larger.At} {p.Larger.Mtu}, {p.Smaller.At} {p.Smaller.Mtu}", p.Larger.From, p.Smaller.From)];

    private static IEnumerable<Sighting> LostInBand(Pair p)
    {
        if (p.Losses.Count == 0)
        {
            return [];
        }

        var text = $"{p.Losses.Count} above {p.Smaller.Mtu} and up to {p.Larger.Mtu} bytes";
        var frames = p.Losses.Select(l => l.From).ToArray();
        return [p.Losses.Count >= 2 || p.Losses[0].Placement is { AbsenceProven: true } ? Sighting.Of(true, text, frames) : Sighting.Unknown(text, frames)];
    }

    private static IEnumerable<Sighting> Died(Pair p) => p.Losses
        .Where(l => l.Placement is { AbsenceProven: true } s && s.At == p.Larger.At && s.MissingAt == p.Smaller.At)
        .Select(l => Sighting.Of(true, $"{l.DatagramLength} > {p.Smaller.Mtu}: seen at {l.Placement!.At}, never at {l.Placement.MissingAt}", l.Placement.From, p.Smaller.From));

    private static IEnumerable<Sighting> Adjacent(Pair p) =>
        [Sighting.Of(true, $"{p.Larger.At.Interface} and {p.Smaller.At.Interface} point at each other", p.Larger.From, p.Smaller.From)];

    private static IEnumerable<Sighting> OfSize(Pair p)
    {
        foreach (var step in p.View.Steps.Where(s => p.Losses.Any(l => l.Direction == s.Direction)))
        {
            yield return Sighting.Of(step.LargestDelivered <= p.Smaller.Mtu, $"up to {step.LargestDelivered} passed, {step.SmallestLost} never", step.From);
        }

        foreach (var loss in p.Losses.Where(l => l.Placement is { AbsenceProven: true, LargestPassed: not null }).Take(1))
        {
            yield return Sighting.Of(loss.Placement!.LargestPassed <= p.Smaller.Mtu, $"{loss.Placement.LargestPassed} passed", loss.Placement.From);
        }
    }

    private static IEnumerable<Sighting> Mirrored(Pair p)
    {
        if (p.View.Delta(p.Larger.At, "Link.TxDropped") is { } sent && p.View.Delta(p.Smaller.At, "Link.RxDropped") is { } received)
        {
            yield return Sighting.Of(sent.Delta > 0 && sent.Delta == received.Delta, $"tx_dropped +{sent.Delta}, rx_dropped +{received.Delta}", sent.From, received.From);
        }
    }

    /// <summary>Both ends of a pair and the losses it could explain.</summary>
    internal sealed class Pair(CaseView view, NetworkInterface larger, NetworkInterface smaller, IReadOnlyList<Loss> losses) : Hypothesis(view, Scope.Of(smaller.At))
    {
        internal NetworkInterface Larger { get; } = larger;

        internal NetworkInterface Smaller { get; } = smaller;

        internal override IReadOnlyList<Loss> Losses { get; } = losses;
    }
}

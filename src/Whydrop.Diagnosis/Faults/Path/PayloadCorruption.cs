using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Path;

/// <summary>Something on the way changes bytes; the receiver's checksum finds it and the segment is dropped.</summary>
internal sealed class PayloadCorruption : FaultOf<PayloadCorruption.Damaged>
{
    public override string Id => "payload-corruption";

    public override string Name => "Damaged segments";

    public override FaultLayer Layer => FaultLayer.Path;

    public override string UserSees => "A background of retransmissions; where the checksum misses it, broken files or TLS alerts (bad_record_mac).";

    public override string Mechanism =>
        "Memory, a NIC or software flips bits. The TCP checksum does not fit any more, and the receiving kernel drops the segment without a word (Tcp.InCsumErrors); to the sender it is lost. "
        + "Inside VXLAN or Geneve the checksum of the outer UDP datagram shows it first, on the node that unwraps (Udp.InCsumErrors).";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("random-loss", "There the segment never arrives."),
        new("capture-csum-artefact", "There only the capture on the sender shows wrong checksums, and the receiver counts none."),
        new("rcvbuf-overrun", "There the segment is sound; the socket has no room."),
    ];

    public override string Remedy => "Compare the payload of one segment hop by hop to find where it changes; turn off receive checksum offload there to be sure; replace that NIC, memory or software.";

    public override string Verify => "Tcp.InCsumErrors, for tunnels over UDP also Udp.InCsumErrors (nstat TcpInCsumErrors UdpInCsumErrors Udp6InCsumErrors), stands still under three times the same load.";

    public override IReadOnlyList<string> References => ["RFC 9293 §3.1 (checksum)", "Stone and Partridge, When the CRC and TCP checksum disagree, SIGCOMM 2000", "net/ipv4/tcp_ipv4.c tcp_v4_rcv", "net/ipv4/udp.c __udp4_lib_rcv"];

    protected override IEnumerable<QuestionOf<Damaged>> Ask() =>
    [
        new("Did the kernel of the receiver find wrong checksums?", Quantifier.Any, QuestionRole.Signature, d => Counted.Grew(d.View, d.At, d.Counter)),
        new("Did segments arrive at its device and were never acknowledged, as many as it found damaged?", Quantifier.Any, QuestionRole.Mechanism, Arrived),
        new("Do most segments pass unharmed?", Quantifier.Any, QuestionRole.Discriminator, MostPass, "vxlan-checksum-offload"),
        new("Did the socket have room for them?", Quantifier.All, QuestionRole.Support, d => Counted.Grew(d.View, d.At, "TcpExt.TCPRcvQDrop", "TcpExt.RcvPruned", "TcpExt.PruneCalled").Select(s => s.Opposite)),
    ];

    private const string OfTcp = "Tcp.InCsumErrors";

    protected override IEnumerable<Damaged> Propose(CaseView view) => view.Facts.Of<CounterDelta>()
        .Where(c => (c.Name == OfTcp || Unwrapping.Damaged.Contains(c.Name)) && c.Delta > 0).Select(c => (c.At, c.Name)).Distinct()
        .Select(c => new Damaged(view, c.At, c.Name, view.Delta(c.At, c.Name)!.Value.Delta)).Where(d => d.Counter == OfTcp || d.There.Count > 0);

    protected override string Summarise(Damaged d) => d.Losses.Count > 0
        ? $"{d.At} found {d.Errors} segments with a wrong checksum, {d.Losses.Count} were lost on their way to it{(d.There.Count > 0 ? $", {d.There.Count} of them seen to arrive" : "")}."
        : $"{d.At} found {d.Errors} segments with a wrong checksum.";

    protected override IEnumerable<NextEvidence> Next(Damaged d)
    {
        var enter = d.At.Netns is { } netns ? $"ip netns exec {netns} " : "";
        yield return new NextEvidence(
            d.At, $"{enter}timeout 60 tcpdump -ni eth0 -s 0 -vv -w {d.At.Netns ?? d.At.Node ?? "receiver"}.pcap tcp", TimeSpan.FromSeconds(60),
            "whole frames, so that checksums can be verified; at the same time on the nodes: behind which place they are wrong");
    }

    private static IEnumerable<Sighting> Arrived(Damaged d)
    {
        if (d.There.Count > 0)
        {
            yield return new Sighting(
                d.EndsProven ? Counted.Tells(d.Errors, d.There.Count) : Answer.Unknown, $"{d.There.Count} arrived in vain, {d.Counter} +{d.Errors}", [.. d.There.Take(12).Select(l => l.From)]);
        }
    }

    private static IEnumerable<Sighting> MostPass(Damaged d)
    {
        if (d.View.Delta(d.At, d.Counter == OfTcp ? "Tcp.InSegs" : d.Counter.Replace("InCsumErrors", "InDatagrams", StringComparison.Ordinal)) is { } sound)
        {
            // Of TCP the damaged are among those received, of UDP beside them (RFC 9293; RFC 4113 udpInDatagrams: delivered).
            var received = sound.Delta + (d.Counter == OfTcp ? 0 : d.Errors);
            yield return Sighting.Of(d.Errors * 2 < received, $"{d.Errors} of {received} received", sound.From);
        }
    }

    /// <summary>A network namespace whose kernel finds wrong checksums.</summary>
    internal sealed class Damaged : Hypothesis
    {
        internal Damaged(CaseView view, VantagePoint at, string counter, long errors)
            : base(view, Scope.Of(at.Stack))
        {
            (At, Counter, Errors) = (at.Stack, counter, errors);
            var to = view.Losses.Where(counter == OfTcp ? EndsThere : l => l.LastSeen?.Stack == At && Unwrapping.Lost(view, l)).ToArray();
            There = counter != OfTcp ? [.. to.Select(l => l.Fate)] : [.. to.Select(l => l.Direction).Distinct().SelectMany(d => view.Connections.FromSender(d)
                .Where(k => view.Flow(k)?.At.Stack == At).TakeLast(1).SelectMany(k => Disorder.FatesAt(view, k, d))).Where(f => f.Fate == Fate.LostAfter)];
            EndsProven = counter != OfTcp || to.All(l => End(l) is { Proven: true });
            Losses = Counted.Agree(errors, to.Length) || Counted.Agree(errors, There.Count) ? to : [];
        }

        internal VantagePoint At { get; }

        internal string Counter { get; }

        internal long Errors { get; }

        /// <summary>Those connections end in that namespace, and not in one behind it.</summary>
        internal bool EndsProven { get; }

        /// <summary>Seen at a device of that namespace, and yet lost.</summary>
        internal IReadOnlyList<SegmentFate> There { get; }

        internal override IReadOnlyList<Loss> Losses { get; }

        internal override bool Placed => There.Count > 0;

        /// <summary>It was sent to that namespace, and no place between misses it.</summary>
        private bool EndsThere(Loss l) => End(l)?.At == At && l.Placement is not { AbsenceProven: true };

        private StackEnd? End(Loss l) => View.Stacks.End(l.Direction.Connection, l.Direction.FromClient != View.Trails[l.Direction.Connection].ToServer.FromClient);
    }
}

using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Fabric;

/// <summary>A firewall moves sequence numbers and leaves those in SACK blocks as they are.</summary>
internal sealed class SeqRandomizationSackMismatch : FaultOf<SeqRandomizationSackMismatch.Moved>
{
    private const string Discarded = "TcpExt.TCPSACKDiscard";

    public override string Id => "seq-randomization-sack-mismatch";

    public override string Name => "Sequence numbers are moved, SACK blocks are not";

    public override FaultLayer Layer => FaultLayer.Fabric;

    public override string UserSees => "Across one firewall a small loss stalls a transfer for a long time; elsewhere the same loss does no harm.";

    public override string Mechanism =>
        "A firewall adds a number of its own to the sequence numbers of one end and takes it off the acknowledgments, but not off the edges of SACK blocks. The sender finds these outside of what it has "
        + "sent, discards them, and repairs a loss only by its retransmission time-out.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("option-stripping", "There SACK is not agreed at all."),
        new("random-loss", "There losses are repaired within a round trip: the SACK blocks are taken."),
    ];

    public override string Remedy => "Switch the randomisation of sequence numbers off for these connections (Cisco: set connection random-sequence-number disable), or SACK on the ends (net.ipv4.tcp_sack=0) until then.";

    public override string Verify => "nstat -az TcpExtTCPSACKDiscard of the sender stays as it is while segments are lost.";

    public override IReadOnlyList<string> References => ["RFC 2018 §4", "RFC 6528 §1", "net/ipv4/tcp_input.c tcp_is_sackblock_valid"];

    protected override IEnumerable<QuestionOf<Moved>> Ask() =>
    [
        new("Did the sender discard SACK blocks?", Quantifier.Any, QuestionRole.Signature, m => m.Sender is { } at ? Counted.Grew(m.View, at, Discarded) : []),
        new("Are its sequence numbers others on the far side of something?", Quantifier.Any, QuestionRole.Mechanism, Shifted),
    ];

    protected override IEnumerable<Moved> Propose(CaseView view)
    {
        var shifts = Shifts(view).ToArray();
        foreach (var g in shifts.GroupBy(s => (Before: s.Before.At, Behind: s.Behind.At, s.Sender)))
        {
            yield return new Moved(view, g.Key.Before, g.Key.Behind, g.Key.Sender, [.. g]);
        }

        foreach (var at in view.Facts.Of<Evidence.Stack.CounterDelta>().Where(d => d is { Name: Discarded, Delta: > 0 }).Select(d => d.At.Stack).Distinct().Where(at => !shifts.Any(s => s.Sender == at)))
        {
            yield return new Moved(view, at, null, at, []);
        }
    }

    protected override string Summarise(Moved m) => (m.Behind is { } behind
        ? $"Between {m.Before} and {behind} the sequence numbers of {m.Connections.Count} connection{(m.Connections.Count == 1 ? "" : "s")} are moved"
        : $"SACK blocks that {m.Sender} gets do not fit what it sent") + (m.Sender is { } at && m.View.Delta(at, Discarded) is { } grown ? $"; {at} discarded {grown.Delta} SACK blocks." : ".");

    protected override IEnumerable<NextEvidence> Next(Moved m)
    {
        if (m.Sender is null || m.View.Delta(m.Sender, Discarded) is null)
        {
            yield return new NextEvidence(m.Sender ?? VantagePoint.Unknown, $"{AttemptEvidence.Enter(m.Sender)}nstat -az TcpExtTCPSACKDiscard (before and after)", null, "whether the sender takes the SACK blocks it gets");
        }

        if (m.Behind is null)
        {
            yield return AttemptEvidence.Capture(null, "tcp", "whether the sequence numbers on the far side of the firewall are others; on both sides at the same time");
        }
    }

    private static IEnumerable<Sighting> Shifted(Moved m) => m.Shifts.Take(8).Select(s => Sighting.Of(
        true, $"{s.Before.Client} > {s.Before.Server}: first number {s.Numbers.Before} at {s.Before.At}, {s.Numbers.Behind} at {s.Behind.At}", s.Before.From, s.Behind.From));

    /// <summary>
    /// The same addresses and ports at the same time, the first number of one end equal at both places and that of the other not: the same connection
    /// (32 bits of chance), renumbered. The TTL of the renumbered end falls on the way.
    /// </summary>
    private static IEnumerable<Shift> Shifts(CaseView view)
    {
        foreach (var group in view.Facts.Of<TcpFlow>().Where(f => f.Synchronised && f.Encapsulation is null).GroupBy(f => (f.Client, f.Server)))
        {
            foreach (var ofClient in new[] { true, false })
            {
                TcpSender Own(TcpFlow f) => ofClient ? f.FromClient : f.FromServer;
                var way = group.GroupBy(f => (ofClient ? f.FromServer : f.FromClient).InitialSequence).MaxBy(g => g.Count())!.OrderByDescending(f => Own(f).Ttl).ToArray();
                foreach (var (a, b) in way.Zip(way.Skip(1)))
                {
                    if (Own(a).InitialSequence != Own(b).InitialSequence && Own(a).Ttl > Own(b).Ttl && a.At.Stack != b.At.Stack && a.First <= b.Last && b.First <= a.Last)
                    {
                        var direction = view.Connections.Direction(new FlowKey(a.Capture, a.Flow), ofClient);
                        var client = direction == view.Trails[direction.Connection].ToServer;
                        var before = way.TakeWhile(f => f != a).ToArray();
                        yield return new Shift(a, b, (Own(a).InitialSequence, Own(b).InitialSequence), view.Stacks.End(direction.Connection, client)?.At, direction)
                        {
                            MayComeIn = before.Length > 0 && !Array.Exists(before, f => f.At.Stack == a.At.Stack),
                        };
                    }
                }
            }
        }
    }

    /// <summary>One end's numbers at two neighbouring places.</summary>
    internal sealed record Shift(TcpFlow Before, TcpFlow Behind, (uint? Before, uint? Behind) Numbers, VantagePoint? Sender, DirectionKey Direction)
    {
        /// <summary>Seen in another network namespace before, and by no other device of the place before.</summary>
        internal bool MayComeIn { get; init; }

        /// <summary>Where the sender's packets go.</summary>
        internal IPAddress To => Before.FromClient.InitialSequence == Numbers.Before ? Before.Server.Address : Before.Client.Address;
    }

    /// <summary>
    /// Two places between which the numbers of a sender are moved; only a sender when nothing tells where. Who sends them does not move them himself: where only his own
    /// device and a later place were watched, it is somewhere between.
    /// </summary>
    internal sealed class Moved(CaseView view, VantagePoint before, VantagePoint? behind, VantagePoint? sender, IReadOnlyList<Shift> shifts)
        : Hypothesis(view, behind is not null && before.Stack == sender ? Scope.Unplaced : view.Devices.Behind(before, shifts.Select(s => s.To), shifts is [{ MayComeIn: true }, ..]))
    {
        internal VantagePoint Before { get; } = before;

        internal VantagePoint? Behind { get; } = behind;

        internal VantagePoint? Sender { get; } = sender;

        internal IReadOnlyList<Shift> Shifts { get; } = shifts;

        internal override bool Placed => Behind is not null;

        internal override IReadOnlySet<int> Connections => Shifts.Select(s => s.Direction.Connection).ToHashSet();

        /// <summary>What was lost of the moved directions, while their sender discarded SACK blocks.</summary>
        internal override IReadOnlyList<Loss> Worsened => Sender is { } at && View.Delta(at, Discarded) is { Delta: > 0 }
            ? [.. View.Losses.Where(l => Shifts.Any(s => s.Direction == l.Direction))] : [];
    }
}

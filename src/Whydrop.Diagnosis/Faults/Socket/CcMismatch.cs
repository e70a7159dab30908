using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Socket;

/// <summary>Sockets towards one destination use different congestion control: on a path with loss one kind is slow and the other is not.</summary>
internal sealed class CcMismatch : FaultOf<CcMismatch.Mixture>
{
    private const string Setting = "net.ipv4.tcp_congestion_control";

    // Mathis et al. 1997: rate = 1.22 MSS / (RTT sqrt(p)); such a model is good to a factor of two.
    private const double Mathis = 1.22;
    private const double Factor = 2;
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(1);

    public override string Id => "cc-mismatch";

    public override string Name => "Different congestion control on one path";

    public override FaultLayer Layer => FaultLayer.Socket;

    public override string UserSees => "One workload is much slower than another on the same path; or one retransmits much and the other starves.";

    public override string Mechanism =>
        "A network namespace takes over the algorithm its node had when it was made, and a program may choose its own. Loss-based algorithms (cubic, reno) halve their window at each loss; BBR sends on at the rate it measured. With a little loss the first collapse, with a shared bottleneck the second take it all.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("random-loss", "That is what the slow ones suffer from; with one algorithm for all, all are slow."),
        new("small-tcp-rmem", "There the receive window limits, and nothing is lost."),
    ];

    public override string Remedy => "Set one net.ipv4.tcp_congestion_control on nodes, pods and virtual machines (with fq as queueing discipline for BBR), and look for the loss that makes the difference.";

    public override string Verify => "ss -ti shows one algorithm; sockets on the same path reach like rates.";

    public override IReadOnlyList<string> References => ["net/ipv4/tcp_cong.c tcp_set_default_congestion_control", "RFC 9438 (CUBIC)", "Mathis et al., The macroscopic behavior of the TCP congestion avoidance algorithm, 1997"];

    /// <inheritdoc />
    public override bool Contributing => true;

    protected override IEnumerable<QuestionOf<Mixture>> Ask() =>
    [
        new("Do sockets towards one destination use different algorithms?", Quantifier.Any, QuestionRole.Signature, Differ),
        new("Is a loss-based one as slow as its loss makes it, and one of the others faster?", Quantifier.Any, QuestionRole.Signature, Slower),
        new("Do the namespaces have different defaults?", Quantifier.Any, QuestionRole.Support, Defaults),
    ];

    protected override IEnumerable<Mixture> Propose(CaseView view) => view.Facts.Of<SocketState>()
        .Where(s => s is { CongestionControl: not null, BytesSent: > 0, Busy: not null, State: "ESTAB" } && s.Busy >= LongEnough)
        .GroupBy(s => (s.At.Stack, s.Local, s.Peer)).Select(g => g.Last())
        .GroupBy(s => s.Peer.Address).Where(g => g.Select(s => s.CongestionControl).Distinct().Count() > 1)
        .Select(g => new Mixture(view, g.Key, [.. g]));

    protected override string Summarise(Mixture m) =>
        $"Towards {m.To}: " + string.Join(", ", m.Sockets.GroupBy(s => s.CongestionControl).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => string.Create(null, $"{g.Count()} with {g.Key} at {g.Max(Rate) / 1000:0} kB/s"))) + ".";

    protected override IEnumerable<NextEvidence> Next(Mixture m)
    {
        yield return new NextEvidence(m.Sockets[0].At.Stack, $"{AttemptEvidence.Enter(m.Sockets[0].At.Stack)}ss -tin dst {m.To}; sysctl {Setting} (on the node, in each pod; twice, while both kinds send)", null, "whether the slow sockets are those of one algorithm");
    }

    private static double Rate(SocketState s) => (s.BytesSent!.Value - (s.BytesRetransmitted ?? 0)) / s.Busy!.Value.TotalSeconds;

    private static bool LossBased(SocketState s) => s.CongestionControl is "cubic" or "reno";

    private static IEnumerable<Sighting> Differ(Mixture m) =>
        [Sighting.Of(true, string.Join(", ", m.Sockets.Select(s => s.CongestionControl).Distinct().Order(StringComparer.Ordinal)), [.. m.Sockets.Select(s => s.From).Take(8)])];

    private static IEnumerable<Sighting> Slower(Mixture m)
    {
        foreach (var slow in m.Sockets.Where(s => LossBased(s) && s is { Mss: > 0, Rtt: not null }))
        {
            var fastest = m.Sockets.Where(s => !LossBased(s)).Select(Rate).DefaultIfEmpty().Max();
            if (slow.Retransmissions is not > 0 || fastest <= 0)
            {
                yield return Sighting.Unknown($"{slow.Local}: nothing retransmitted, or nothing to compare", slow.From);
                continue;
            }

            var loss = slow.Retransmissions.Value / ((double)slow.BytesSent!.Value / slow.Mss!.Value);
            var most = Mathis * slow.Mss.Value / (slow.Rtt!.Value.TotalSeconds * Math.Sqrt(loss));
            var text = string.Create(null, $"{slow.Local} {slow.CongestionControl}: {Rate(slow) / 1000:0} kB/s, its loss of {loss:0.##%} allows {most / 1000:0}; others {fastest / 1000:0}");
            yield return Sighting.Of(Rate(slow) <= most * Factor && fastest >= Rate(slow) * Factor, text, slow.From);
        }
    }

    private static IEnumerable<Sighting> Defaults(Mixture m)
    {
        var set = m.View.Facts.Of<Sysctl>().Where(s => s.Key == Setting).DistinctBy(s => s.At.Stack).ToArray();
        return set.Length < 2 ? [] : [Sighting.Of(set.DistinctBy(s => s.Value).Count() > 1, string.Join(", ", set.Select(s => $"{s.At.Stack}: {s.Value}").Take(4)), [.. set.Select(s => s.From).Take(4)])];
    }

    /// <summary>Sockets towards one address. What is slow has no place: the path is shared.</summary>
    internal sealed class Mixture(CaseView view, IPAddress to, IReadOnlyList<SocketState> sockets)
        : Hypothesis(view, sockets.Select(s => s.At.Stack).Distinct().Count() == 1 ? Scope.Of(sockets[0].At.Stack) : Scope.Unplaced)
    {
        internal IPAddress To { get; } = to;

        internal IReadOnlyList<SocketState> Sockets { get; } = sockets;

        internal override bool Placed => false;
    }
}

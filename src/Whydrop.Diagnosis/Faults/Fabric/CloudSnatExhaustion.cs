using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Faults.Fabric;

/// <summary>A translator outside the nodes has no source port left towards one destination.</summary>
internal sealed class CloudSnatExhaustion : FaultOf<CloudSnatExhaustion.Crowd>
{
    // Fewer open connections than this say nothing of a limit.
    private const int Several = 2;

    public override string Id => "cloud-snat-exhaustion";

    public override string Name => "No source port left for translation outside the node";

    public override FaultLayer Layer => FaultLayer.Fabric;

    public override string UserSees => "New connections to one address and port outside time out now and then, under load; connections that are open go on, other destinations work.";

    public override string Mechanism =>
        "A NAT gateway or load balancer translates many sources to a few ports for each destination. When the share of a node is in use, or waits to be free again, a new SYN is dropped there; nobody inside sees more than silence.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("snat-port-exhaustion-node", "There the node itself translates, and the SYN does not leave it."),
        new("sg-nacl-drop", "There it depends on addresses and ports, not on how many connections are open."),
        new("listen-overflow", "There the SYN arrives at the server."),
    ];

    public override string Remedy => "Give the gateway more ports or addresses, use a private endpoint, keep connections open and reuse them. Ask the provider's figures: Azure SNAT connection count, AWS ErrorPortAllocation, GCP OUT_OF_RESOURCES.";

    public override string Verify => "The provider's count of failed allocations stays at its value, and a SYN-ACK answers the first SYN under the same load.";

    public override IReadOnlyList<string> References => ["RFC 4787 REQ-1", "https://github.com/jenkins-infra/helpdesk/issues/3908", "https://github.com/Azure/AKS/issues/4697"];

    protected override IEnumerable<QuestionOf<Crowd>> Ask() =>
    [
        new("Did attempts to one destination go unanswered while others to it were open?", Quantifier.Any, QuestionRole.Signature, h => h.Answered is { } answered ? [answered] : Crowded(h)),
        new("Did their SYNs leave the node and not come to the other side?", Quantifier.All, QuestionRole.Signature, LeftAndLost),
        new("Is their source translated on the way, outside the nodes that were looked at?", Quantifier.Any, QuestionRole.Signature, Translated),
        new("Did the translator say that its ports are used up?", Quantifier.Any, QuestionRole.Mechanism, _ => []),
    ];

    protected override IEnumerable<Crowd> Propose(CaseView view)
    {
        var established = view.Attempts.Where(a => a.Outcome == AttemptOutcome.Established && a.SynTimes.Count > 0).ToLookup(a => a.ServerThere);
        return view.Attempts.Where(a => a.Outcome == AttemptOutcome.Unanswered).GroupBy(a => a.ServerThere)
            .Select(g => new Crowd(view, g.Key, [.. g], established[g.Key])).Where(c => c.Open.Count >= Several).Concat(Crowd.AllAnswered(view));
    }

    protected override string Summarise(Crowd h) =>
        $"{h.Attempts.Count} attempt{(h.Attempts.Count == 1 ? "" : "s")} to {h.To} unanswered beyond {h.Attempts[0].SynLastSeen}, while {h.Open.Count} connections to it were open through a translator on the way.";

    protected override IEnumerable<NextEvidence> Next(Crowd h)
    {
        yield return new NextEvidence(VantagePoint.Unknown, "the provider's metrics of the NAT gateway or load balancer: ports allocated, allocations failed", null, "whether the translator has ports left for this destination");
    }

    private static IEnumerable<Sighting> Crowded(Crowd h) =>
        [Sighting.Of(true, $"{h.Attempts.Count} unanswered, {h.Open.Count} open", [.. h.Attempts.SelectMany(a => a.Frames).Take(24)])];

    private static IEnumerable<Sighting> LeftAndLost(Crowd h) => h.Attempts.Select(a =>
    {
        var lost = a.LostSyns.Count > 0 ? a.LostSyns[^1] : null;
        var text = lost is null ? $"last seen at {a.SynLastSeen}" : $"between {lost.LastSeen} and {lost.MissingAt}";
        return a.SynArrived == Answer.Yes ? Sighting.Of(false, $"arrived: {text}", a.Frames)
            : lost is { Proven: true } ? Sighting.Of(lost.LastSeen.Stack != lost.MissingAt.Stack, text, a.Frames)
            : Sighting.Unknown(text, a.Frames);
    });

    private static IEnumerable<Sighting> Translated(Crowd h)
    {
        foreach (var attempt in h.Open.Take(8))
        {
            for (var i = 1; i < attempt.SeenAt.Count; i++)
            {
                var (before, behind) = (attempt.SeenAt[i - 1], attempt.SeenAt[i]);
                if (!before.Client.Equals(behind.Client))
                {
                    yield return Sighting.Of(before.At.Stack != behind.At.Stack, $"{before.Client} at {before.At} is {behind.Client} at {behind.At}", attempt.From);
                }
            }
        }
    }

    /// <summary>Attempts to one destination that nothing answered, and what was open to it meanwhile.</summary>
    internal sealed class Crowd : Hypothesis
    {
        private const string Opens = "Tcp.ActiveOpens";

        // A SYN that dies is sent again after a second; an attempt that is given up or refused before that is a failed one (net/ipv4/tcp.c tcp_set_state).
        private static readonly string[] NotAnswered = ["TcpExt.TCPSynRetrans", "Tcp.AttemptFails"];

        internal Crowd(CaseView view, IPEndPoint to, IReadOnlyList<Attempt> attempts, IEnumerable<Attempt> established)
            : base(view, attempts[0].SynLastSeen is { } seen && !MayBePod(view, attempts[0], seen) ? Scope.Of(seen) : Scope.Unplaced)
        {
            To = to;
            Attempts = attempts;
            var first = attempts.Min(a => a.SynTimes[0]);
            Open = [.. established.Where(a => a.SynTimes[0] < first && a.SeenAt[0].Last > first)];
        }

        /// <summary>A network namespace whose every first SYN was answered.</summary>
        private Crowd(CaseView view, VantagePoint at, Sighting answered)
            : base(view, Scope.Of(at)) => (Answered, Open, Attempts) = (answered, [], []);

        internal IPEndPoint To { get; } = new(IPAddress.None, 0);

        /// <summary>What says that no SYN of a namespace went unanswered; null for attempts that did.</summary>
        internal Sighting? Answered { get; }

        /// <summary>Opened before the first of them, and spoke after it.</summary>
        internal IReadOnlyList<Attempt> Open { get; }

        internal override IReadOnlyList<Attempt> Attempts { get; }

        /// <summary>The client's own namespace, by a veth or a device of which nothing is known: the node behind it may be the translator.</summary>
        private static bool MayBePod(CaseView view, Attempt attempt, VantagePoint seen) =>
            view.Stacks.End(attempt.Connection, true)?.At == seen.Stack && !view.Interfaces(seen.Stack).Any(d => d.At == seen && d.Kind is not (null or "veth"));

        /// <summary>Network namespaces that opened connections and got an answer to each first SYN: no translator on the way wanted a port for them.</summary>
        internal static IEnumerable<Crowd> AllAnswered(CaseView view)
        {
            foreach (var at in view.Facts.Of<CounterDelta>().Where(d => d is { Name: Opens, Delta: > 0 }).Select(d => d.At.Stack).Distinct())
            {
                var zeros = Array.ConvertAll(NotAnswered, n => view.Delta(at, n));
                if (view.Delta(at, Opens) is { } opened && Array.TrueForAll(zeros, z => z is { Delta: 0 }))
                {
                    yield return new Crowd(view, at, Sighting.Of(
                        false, $"{at} opened {opened.Delta} connections ({Opens}), and every SYN was answered: {string.Join(", ", NotAnswered.Select(n => $"{n} +0"))}", [opened.From, .. zeros.Select(z => z!.Value.From)]));
                }
            }
        }
    }
}

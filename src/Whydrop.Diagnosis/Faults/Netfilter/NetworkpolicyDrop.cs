using System.Net;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.Faults.Netfilter;

/// <summary>A rule on the way, of a NetworkPolicy or another filter, denies new connections.</summary>
internal sealed class NetworkpolicyDrop : FaultOf<NetworkpolicyDrop.Denial>
{
    public override string Id => "networkpolicy-drop";

    public override string Name => "A rule denies the connection";

    public override FaultLayer Layer => FaultLayer.Netfilter;

    public override string UserSees => "Connecting times out, or is refused, always between the same two workloads and for the same port.";

    public override string Mechanism =>
        "A network plug-in turns NetworkPolicies into rules of the node or pod; what no rule allows is dropped or rejected. Labels that do not match, a policy programmed late for a new pod, or a set "
        + "without its address deny what should pass. A drop leaves no trace but the counter of the rule.";

    public override IReadOnlyList<LookAlike> LookAlikes =>
    [
        new("connection-refused-closed-port", "There the server's own kernel answers with a RST and counts it."),
        new("listen-overflow", "There the SYN comes to the socket, and ListenOverflows counts it."),
        new("forward-policy-drop", "There no rule denies: the default policy of the chain does."),
    ];

    public override string Remedy => "Allow the traffic in the NetworkPolicy: compare the labels of both pods, their namespaces and the port with its selectors; kubectl describe networkpolicy in the namespace of the pod that is denied.";

    public override string Verify => "The counter of the rule stays as it is while clients connect, and a SYN-ACK answers the first SYN.";

    public override IReadOnlyList<string> References => ["net/netfilter/nf_tables_core.c nft_do_chain", "net/ipv4/netfilter/nf_reject_ipv4.c", "https://kubernetes.io/docs/concepts/services-networking/network-policies/"];

    protected override IEnumerable<QuestionOf<Denial>> Ask() =>
    [
        new("Did attempts to open a connection fail?", Quantifier.Any, QuestionRole.Signature, Failed),
        new("Is there a rule on their way that drops or rejects such packets, or an answer that says so?", Quantifier.Any, QuestionRole.Signature, Denies),
        new("Did that rule count as many as were sent?", Quantifier.All, QuestionRole.Mechanism, CountedAsMany),
        new("Were they seen where the rule stands, and not behind it?", Quantifier.Any, QuestionRole.Mechanism, StoppedThere),
        new("Was the answer, or its lack, what that rule gives?", Quantifier.All, QuestionRole.Discriminator, AnswerFits, "connection-refused-closed-port"),
    ];

    protected override IEnumerable<Denial> Propose(CaseView view)
    {
        var failed = view.Attempts.Where(a => a.Outcome is AttemptOutcome.Unanswered or AttemptOutcome.Refused or AttemptOutcome.IcmpError).ToArray();
        var matches = failed.SelectMany(a => view.Firewall.Against(a.ToServer, "new").Where(m => m.Rule is not null && m.Unserved == ServiceLack.None).Select(m => (Attempt: a, Match: m)))
            .GroupBy(m => m.Match.Rule!, ReferenceEqualityComparer.Instance).Select(g => new Denial(view, g.First().Match, [.. g.Select(m => m.Attempt)])).ToArray();

        // A rule that asks more than the evidence holds is worth naming only when its counter agrees.
        var worth = matches.Where(d => d.Match!.Meets == Answer.Yes || d.Counted == Answer.Yes).ToArray();
        var named = worth.SelectMany(d => d.Attempts).ToHashSet();
        var prohibited = failed.Where(a => !named.Contains(a) && a.IcmpErrors.Any(Prohibits)).ToArray();
        var logged = UnansweredConnects.Find(view, UnansweredConnects.TimedOut).Where(c => !view.Attempts.Any(a => Ends.Same(a.Server, c.Server)))
            .SelectMany(c => view.Firewall.Against(c).Select(m => new Denial(view, m, []) { Logged = c }));
        return [.. worth, .. logged, .. prohibited.Length > 0 ? [new Denial(view, null, prohibited)] : Array.Empty<Denial>()];
    }

    protected override string Summarise(Denial d)
    {
        var count = d.Logged?.Lines.Count ?? d.Attempts.Count;
        var what = (d.Syns is { } syns ? $"{syns} SYN{(syns == 1 ? "" : "s")} of " : "") + $"{count} attempt{(count == 1 ? "" : "s")} to {d.Server}";
        return d.Match is { } match
            ? $"{what}: {(match.Rejects ? "rejected" : "dropped")} by the rule \"{match.Text}\" of {match.At}" + (match.Grown is { } grown ? $", which counted {grown}." : ".")
            : $"{what} answered as administratively prohibited by {d.Attempts[0].IcmpErrors.First(Prohibits).Reporter}.";
    }

    protected override string RemedyFor(Denial d) => d.Match is { } match
        ? $"Allow {d.Logged?.At.ToString() ?? d.Attempts[0].ClientThere.Address.ToString()} to {d.Logged?.Server ?? d.Attempts[0].ServerThere} in the NetworkPolicy behind the rule \"{match.Text}\" of {match.At}: compare labels, namespaces and port with its selectors."
        : Remedy;

    protected override IEnumerable<NextEvidence> Next(Denial d)
    {
        var at = d.Match?.At ?? (d.Attempts[0].IcmpErrors.FirstOrDefault(Prohibits) is { } error ? d.View.Stacks.Of(error.Reporter) : null);
        if (d.Counted == Answer.Unknown)
        {
            yield return new NextEvidence(
                at ?? VantagePoint.Unknown, $"{AttemptEvidence.Enter(at)}nft list ruleset; {AttemptEvidence.Enter(at)}iptables-save -c (before and after some attempts)", null, "which rule counts the packets that are denied");
        }

        if (!StoppedThere(d).Any(s => s.Answer == Answer.Yes))
        {
            yield return AttemptEvidence.Capture(at, $"tcp and host {(d.Logged?.Server ?? d.Attempts[0].ServerThere).Address}", "whether the SYNs come in where the rule stands, on the device they come in by");
        }
    }

    // Fewer agree with a counter that grew by one or two for something else.
    private const int Several = 5;

    private static bool Prohibits(IcmpError e) => e is { Version: 4, Type: 3, Code: 9 or 10 or 13 } or { Version: 6, Type: 1, Code: 1 };

    private static IEnumerable<Sighting> Failed(Denial d) => d.Logged is { } logged
        ? [Sighting.Of(true, $"{logged.Lines.Count} to {logged.Server} timed out, says the log of {logged.At}", [.. logged.Lines.Take(24).Select(l => l.From)])]
        : [Sighting.Of(true, $"{d.Attempts.Count}, {d.Syns} SYNs", [.. d.Attempts.SelectMany(a => a.Frames).Take(24)])];

    private static IEnumerable<Sighting> Denies(Denial d)
    {
        if (d.Match is { } match)
        {
            yield return new Sighting(match.Meets == Answer.Yes || d.Counted == Answer.Yes ? Answer.Yes : Answer.Unknown, match.Text, match.Evidence);
        }

        foreach (var error in d.Attempts.SelectMany(a => a.IcmpErrors).Where(Prohibits).Take(1))
        {
            yield return Sighting.Of(true, $"ICMP type {error.Type} code {error.Code} from {error.Reporter}: administratively prohibited", error.From);
        }
    }

    private static IEnumerable<Sighting> CountedAsMany(Denial d) => d.Match?.Grown is { } grown
        ? [new Sighting(d.Counted, $"+{grown}, {d.Syns} SYNs", d.Match.Evidence)] : [];

    private static IEnumerable<Sighting> StoppedThere(Denial d)
    {
        if (d.Match?.At is not { } at)
        {
            yield break;
        }

        // What came to a rule that drops ended there; a few may have been those of somebody else.
        if (d.Logged is not null && d.Match.Meets == Answer.Yes && (d.Syns >= Several ? d.Counted == Answer.Yes : d.Match.Grown == d.Syns))
        {
            yield return Sighting.Of(true, $"as many ended at that rule of {at}", d.Match.Evidence);
        }

        foreach (var attempt in d.Attempts)
        {
            if (attempt.SynArrived == Answer.Yes && d.View.Stacks.End(attempt.Connection, false)!.At != at)
            {
                yield return Sighting.Of(false, $"seen at {attempt.SynLastSeen}, where it was to go", attempt.Frames);
            }
            else if (attempt.SeenAt is [.., var seen] && seen.At.Stack == at)
            {
                yield return Sighting.Of(true, $"last seen at {seen.At}", attempt.Frames);
            }
        }
    }

    private static IEnumerable<Sighting> AnswerFits(Denial d)
    {
        if (d.Match is not { } match)
        {
            yield break;
        }

        if (d.Logged is { } logged)
        {
            yield return match.Rejects ? Sighting.Unknown("reject: timed out", logged.Lines[0].From) : Sighting.Of(true, "drop: timed out", logged.Lines[0].From);
        }

        foreach (var attempt in d.Attempts)
        {
            var text = $"{(match.Rejects ? $"reject {match.Rule!.RejectWith}" : "drop")}: {attempt.Outcome switch { AttemptOutcome.Refused => "RST", AttemptOutcome.IcmpError => "ICMP", _ => "no answer" }}";
            var fits = attempt.Outcome switch
            {
                AttemptOutcome.Unanswered => !match.Rejects ? Answer.Yes : Answer.Unknown,
                AttemptOutcome.IcmpError => match.Rejects ? Answer.Yes : Answer.No,
                _ => !match.Rejects || match.Rule!.RejectWith?.Contains("tcp", StringComparison.OrdinalIgnoreCase) == false || attempt.Refusal!.SenderCounted == Answer.Yes ? Answer.No : Answer.Yes,
            };
            yield return new Sighting(fits, text, [attempt.From]);
        }
    }

    /// <summary>A rule and the attempts that meet it; no rule where only the answer tells.</summary>
    internal sealed class Denial(CaseView view, FirewallMatch? match, IReadOnlyList<Attempt> attempts) : Hypothesis(view, match is null ? Scope.Unplaced : Scope.Of(match.At))
    {
        internal FirewallMatch? Match { get; } = match;

        /// <summary>Connects that no capture saw and a log tells; then there are no attempts.</summary>
        internal UnansweredConnects? Logged { get; init; }

        internal IPEndPoint Server => Logged?.Server ?? Attempts[0].Server;

        /// <summary>Null when only a log tells of them, and they were not counted.</summary>
        internal long? Syns => Logged is null ? Attempts.Sum(a => (long)a.SynTimes.Count) : Logged.Syns;

        internal Answer Counted => Syns is { } syns ? Diagnosis.View.Counted.Tells(Match?.Grown, syns) : Answer.Unknown;

        internal override bool Placed => Match is { At.Node: not null };

        internal override IReadOnlyList<Attempt> Attempts { get; } = attempts;
    }
}

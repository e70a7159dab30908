using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis;

/// <summary>Attempts to reach a Service that has no endpoint for them, with the rule that says so; no rule where only the answer tells.</summary>
/// <param name="view">The case.</param>
/// <param name="at">The node that answers, or drops.</param>
/// <param name="match">The rule of kube-proxy.</param>
/// <param name="attempts">The attempts.</param>
internal sealed class Unserved(CaseView view, VantagePoint? at, FirewallMatch? match, IReadOnlyList<Attempt> attempts) : Hypothesis(view, at is null ? Scope.Unplaced : Scope.Of(at))
{
    internal FirewallMatch? Match { get; } = match;

    internal VantagePoint? At { get; } = at;

    internal long Syns { get; } = attempts.Sum(a => (long)a.SynTimes.Count);

    internal override bool Placed => Match is { At.Node: not null } || (At?.Node is not null && Rejections.Any());

    internal override IReadOnlyList<Attempt> Attempts { get; } = attempts;

    /// <summary>ICMP port unreachable as answer to a SYN: no socket says so, a rule that rejects does.</summary>
    internal IEnumerable<IcmpError> Rejections => Attempts.SelectMany(a => a.IcmpErrors).Where(IsRejection);

    internal static bool IsRejection(IcmpError e) => e is { Version: 4, Type: 3, Code: 3 } or { Version: 6, Type: 1, Code: 4 };

    /// <summary>Failed attempts by the rule of that kind that they meet, or may meet and that counted as many.</summary>
    internal static Unserved[] ByRule(CaseView view, ServiceLack lack) =>
    [
        .. view.Attempts.Where(a => a.Outcome is AttemptOutcome.Unanswered or AttemptOutcome.IcmpError or AttemptOutcome.Refused)
            .SelectMany(a => view.Firewall.Against(a.ToServer, "new").Where(m => m.Unserved == lack && m.Grown != 0).DistinctBy(m => m.At).Select(m => (Attempt: a, Match: m)))
            .GroupBy(m => m.Match.At).Select(g => new Unserved(view, g.Key, g.OrderByDescending(m => m.Match.Meets).ThenByDescending(m => m.Match.Grown).First().Match, [.. g.Select(m => m.Attempt).DistinctBy(a => a.Connection)]))
            .Where(u => u.Match!.Meets == Answer.Yes || u.Match.Grown > 0),
    ];

    /// <summary>Whether packets meet the rule: by what it demands, else by its counter.</summary>
    internal IEnumerable<Sighting> MeetRule()
    {
        if (Match is { } match)
        {
            yield return new Sighting(match.Meets, match.Text, match.Evidence);
            if (match.Grown is { } grown)
            {
                yield return new Sighting(Counted.Tells(grown, Syns), $"it counted {grown}, {Syns} SYNs", match.Evidence);
            }
        }
    }

    /// <summary>They were seen on a device of that namespace, and nowhere behind it.</summary>
    internal IEnumerable<Sighting> Stopped() => Attempts.Where(a => a.SynLastSeen is not null).Select(a =>
        a.SynLastSeen!.Stack == Match?.At ? Sighting.Of(true, $"last seen at {a.SynLastSeen}", a.Frames)
        : a.SeenAt.Any(f => f.At.Stack == Match?.At) ? Sighting.Of(false, $"seen behind it, at {a.SynLastSeen}", a.Frames)
        : Sighting.Unknown($"last seen at {a.SynLastSeen}", a.Frames));
}

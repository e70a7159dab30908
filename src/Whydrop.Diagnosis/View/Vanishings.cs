using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>Groups what vanished by the pair of places around it, whatever kind of packet it was.</summary>
internal static class Vanishings
{
    internal static IReadOnlyList<Vanishing> Find(CaseView view)
    {
        var losses = view.Losses.Where(l => l.LastSeen is not null)
            .ToLookup(l => new Gap(l.LastSeen!, l.Placement?.MissingAt, l.Placement is { AbsenceProven: true }));
        var controls = view.LostControls.ToLookup(c => new Gap(c.LastSeen, c.MissingAt, c.Proven));
        var followed = view.LostControls.Select(c => c.Direction).ToHashSet();
        var unanswered = view.Attempts
            .Where(a => a.Outcome is AttemptOutcome.Unanswered or AttemptOutcome.IcmpError && a.SynLastSeen is not null)
            .ToLookup(a => followed.Contains(a.ToServer) ? Of(a.LostSyns) : new Gap(a.SynLastSeen!, null, false));
        return
        [
            .. losses.Select(g => g.Key).Concat(controls.Select(g => g.Key)).Concat(unanswered.Select(g => g.Key)).Distinct()
                .Select(k => new Vanishing(k.Seen, k.Missing, k.Proven, [.. losses[k]], [.. controls[k]], [.. unanswered[k]]))
                .OrderByDescending(v => v.Proven).ThenByDescending(v => v.Count).ThenBy(v => v.Seen.ToString(), StringComparer.Ordinal),
        ];
    }

    // The SYNs of one attempt may die at several places; the attempt belongs to the last.
    private static Gap Of(IReadOnlyList<LostControl> lost) => new(lost[^1].LastSeen, lost[^1].MissingAt, lost[^1].Proven);

    private sealed record Gap(VantagePoint Seen, VantagePoint? Missing, bool Proven);
}

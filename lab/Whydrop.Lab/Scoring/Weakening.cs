using Whydrop.Diagnosis;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Lab.Scoring;

/// <summary>The property that losing evidence makes no verdict surer: nothing is confirmed or ruled out because something was not collected.</summary>
public static class Weakening
{
    /// <summary>Drops each kind of fact in turn, then each file.</summary>
    /// <returns>One line for each verdict that grows stronger; none when the property holds.</returns>
    public static IReadOnlyList<string> Violations(FactSet facts) => [.. OfKinds(facts), .. OfFiles(facts)];

    /// <summary>Drops each kind of fact in turn.</summary>
    public static IReadOnlyList<string> OfKinds(FactSet facts)
    {
        var full = Statuses(facts);
        return [.. facts.All.Select(f => f.GetType()).Distinct().SelectMany(kind => Surer(full, Statuses(facts.Without(kind)), $"without {kind.Name}"))];
    }

    /// <summary>Drops each file in turn.</summary>
    public static IReadOnlyList<string> OfFiles(FactSet facts)
    {
        var full = Statuses(facts);
        var withheld = new Withheld(facts);
        return [.. withheld.Files.SelectMany(file => Surer(full, Statuses(withheld.Without(file)), $"without {file}"))];
    }

    /// <summary>Judgements on fewer facts that the full facts do not bear.</summary>
    internal static IEnumerable<string> Surer(IReadOnlyList<Stand> full, IReadOnlyList<Stand> fewer, string dropped)
    {
        foreach (var stand in fewer)
        {
            var before = full.Where(f => f.Fault == stand.Fault && Within(f.Scope, stand.Scope)).Select(f => f.Status).ToArray();
            var surer = stand.Status is VerdictStatus.Confirmed or VerdictStatus.RuledOut
                ? !before.Contains(stand.Status) && !(before.Length == 0 && stand.Witnessed)
                : before.Length > 0 && Array.TrueForAll(before, b => b == VerdictStatus.Undecided) && stand.Status != VerdictStatus.Undecided;
            if (surer)
                yield return $"{dropped}: {stand.Fault} at {stand.Scope} becomes {stand.Status}, was {(before.Length == 0 ? "absent" : string.Join(", ", before))}";
        }
    }

    private static Stand[] Statuses(FactSet facts) =>
        [.. Diagnose.JudgeAll(new CaseView(facts)).Select(j => new Stand(j.Verdict.Fault.Id, j.Verdict.Scope, j.Verdict.Status) { Witnessed = IsWitnessed(j.Verdict) })];

    private static bool IsWitnessed(Verdict verdict) => verdict.Status == VerdictStatus.RuledOut && verdict.Readings.Any(r =>
        r.Answer == Answer.No && r.Question.Role is QuestionRole.Signature or QuestionRole.Mechanism && r.Evidence.Count > 0);

    /// <summary>Losing a fact may lose the place: what was said of a device is then said of its node, or of no place.</summary>
    private static bool Within(Scope finer, Scope coarser) =>
        (coarser.Node is null || coarser.Node == finer.Node)
        && (coarser.Netns is null || coarser.Netns == finer.Netns)
        && (coarser.Interface is null || coarser.Interface == finer.Interface);

    /// <summary>How one fault stands in one place.</summary>
    internal sealed record Stand(string Fault, Scope Scope, VerdictStatus Status)
    {
        /// <summary>
        /// Ruled out by something that was seen, and cites it. Where the full facts gave no reason to ask at all (the packet is then known to have died
        /// elsewhere), that answer is not surer than theirs; one that cites nothing rules out by what was not collected.
        /// </summary>
        public bool Witnessed { get; init; }
    }
}

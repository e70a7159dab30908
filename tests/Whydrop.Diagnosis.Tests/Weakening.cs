using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis.Tests;

/// <summary>Dropping a kind of facts may only move verdicts towards Undecided.</summary>
public static class Weakening
{
    public static void Check(FactSet facts)
    {
        var full = Statuses(facts);
        foreach (var kind in facts.All.Select(f => f.GetType()).Distinct())
        {
            foreach (var (key, status) in Statuses(facts.Without(kind)))
            {
                var before = full.Where(f => f.Key.Fault == key.Fault && Within(f.Key.Scope, key.Scope)).Select(f => f.Value).ToArray();
                var told = $"without {kind.Name}: {key} becomes {status}, was {(before.Length == 0 ? "absent" : string.Join(",", before))}";
                if (status is VerdictStatus.Confirmed or VerdictStatus.RuledOut)
                {
                    Assert.True(before.Contains(status), told);
                }
                else if (before.Length > 0 && before.All(b => b == VerdictStatus.Undecided))
                {
                    Assert.True(status == VerdictStatus.Undecided, told);
                }
            }
        }
    }

    /// <summary>Losing a fact may lose the place: what was said of a device is then said of its node, or of no place.</summary>
    private static bool Within(Scope finer, Scope coarser) =>
        (coarser.Node is null || coarser.Node == finer.Node)
        && (coarser.Netns is null || coarser.Netns == finer.Netns)
        && (coarser.Interface is null || coarser.Interface == finer.Interface);

    private static List<KeyValuePair<(string Fault, Scope Scope), VerdictStatus>> Statuses(FactSet facts) =>
        [.. Diagnose.JudgeAll(new CaseView(facts)).Select(j => KeyValuePair.Create((j.Verdict.Fault.Id, j.Verdict.Scope), j.Verdict.Status))];
}

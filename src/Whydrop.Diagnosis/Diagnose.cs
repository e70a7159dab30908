using Whydrop.Diagnosis.Counters;
using Whydrop.Diagnosis.Layers;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis;

/// <summary>Judges a case.</summary>
public static class Diagnose
{
    /// <summary>Judges every fault of the catalogue against the facts. Pure: the same facts give the same answer.</summary>
    public static CaseDiagnosis Run(FactSet facts) => Run(new CaseView(facts));

    /// <summary>The same of facts that were arranged already.</summary>
    internal static CaseDiagnosis Run(CaseView view)
    {
        var artefacts = FaultCatalogue.Artefacts.SelectMany(a => a.Recognise(view)).ToArray();
        var judgements = JudgeAll(view);
        var standing = judgements.Where(j => j.Stands).ToArray();
        var explained = standing.SelectMany(j => j.Losses).Concat(view.Benign).ToHashSet();
        var ledger = LedgerBuilder.Explain(view.Ledger, explained, view.Losses);
        var told = Told(view, judgements);
        var (outcome, reason) = Conclusion.Of(view, told, ledger);

        var diagnosis = new CaseDiagnosis(
            outcome, [.. told.Select(j => j.Verdict)], ledger, artefacts, Chronicle.Of(view), [], view.Facts.Of<Gap>(), FlowsWorthShowing(view))
        {
            OutcomeReason = reason,
            ConnectionsInTrouble = view.Troubles.Count,
            UnexplainedConnections = Conclusion.Unexplained(view, told).Count,
            Counters = CounterTable.Of(view.Facts),
            Layers = LayerTable.Of(view.Facts),
        };
        return diagnosis with { NextEvidence = Next(view, diagnosis, told) };
    }

    /// <summary>What would decide what is open; of a settled case what would complete it.</summary>
    private static NextEvidence[] Next(CaseView view, CaseDiagnosis diagnosis, IEnumerable<Judgement> told)
    {
        var asking = diagnosis.Settled ? told.Where(j => j.Stands) : told;
        var next = asking.SelectMany(j => WorthCollecting(view, j.Next)).ToList();
        if (diagnosis.Outcome == Outcome.Fault && !next.Exists(n => n.Command.Contains("cpu.stat", StringComparison.Ordinal)))
        {
            next.AddRange(OpenEvidence.OfWaits(view));
        }

        if (diagnosis.Outcome != Outcome.Healthy)
        {
            next.AddRange(OpenEvidence.OfDevices(view));
        }

        if (diagnosis.Outcome == Outcome.Inconclusive && next.Count == 0)
        {
            next.AddRange(OpenEvidence.For(view));
        }

        return [.. next.DistinctBy(n => (n.Where, n.Command))];
    }

    /// <summary>A capture is worth taking at a new place, and at an old one only at the same time as at a new one.</summary>
    private static IEnumerable<NextEvidence> WorthCollecting(CaseView view, IReadOnlyList<NextEvidence> next)
    {
        static bool IsCapture(NextEvidence n) => n.Command.Contains("tcpdump", StringComparison.Ordinal);
        var captured = view.Captures.Where(c => c is { Complete: true, At.Interface: not null }).Select(c => c.At).ToHashSet();
        var anew = next.Any(n => IsCapture(n) && !captured.Contains(n.Where));
        return next.Where(n => anew || !IsCapture(n));
    }

    /// <summary>Every fault against every scope it proposes, also those not worth telling.</summary>
    internal static IReadOnlyList<Judgement> JudgeAll(CaseView view) => [.. FaultCatalogue.All.SelectMany(f => f.Judge(view))];

    /// <summary>Those worth telling, the answer first.</summary>
    private static List<Judgement> Told(CaseView view, IReadOnlyList<Judgement> judgements)
    {
        var told = new List<Judgement>();
        foreach (var ofFault in judgements.GroupBy(j => j.Verdict.Fault))
        {
            var standing = ofFault.Where(j => j.Stands).ToArray();
            var open = ofFault.Where(j => j.Verdict.Status == VerdictStatus.Undecided && HasYes(j)).ToArray();
            var atDevices = standing.Where(j => j.Verdict.Scope.Interface is not null).ToLookup(j => j.Verdict.Scope with { Interface = null });
            told.AddRange(standing.Where(j => !atDevices[j.Verdict.Scope].Any(o => SaysMore(o, j))));
            told.AddRange(open);
        }

        DropIdleSuspicions(view, told);

        // Ruled out in one place while it stands in another says little; ruled out everywhere is worth one line, best where the answer is.
        var answer = told.OrderByDescending(Weight).FirstOrDefault()?.Verdict.Scope ?? Scope.Unplaced;
        foreach (var ofFault in judgements.GroupBy(j => j.Verdict.Fault).Where(g => told.TrueForAll(t => t.Verdict.Fault != g.Key)))
        {
            told.AddRange(ofFault.Where(j => j.Verdict.Status == VerdictStatus.RuledOut)
                .OrderByDescending(j => j.Verdict.Scope == answer).ThenByDescending(j => j.Verdict.Scope.Node == answer.Node).Take(1));
        }

        var causes = Causes(told);
        return [.. told.OrderByDescending(Weight).ThenByDescending(j => j.Worsened > 0).ThenBy(j => causes[j.Verdict.Fault.Id].Any(o => LedTo(o, j))).ThenBy(j => j.Verdict.Status)
            .ThenByDescending(j => j.Verdict.Scope.Interface is not null).ThenBy(j => j.Verdict.Fault.Id, StringComparer.Ordinal)];
    }

    /// <summary>
    /// A suspicion that accounts for no symptom of the case is not told beside what is confirmed and accounts for all of them; nor is one that says no more than what the
    /// confirmed cause brings about.
    /// </summary>
    private static void DropIdleSuspicions(CaseView view, List<Judgement> told)
    {
        static bool Idle(Judgement j) => j.Losses.Count == 0 && j.Connections.Count == 0;
        static bool Doubtful(Judgement j) => j.Verdict.Status is VerdictStatus.Suspected or VerdictStatus.Contested;
        var confirmed = told.Where(j => j.Verdict.Status == VerdictStatus.Confirmed && !Idle(j)).ToArray();
        var causes = Causes(confirmed);
        told.RemoveAll(j => Doubtful(j) && !Idle(j) && causes[j.Verdict.Fault.Id].Any(o => LedTo(o, j) && !j.Losses.Except(o.Losses).Any()));
        var losses = confirmed.SelectMany(j => j.Losses).Concat(view.Benign).ToHashSet();
        var connections = confirmed.SelectMany(j => j.Connections).ToHashSet();
        if (confirmed.Length > 0 && view.Losses.All(losses.Contains) && view.Troubles.All(t => connections.Contains(t.Connection)))
        {
            told.RemoveAll(j => Idle(j) && Doubtful(j));
        }
    }

    /// <summary>The same fault at a device of the same network namespace, and surer.</summary>
    private static bool SaysMore(Judgement other, Judgement judgement) =>
        judgement.Verdict.Scope.Node is not null
        && other.Verdict.Status <= judgement.Verdict.Status && other.Losses.Count >= judgement.Losses.Count && other.Connections.Count >= judgement.Connections.Count;

    private static bool HasYes(Judgement judgement) => judgement.Verdict.Readings.Any(r =>
        r.Answer == Answer.Yes && (r.Question.Role is QuestionRole.Signature or QuestionRole.Mechanism));

    /// <summary>By the fault that they may bring about.</summary>
    private static ILookup<string, Judgement> Causes(IEnumerable<Judgement> judgements) =>
        judgements.SelectMany(j => j.Verdict.Fault.LeadsTo, (j, effect) => (j, effect)).ToLookup(c => c.effect, c => c.j, StringComparer.Ordinal);

    /// <summary>The other, which may bring this one about and is as sure, says it of the same connections.</summary>
    private static bool LedTo(Judgement other, Judgement judgement) =>
        other.Verdict.Status <= judgement.Verdict.Status && judgement.Connections.IsSubsetOf(other.Connections);

    /// <summary>How sure, times how much it explains, or of how much it makes the harm.</summary>
    private static double Weight(Judgement judgement)
    {
        var sure = judgement.Verdict.Status switch
        {
            VerdictStatus.Confirmed => 1.0,
            VerdictStatus.Suspected => 0.5,
            VerdictStatus.Contested => 0.25,
            VerdictStatus.Undecided => -1,
            _ => -2,
        };
        if (sure < 0)
        {
            return sure;
        }

        var lost = judgement.Verdict.Explains.OfSegments;
        return sure * Math.Max(judgement.Verdict.Explains.Share, lost > 0 ? Math.Min(1, (double)judgement.Worsened / lost) : 0) * (judgement.Verdict.Fault.Contributing ? 0.5 : 1);
    }

    // What fits on a screen.
    private const int MostFlows = 12;

    private static TcpFlow[] FlowsWorthShowing(CaseView view)
    {
        var lost = view.Losses.GroupBy(l => new FlowKey(l.Fate.Capture, l.Fate.Flow)).ToDictionary(g => g.Key, g => g.Count());
        var withLoss = view.Facts.Of<TcpFlow>().Where(f => lost.ContainsKey(new FlowKey(f.Capture, f.Flow))).ToArray();
        var shown = withLoss.Length > 0 ? withLoss : [.. view.Facts.Of<TcpFlow>()];
        return [.. shown.OrderByDescending(f => lost.GetValueOrDefault(new FlowKey(f.Capture, f.Flow))).ThenByDescending(f => f.FromClient.Bytes + f.FromServer.Bytes).Take(MostFlows)];
    }
}

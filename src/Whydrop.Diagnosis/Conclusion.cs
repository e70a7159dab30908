using Whydrop.Diagnosis.View;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis;

/// <summary>The case in one word, and why.</summary>
internal static class Conclusion
{
    internal static (Outcome Outcome, string Reason) Of(CaseView view, IReadOnlyList<Judgement> told, Ledger ledger)
    {
        if (told.FirstOrDefault(j => j.Stands) is { } first)
        {
            return (Outcome.Fault, first.Verdict.Summary);
        }

        if (ledger.Unexplained > 0)
        {
            return (Outcome.Inconclusive, $"{ledger.Unexplained} of {ledger.LostSegments} lost segments are explained by no known fault.");
        }

        if (told.FirstOrDefault(j => j.Verdict.Status == VerdictStatus.Undecided) is { } open)
        {
            return (Outcome.Inconclusive, $"{open.Verdict.Fault.Name}: not decided. {open.Verdict.Summary}");
        }

        var flows = view.Captures.Sum(c => c.Flows);
        if (flows > 0)
        {
            return (Outcome.Healthy, $"{flows} TCP connections, {ledger.DataSegments} data segments, {(ledger.LostSegments == 0 ? "none lost" : $"{ledger.LostSegments} lost as they may be, and made good")}.");
        }

        var (sent, retransmitted) = Counted(view);
        return (sent, retransmitted) switch
        {
            (> 0, 0) => (Outcome.Healthy, $"{sent} TCP segments counted, none retransmitted."),
            (> 0, > 0) => (Outcome.Inconclusive, $"{retransmitted} of {sent} TCP segments counted were retransmitted; no known fault explains them."),
            _ => (Outcome.Inconclusive, "Nothing was collected that could tell: no TCP in a capture, no pair of counter readings."),
        };
    }

    private static (long Sent, long Retransmitted) Counted(CaseView view)
    {
        var deltas = view.Facts.Of<CounterDelta>();
        return (deltas.Where(d => d.Name == "Tcp.OutSegs").Sum(d => d.Delta), deltas.Where(d => d.Name == "Tcp.RetransSegs").Sum(d => d.Delta));
    }
}

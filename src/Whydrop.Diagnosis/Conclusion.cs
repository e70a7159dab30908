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

        var flows = view.Connections.Count;
        if ((flows == 0 || HasSymptom(view, ledger)) && told.FirstOrDefault(j => j.Verdict.Status == VerdictStatus.Undecided) is { } open)
        {
            return (Outcome.Inconclusive, $"{open.Verdict.Fault.Name}: not decided. {open.Verdict.Summary}");
        }

        if (flows > 0)
        {
            return (Outcome.Healthy, $"{Count(flows, "TCP connection")}, {Count(ledger.DataSegments, "data segment")}, {Lost(ledger)}.");
        }

        var (sent, retransmitted) = Counted(view);
        return (sent, retransmitted) switch
        {
            (> 0, 0) => (Outcome.Healthy, $"{sent} TCP segments counted, none retransmitted."),
            (> 0, > 0) => (Outcome.Inconclusive, $"{retransmitted} of {sent} TCP segments counted were retransmitted; no known fault explains them."),
            _ => (Outcome.Inconclusive, "Nothing was collected that could tell: no TCP in a capture, no pair of counter readings."),
        };
    }

    /// <summary>What a capture cannot show may still be counted: something that drops, or cannot fragment or reassemble.</summary>
    private static bool HasSymptom(CaseView view, Ledger ledger) => ledger.LostSegments > view.Benign.Count
        || view.Facts.Of<CounterDelta>().Any(d => d.Delta > 0 && Symptoms.Contains(d.Name))
        || (view.Benign.Count == 0 && view.Facts.Of<CounterDelta>().Any(d => d.Delta > 0 && (d.Name is "Ip.FragFails" or "Ip6.FragFails")));

    // FragFails stands apart: path MTU discovery at work makes it grow, on the router and on the sender.
    private static readonly HashSet<string> Symptoms = new(StringComparer.Ordinal) { "Qdisc.Dropped", "Link.TxDropped", "Ip.ReasmFails", "Ip6.ReasmFails" };

    private static string Lost(Ledger ledger) => ledger.LostSegments == 0 ? "none lost"
        : $"{ledger.LostSegments} lost to path MTU discovery at work: the same bytes followed at once in smaller segments, as they should";

    private static string Count(long n, string what) => $"{n} {what}{(n == 1 ? "" : "s")}";

    private static (long Sent, long Retransmitted) Counted(CaseView view)
    {
        var deltas = view.Facts.Of<CounterDelta>();
        return (deltas.Where(d => d.Name == "Tcp.OutSegs").Sum(d => d.Delta), deltas.Where(d => d.Name == "Tcp.RetransSegs").Sum(d => d.Delta));
    }
}

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
            var ofOtherKind = first.Losses.Count == 0 && first.Connections.Count == 0;
            return first.Verdict.Status == VerdictStatus.Confirmed || ofOtherKind || ExplainsMost(view, told, ledger)
                ? (Outcome.Fault, first.Verdict.Summary)
                : (Outcome.Inconclusive, $"{first.Verdict.Fault.Name} is suspected, and explains {first.Verdict.Explains} only.");
        }

        if (ledger.Unexplained > 0)
        {
            var more = Unexplained(view, told) is { Count: > 0 } open ? " " + InTrouble(view, open) : "";
            return (Outcome.Inconclusive, $"{ledger.Unexplained} of {ledger.LostSegments} lost segments are explained by no known fault.{more}");
        }

        if (Unexplained(view, told) is { Count: > 0 } troubles)
        {
            return (Outcome.Inconclusive, InTrouble(view, troubles));
        }

        var flows = view.Connections.Count;
        if ((flows == 0 || HasSymptom(view, ledger)) && told.FirstOrDefault(j => j.Verdict.Status == VerdictStatus.Undecided) is { } undecided)
        {
            return (Outcome.Inconclusive, $"{undecided.Verdict.Fault.Name}: not decided. {undecided.Verdict.Summary}");
        }

        if (flows > 0)
        {
            return (Outcome.Healthy, $"{Count(flows, "TCP connection")}, {Count(ledger.DataSegments, "data segment")}, {Lost(ledger)}.");
        }

        var (sent, retransmitted) = Counted(view);
        var (refused, reset) = (Grown(view, "Tcp.AttemptFails"), Grown(view, "Tcp.EstabResets"));
        var unreachable = Grown(view, "Icmp.InDestUnreachs") + Grown(view, "Icmp6.InDestUnreachs");
        return (sent, retransmitted) switch
        {
            (> 0, 0) when refused + reset + unreachable > 0 => (
                Outcome.Inconclusive,
                $"{sent} TCP segments counted, none retransmitted; {Count(refused, "attempt")} to connect failed, {Count(reset, "open connection")} ended by a RST, {Count(unreachable, "ICMP error")} said destination unreachable: no capture tells why."),
            (> 0, 0) => (Outcome.Healthy, $"{sent} TCP segments counted, none retransmitted."),
            (> 0, > 0) => (Outcome.Inconclusive, $"{retransmitted} of {sent} TCP segments counted were retransmitted; no known fault explains them."),
            _ => (Outcome.Inconclusive, "Nothing was collected that could tell: no TCP in a capture, no pair of counter readings."),
        };
    }

    /// <summary>A suspicion is an answer when no more is left open than what stands explains.</summary>
    private static bool ExplainsMost(CaseView view, IReadOnlyList<Judgement> told, Ledger ledger)
    {
        var (lost, troubled) = (ledger.LostSegments - view.Benign.Count, view.Troubles.Count);
        return (lost <= 0 && troubled == 0) || 2 * (Math.Max(ledger.Unexplained, 0) + Unexplained(view, told).Count) <= Math.Max(lost, 0) + troubled;
    }

    /// <summary>Connections in trouble that no standing verdict accounts for, the gravest first.</summary>
    internal static IReadOnlyList<Trouble> Unexplained(CaseView view, IReadOnlyList<Judgement> told)
    {
        var explained = told.Where(j => j.Stands).SelectMany(j => j.Connections).ToHashSet();
        return [.. view.Troubles.Where(t => !explained.Contains(t.Connection)).OrderBy(t => t.Kind)];
    }

    // A sentence names a few; the timeline has them all.
    private const int MostNamed = 2;

    private static string InTrouble(CaseView view, IReadOnlyList<Trouble> troubles)
    {
        var kinds = troubles.GroupBy(t => t.Kind).Select(g => g.Key switch
        {
            TroubleKind.NotOpened => $"{g.Count()} not opened",
            TroubleKind.Reset => $"{g.Count()} reset before {(g.Count() == 1 ? "its" : "their")} end",
            TroubleKind.Stalled => $"{g.Count()} stalled",
            TroubleKind.NotRead => $"{g.Count()} not read from any more",
            _ => $"{g.Count()} opened late",
        });
        var named = string.Join("; ", troubles.Take(MostNamed).Select(t => t.What)) + (troubles.Count > MostNamed ? "; …" : "");
        return $"Of {Count(view.Connections.Count, "TCP connection")}, {string.Join(", ", kinds)}, explained by no known fault: {named}.";
    }

    /// <summary>What a capture cannot show may still be counted: something that drops, or cannot fragment or reassemble.</summary>
    private static bool HasSymptom(CaseView view, Ledger ledger) => ledger.LostSegments > view.Benign.Count || RepeatsInVain(view)
        || view.Facts.Of<CounterDelta>().Any(d => d.Delta > 0 && Symptoms.Contains(d.Name) && !IsWithoutTarget(view, d))
        || (view.Benign.Count == 0 && view.Facts.Of<CounterDelta>().Any(d => d.Delta > 0 && (d.Name is "Ip.FragFails" or "Ip6.FragFails")));

    /// <summary>The timer repeated the same bytes, which had arrived, more than once: for all that time nothing was heard of them.</summary>
    private static bool RepeatsInVain(CaseView view) => view.Facts.Of<SegmentFate>().Where(f => f is { Fate: Fate.RetransmittedNeedlessly, Recovery: Recovery.Timeout })
        .GroupBy(f => (f.Capture, f.Flow, f.FromClient, f.Sequence)).Any(g => g.Skip(1).Any());

    // FragFails stands apart: path MTU discovery at work makes it grow, on the router and on the sender.
    private static readonly HashSet<string> Symptoms = new(StringComparer.Ordinal) { "Qdisc.Dropped", "Link.TxDropped", "Ip.ReasmFails", "Ip6.ReasmFails" };

    // An overlay device drops multicast, as of neighbour and listener discovery, when it knows no remote end for it (drivers/net/vxlan vxlan_xmit, geneve_xmit). What it drops of a connection is missed there.
    private static bool IsWithoutTarget(CaseView view, CounterDelta drops) => drops.Name == "Link.TxDropped"
        && view.Interfaces(drops.At.Stack).Any(d => d.At == drops.At && d.Kind is "vxlan" or "geneve");

    private static string Lost(Ledger ledger) => ledger.LostSegments == 0 ? "none lost"
        : $"{ledger.LostSegments} lost to path MTU discovery at work: the same bytes followed at once in smaller segments, as they should";

    private static string Count(long n, string what) => $"{n} {what}{(n == 1 ? "" : "s")}";

    private static (long Sent, long Retransmitted) Counted(CaseView view) => (Grown(view, "Tcp.OutSegs"), Grown(view, "Tcp.RetransSegs"));

    private static long Grown(CaseView view, string counter) => view.Facts.Of<CounterDelta>().Where(d => d.Name == counter).Sum(d => d.Delta);
}

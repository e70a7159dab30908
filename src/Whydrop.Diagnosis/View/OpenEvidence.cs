using Whydrop.Evidence;
using Whydrop.Evidence.Load;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.View;

/// <summary>What to collect when no fault asks for anything: both ends of the hops that lose, and counters that can grow with the losses.</summary>
internal static class OpenEvidence
{
    // Those that lose most; a reader runs a few commands, not twenty.
    private const int MostHops = 2;

    internal static IEnumerable<NextEvidence> For(CaseView view)
    {
        foreach (var next in view.Hops.OrderByDescending(h => h.Losses.Count).Take(MostHops).SelectMany(HopEvidence.For))
        {
            yield return next;
        }

        if (view.Attempts.FirstOrDefault(a => a.Failed) is { } failed)
        {
            foreach (var next in AttemptEvidence.For(view, failed))
            {
                yield return next;
            }
        }

        if (view.Connections.Count == 0)
        {
            yield return new NextEvidence(
                VantagePoint.Unknown, "timeout 60 tcpdump -ni DEVICE -s 128 -w DEVICE.pcap tcp", TimeSpan.FromMinutes(1),
                "what became of each segment; on each device of the path, at the same time, while it fails");
        }

        if (view.Facts.Of<LoadReport>() is { Count: > 0 } loads && loads.All(l => l.Intervals.Count == 0))
        {
            yield return new NextEvidence(loads[0].At, "ab -g samples.tsv …, or a prober that writes time,latency_ms,status", null, $"when answers were late: {loads[0].Tool} says how late only");
        }

        if (view.Facts.Of<CounterDelta>().Count == 0)
        {
            yield return new NextEvidence(
                VantagePoint.Unknown, "netstat -s; ip -d -s link; tc -s qdisc", null,
                "which counter grows with the losses; on each node and pod of the path, before and after");
        }
    }
}

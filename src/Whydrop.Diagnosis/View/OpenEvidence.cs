using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
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
            foreach (var next in Samples(view, $"when answers were late: {loads[0].Tool} says how late only"))
            {
                yield return next;
            }
        }

        if (view.Facts.Of<CounterDelta>().Count == 0)
        {
            yield return new NextEvidence(
                VantagePoint.Unknown, "netstat -s; ip -d -s link; tc -s qdisc", null,
                "which counter grows with the losses; on each node and pod of the path, before and after");
        }
    }

    /// <summary>Requests with a time stamp on every one, from where a client is; nothing where the case has them.</summary>
    internal static IEnumerable<NextEvidence> Samples(CaseView view, string why)
    {
        var loads = view.Facts.Of<LoadReport>();
        if (loads.Any(l => l.Intervals.Count > 0))
        {
            yield break;
        }

        var asked = view.Trails.Where(t => t.Flows.Count > 0).GroupBy(t => t.Server).MaxBy(g => g.Count());
        VantagePoint? client = loads is [var load, ..] ? load.At : asked is null ? null : view.Stacks.End(asked.First().Connection, client: true)?.At;
        yield return new NextEvidence(client ?? VantagePoint.Unknown, $"ab -g samples.tsv -c 2 -n 100000 http://{asked?.Key.ToString() ?? "SERVER:PORT"}/, or a prober that writes time,latency_ms,status for every request", null, why);
    }

    // Once or twice a scheduler is late without a quota. An application that takes its time does so for more than one request in ten.
    private const int Repeated = 3;
    private const int OneIn = 10;

    /// <summary>Where a capture shows that a pod had acknowledged and its application was waited for, now and then: whether it was let run.</summary>
    internal static IEnumerable<NextEvidence> OfWaits(CaseView view)
    {
        foreach (var of in view.Stalls.Where(s => s is { For: WaitsFor.ServerApplication, Pause.EndedBy: PauseEnd.NewData }).GroupBy(s => view.Stacks.End(s.Connection, client: false)?.At))
        {
            if (of.Key is not { } pod || of.Count() < Repeated || view.Delta(pod, "Cgroup.cpu.stat.nr_throttled") is not null)
            {
                continue;
            }

            var answers = view.Trails.Where(t => t.Flows.Count > 0 && view.Stacks.End(t.Connection, client: false)?.At == pod).Sum(t => view.Exchanges(t.Connection)?.NearServer?.Exchanges ?? 0);
            if (of.Count() * OneIn < answers)
            {
                yield return new NextEvidence(
                    pod, $"{AttemptEvidence.Enter(pod)}cat /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpu.max (in the pod, before and after; cgroup v1: /sys/fs/cgroup/cpu/cpu.stat)", null,
                    string.Create(null, $"whether a CPU quota makes answers wait: {of.Count()} of {answers} did, up to {of.Max(s => s.Duration).TotalMilliseconds:0} ms, after the kernel had acknowledged"));
            }
        }
    }

    /// <summary>Captures that say no device, of hosts whose devices were not listed.</summary>
    internal static IEnumerable<NextEvidence> OfDevices(CaseView view) => view.Captures.Where(c => c.At is { Interface: null, Node: not null } && !c.AnyDevice && !view.Interfaces(c.At.Stack).Any())
        .GroupBy(c => c.At.Stack).Select(g => new NextEvidence(
            g.Key, $"{AttemptEvidence.Enter(g.Key)}ip addr; ip -d link", null, $"which device {string.Join(", ", g.Select(c => c.From.Source).Distinct())} was taken on, and which addresses are its own"));
}

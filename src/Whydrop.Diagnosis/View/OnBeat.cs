using System.Globalization;
using System.Net;
using Whydrop.Diagnosis.Statistics;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis.View;

/// <summary>Answers of a server that come at one phase of the period that CPU quotas are given for.</summary>
/// <param name="Waits">How many waits ended so.</param>
internal sealed record OnBeat(IPEndPoint Server, TimeSpan Period, int Waits, TimeSpan Longest, IReadOnlyList<Provenance> Evidence)
{
    // kernel/sched/fair.c default_cfs_period, and kubelet's cpuCFSQuotaPeriod.
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(100);

    internal string Text => string.Create(null, $"{Waits} answers of {Server} waited up to {Longest.TotalMilliseconds:0} ms and came on a beat of {Period.TotalMilliseconds:0} ms that is not that of their requests");

    /// <summary>As set for that pod; "cpu.max" holds it behind the quota. The usual one where it was not read.</summary>
    internal static TimeSpan PeriodOf(CaseView view, VantagePoint? at)
    {
        var set = at is null ? null : view.Stacks.At(at).Cgroup("cpu.cfs_period_us").Concat(view.Stacks.At(at).Cgroup("cpu.max")).LastOrDefault()?.Value;
        return set is not null && long.TryParse(set[(set.IndexOf(' ', StringComparison.Ordinal) + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds is > 0 and <= 1_000_000
            ? TimeSpan.FromMicroseconds(microseconds) : Usual;
    }

    /// <summary>Of the silences of its connections, by one capture: another has another clock.</summary>
    internal static OnBeat? Of(CaseView view, VantagePoint? at, IPEndPoint server, IEnumerable<Stall> stalls)
    {
        var period = PeriodOf(view, at);
        var waits = stalls.Where(s => s is { For: WaitsFor.ServerApplication, Pause.EndedBy: PauseEnd.NewData }).GroupBy(s => s.Pause.Capture).MaxBy(g => g.Count())?.ToArray() ?? [];
        return Beat.Has([.. waits.Select(s => (s.Pause.Start, Timestamps.Add(s.Pause.Start, s.Duration)))], period)
            ? new OnBeat(server, period, waits.Length, waits.Max(s => s.Duration), [.. waits.Select(s => s.From).Take(24)]) : null;
    }
}

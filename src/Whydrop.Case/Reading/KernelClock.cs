using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Reading;

/// <summary>
/// Gives kernel log lines that only count from boot their time, where the case tells when the node was started. The kernel's log clock is not steered as the clock
/// on the wall is (kernel/printk/printk.c local_clock), so that such times are marked: they may be off by more the longer it runs.
/// </summary>
internal static class KernelClock
{
    public static List<Fact> Apply(List<Fact> facts)
    {
        var booted = facts.OfType<BootTime>().Where(b => b.At.Node is not null).GroupBy(b => b.At.Node!).ToDictionary(g => g.Key, g => g.Last().Time);
        return booted.Count == 0 ? facts
            : [.. facts.Select(f => f is LogEvent { Time: null, Uptime: { } uptime, At.Node: { } node } line && booted.TryGetValue(node, out var boot) ? Dated(line, boot, uptime) : f)];
    }

    private static LogEvent Dated(LogEvent line, Timestamp boot, TimeSpan uptime) => line with
    {
        Time = new Timestamp(boot.UnixNanoseconds + (uptime.Ticks * 100)),
        Details = new Dictionary<string, string>(line.Details, StringComparer.Ordinal) { [LogEvent.Clock] = LogEvent.SinceBoot },
    };
}

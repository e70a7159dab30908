using Whydrop.Diagnosis.Statistics;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Load;
using Whydrop.Evidence.Stack;

namespace Whydrop.Diagnosis.Comparison;

/// <summary>Compares two cases: did the remedy work? The time watched after is held against the mean time between two troubles before.</summary>
public static class Compare
{
    // What comes within a second of another has the same cause: the first time-out of a sender is a second (RFC 6298, 2.1).
    private static readonly TimeSpan Near = TimeSpan.FromSeconds(1);

    // The usual level.
    private const double Level = 0.05;

    // Rule of three: with no event in t, a rate of 3/t or more is ruled out at 95 %.
    private const double Three = 3;

    private static readonly string[] OfTrouble =
    [
        "Tcp.RetransSegs", "TcpExt.TCPTimeouts", "TcpExt.TCPSynRetrans", "TcpExt.TCPAbortOnTimeout", "TcpExt.PruneCalled", "TcpExt.RcvPruned", "TcpExt.TCPRcvCollapsed", "TcpExt.ListenOverflows", "TcpExt.ListenDrops",
        "Ip.InHdrErrors", "Ip.FragFails", "Ip.OutNoRoutes", "Cgroup.cpu.stat.nr_throttled", "Cgroup.memory.events.oom_kill", "Cgroup.memory.oom_control.oom_kill", "Softnet.Dropped", "Softnet.TimeSqueeze",
    ];

    /// <summary>Judges both cases and what changed. Pure.</summary>
    public static BeforeAndAfter Run(FactSet before, FactSet after)
    {
        var (was, now) = (new CaseView(before), new CaseView(after));
        ComparedSymptom[] symptoms =
        [
            .. Symptom("late or failed requests", Requests(was, now), Requests(now, was)),
            .. Symptom("troubles of connections", Connections(was), Connections(now)),
            .. Symptom("times of loss", Lost(was), Lost(now)),
        ];
        var judged = symptoms.Where(s => s.Before > 0 || s.After > 0).ToArray();
        var (cure, reason) = judged.FirstOrDefault(s => s.Cure == Cure.NotCured) is { } still ? (Cure.NotCured, $"{still.Name}: {still.Reason}")
            : judged.FirstOrDefault(s => s.Cure == Cure.CannotTell) is { } open ? (Cure.CannotTell, $"{open.Name}: {open.Reason}")
            : judged.Length > 0 ? (Cure.Cured, $"{judged[0].Name}: {judged[0].Reason}")
            : (Cure.CannotTell, symptoms.Length == 0 ? "no symptom was watched in both cases: captures or dated samples of a load tool are needed before and after" : "the first case shows no symptom, so nothing can be cured");
        return new BeforeAndAfter(cure, reason, symptoms, [.. Counters(before, after)], Standing(was), Standing(now));
    }

    private static Verdict? Standing(CaseView view) => Diagnose.Run(view).Verdicts.FirstOrDefault(v => v.Status is VerdictStatus.Confirmed or VerdictStatus.Suspected or VerdictStatus.Contested);

    private static IEnumerable<ComparedSymptom> Symptom(string name, Watch? before, Watch? after)
    {
        if (before is not { } b || after is not { } a || b.Seconds <= 0 || a.Seconds <= 0)
        {
            yield break;
        }

        // Less load gives fewer chances; more load is not held against the remedy.
        double? ratio = b.Load > 0 ? a.Load / a.Seconds / (b.Load / b.Seconds) : null;
        var share = Math.Min(1, ratio ?? 1);
        var effective = a.Seconds * share;
        var (n, m) = (b.Events, a.Events);
        TimeSpan? mean = n > 0 ? Seconds(b.Seconds / n) : null;
        TimeSpan? needed = n > 0 && share > 0 ? Seconds(Three * b.Seconds / n / share) : null;
        double? chance = n > 0 && share > 0 ? AtMost(m, n + m, effective / (effective + b.Seconds)) : null;
        var (cure, reason) = n == 0 ? (m > 0 ? Cure.NotCured : Cure.CannotTell, m > 0 ? "it came after, and not before" : "it came neither before nor after")
            : m == 0 ? Silent(mean!.Value, needed, Seconds(a.Seconds), ratio)
            : chance <= Level ? (Cure.NotCured, $"it came {Times(m)} in {Span(Seconds(a.Seconds))}: rarer than every {Span(mean!.Value)}, and still there")
            : effective >= mean!.Value.TotalSeconds ? (Cure.NotCured, $"it came {Times(m)} in {Span(Seconds(a.Seconds))}, as often as before (every {Span(mean.Value)})")
            : (Cure.NotCured, $"it came again after {Span(Seconds(a.Seconds))} at the latest; before, every {Span(mean.Value)}");
        reason += a.Slower ? "; late by the median before, none by their own" : b.Slower ? "; before, late by the median after, none by their own" : "";
        yield return new ComparedSymptom(name, n, Seconds(b.Seconds), m, Seconds(a.Seconds), ratio, mean, needed, chance, cure, reason);
    }

    private static (Cure Cure, string Reason) Silent(TimeSpan mean, TimeSpan? enough, TimeSpan watched, double? ratio)
    {
        if (enough is not { } needed)
        {
            return (Cure.CannotTell, $"none in {Span(watched)}, and no load either: without any it cannot come");
        }

        var load = ratio is < 0.9 ? string.Create(null, $", under {ratio:P0} of the load") : "";
        return watched >= needed ? (Cure.Cured, $"none in {Span(watched)}{load}; before, one every {Span(mean)}: three times that would do")
            : (Cure.CannotTell, $"none in {Span(watched)}{load}; before, one every {Span(mean)}: watch for {Span(needed)} in all, {Span(needed - watched)} more");
    }

    private static IEnumerable<ComparedCounter> Counters(FactSet before, FactSet after)
    {
        var (was, now) = (Grown(before), Grown(after));
        foreach (var key in was.Keys.Union(now.Keys).OrderBy(k => Array.IndexOf(OfTrouble, k.Name)).ThenBy(k => k.Where, StringComparer.Ordinal))
        {
            long? b = was.TryGetValue(key, out var grew) ? grew : null;
            long? a = now.TryGetValue(key, out var grows) ? grows : null;
            if (b > 0 || a > 0)
            {
                yield return new ComparedCounter(key.Where, key.Name, b, a);
            }
        }
    }

    private static Dictionary<(string Where, string Name), long> Grown(FactSet facts) => facts.Of<CounterDelta>().Where(c => OfTrouble.Contains(c.Name))
        .GroupBy(c => (Where: c.At.Stack.ToString(), c.Name)).ToDictionary(g => g.Key, g => g.Max(c => c.Delta));

    private static Watch? Requests(CaseView view, CaseView other)
    {
        var loads = view.Facts.Of<LoadReport>().Where(l => l.First is not null && l.Last is not null).ToArray();
        var late = Bunches(view.Facts.Of<LateRequest>().Select(l => l.Time));
        var slower = late > 0 ? 0 : Bunches(loads.SelectMany(l => Slower(l, view, other)));
        return loads.Length == 0 ? null
            : new Watch(late + slower, Watched(loads.Select(l => (l.First!.Value, l.Last!.Value))), loads.Sum(l => l.Requests), slower > 0);
    }

    /// <summary>
    /// Times in which requests were late by the median of the other case: a service that is slower as a whole has none that is late by its own. Only the same tool at
    /// the same place asks over the same way.
    /// </summary>
    private static IEnumerable<Timestamp> Slower(LoadReport load, CaseView view, CaseView other)
    {
        if (view.Facts.Of<LoadReport>().Count(Alike) != 1 || other.Facts.Of<LoadReport>().Where(Alike).ToArray() is not [var counterpart]
            || !load.Percentiles.TryGetValue(50, out var own) || !counterpart.Percentiles.TryGetValue(50, out var usual) || usual >= own)
        {
            return [];
        }

        return load.Intervals.Where(i => i.Longest >= usual + LateRequest.Delay).Select(i => i.Start);

        bool Alike(LoadReport l) => l.At == load.At && l.Tool == load.Tool;
    }

    private static Watch? Connections(CaseView view) => Captured(view, view.Attempts.Where(a => (a.Failed || a.Slow) && a.SynTimes.Count > 0).Select(a => a.SynTimes[0])
        .Concat(view.Resets.Where(r => r.Abnormal).Select(r => r.Segment.Seen)).Concat(view.Stalls.Where(s => s.Abnormal).Select(s => s.Pause.Start)));

    private static Watch? Lost(CaseView view) => Captured(view, view.Losses.Select(RouteSymptom.Time));

    private static Watch? Captured(CaseView view, IEnumerable<Timestamp> events)
    {
        var captures = view.Captures.Where(c => c.First is not null && c.Last is not null).ToArray();
        return captures.Length == 0 ? null
            : new Watch(Bunches(events), Watched(captures.Select(c => (c.First!.Value, c.Last!.Value))), view.Trails.Where(t => t.Flows.Count > 0).Sum(t => t.Flows.Max(f => f.Frames)));
    }

    /// <summary>Seconds in which anybody watched: what lies between two watches tells nothing.</summary>
    private static double Watched(IEnumerable<(Timestamp First, Timestamp Last)> watches)
    {
        var seconds = 0.0;
        Timestamp? until = null;
        foreach (var (first, last) in watches.OrderBy(w => w.First))
        {
            var begin = until is { } known && known > first ? known : first;
            if (last > begin)
            {
                (seconds, until) = (seconds + (last - begin).TotalSeconds, last);
            }
        }

        return seconds;
    }

    private static int Bunches(IEnumerable<Timestamp> times)
    {
        var count = 0;
        Timestamp? last = null;
        foreach (var time in times.Order())
        {
            count += last is null || time - last.Value > Near ? 1 : 0;
            last = time;
        }

        return count;
    }

    /// <summary>Chance of at most so many of all in the second part, were each as likely there as its share of the time.</summary>
    private static double AtMost(int after, int all, double share)
    {
        var sum = 0.0;
        for (var k = 0; k <= after; k++)
        {
            sum += Math.Exp(Combinatorics.LogChoose(all, k) + (k * Math.Log(share)) + ((all - k) * Math.Log(1 - share)));
        }

        return Math.Min(1, sum);
    }

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));

    private static string Span(TimeSpan t) => t.TotalDays >= 2 ? string.Create(null, $"{t.TotalDays:0.#} days") : t.TotalHours >= 2 ? string.Create(null, $"{t.TotalHours:0.#} h")
        : t.TotalMinutes >= 2 ? string.Create(null, $"{t.TotalMinutes:0.#} min") : string.Create(null, $"{t.TotalSeconds:0.#} s");

    /// <param name="Slower">Late by the median of the other case only.</param>
    private readonly record struct Watch(int Events, double Seconds, double Load, bool Slower = false);
}

using Whydrop.Evidence;
using Whydrop.Evidence.Load;

namespace Whydrop.Readers.Load;

/// <summary>The samples of one load test, and what they say together.</summary>
/// <param name="tool">Name of the tool.</param>
/// <param name="resolution">How exactly the samples are dated.</param>
internal sealed class SampleTally(string tool, TimeSpan resolution)
{
    private const int MostListed = 4000;
    private const int MostIntervals = 60;

    private readonly List<Sample> samples = [];

    public int Count => samples.Count;

    public void Add(int line, Timestamp? time, TimeSpan latency, string? status, bool failed) => samples.Add(new Sample(line, time, latency, status, failed));

    /// <summary>Writes the report and the late requests; nothing without samples.</summary>
    public void WriteTo(Findings findings)
    {
        if (samples.Count == 0)
        {
            return;
        }

        var latencies = samples.Select(s => s.Latency).Order().ToArray();
        var late = At(latencies, 50) + LateRequest.Delay;
        var dated = samples.Where(s => s.Time is not null).OrderBy(s => s.Time).ToArray();
        var struck = samples.Where(s => s.Failed || s.Latency >= late).ToArray();
        findings.Add(new LoadReport(
            findings.At, findings.From(samples[0].Line), tool, dated is [var first, ..] ? first.Time : null, dated is [.., var last] ? last.Time : null, samples.Count, samples.Count(s => s.Failed), struck.Length,
            new SortedDictionary<double, TimeSpan> { [50] = At(latencies, 50), [90] = At(latencies, 90), [99] = At(latencies, 99), [99.9] = At(latencies, 99.9), [100] = latencies[^1] },
            Intervals(dated, late)));
        foreach (var s in struck.Where(s => s.Time is not null).OrderBy(s => s.Time).Take(MostListed))
        {
            findings.Add(new LateRequest(findings.At, findings.From(s.Line), s.Time!.Value, resolution, s.Latency, s.Status, s.Failed));
        }

        if (struck.Length > MostListed)
        {
            findings.Gap(struck[MostListed].Line, GapKind.Limited, $"{struck.Length - MostListed} more late requests are counted, not listed");
        }

        if (dated.Length < samples.Count)
        {
            findings.Gap(samples.First(s => s.Time is null).Line, GapKind.Unsupported, $"{samples.Count - dated.Length} samples have no time that can be placed: write RFC 3339 with zone, or seconds since 1970");
        }
    }

    private static List<LoadInterval> Intervals(Sample[] dated, TimeSpan late)
    {
        var intervals = new List<LoadInterval>();
        if (dated.Length == 0)
        {
            return intervals;
        }

        var (first, last) = (dated[0].Time!.Value.UnixNanoseconds, dated[^1].Time!.Value.UnixNanoseconds);
        var width = Math.Max(1_000_000_000, (last - first) / MostIntervals + 1);
        foreach (var part in dated.GroupBy(s => (s.Time!.Value.UnixNanoseconds - first) / width))
        {
            var of = part.Select(s => s.Latency).Order().ToArray();
            intervals.Add(new LoadInterval(
                new Timestamp(first + (part.Key * width)), TimeSpan.FromTicks(width / 100), of.Length, part.Count(s => s.Failed || s.Latency >= late), At(of, 50), At(of, 99), of[^1]));
        }

        return intervals;
    }

    // Nearest rank: the smallest value that at least so many per cent do not exceed.
    private static TimeSpan At(TimeSpan[] ordered, double percent) => ordered[Math.Clamp((int)Math.Ceiling(ordered.Length * percent / 100) - 1, 0, ordered.Length - 1)];

    private sealed record Sample(int Line, Timestamp? Time, TimeSpan Latency, string? Status, bool Failed);
}

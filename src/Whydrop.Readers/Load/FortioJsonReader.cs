using System.Globalization;
using Whydrop.Evidence;
using Whydrop.Evidence.Load;
using Whydrop.Readers.Logs;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Load;

/// <summary>"fortio load -json": begin, duration, percentiles and return codes of a run. Its samples are not in it.</summary>
public sealed class FortioJsonReader : JsonReader
{
    /// <inheritdoc />
    public override string Id => "fortio-json";

    /// <inheritdoc />
    public override string Reads => "fortio load -json: begin and length of the run, percentiles, return codes";

    private protected override bool Fits(string start) => start.Contains("\"DurationHistogram\":", StringComparison.Ordinal)
        || (start.Contains("\"RunType\":", StringComparison.Ordinal) && start.Contains("\"RequestedQPS\":", StringComparison.Ordinal));

    private protected override void Read(IReadOnlyList<JsonItem> items, TextFile file, Findings findings)
    {
        foreach (var item in items)
        {
            var histogram = item["DurationHistogram"];
            var codes = item["RetCodes"].Members;
            var requests = Long(histogram["Count"]) ?? codes.Values.Sum(c => Long(c) ?? 0);
            if (requests == 0)
            {
                findings.Gap(item.Line, GapKind.Truncated, "a run of fortio without calls");
                continue;
            }

            var percentiles = new SortedDictionary<double, TimeSpan>();
            foreach (var p in histogram["Percentiles"].Items)
            {
                if (Real(p["Percentile"]) is { } percent && Real(p["Value"]) is { } seconds and >= 0 and < 1e9)
                {
                    percentiles[percent] = TimeSpan.FromSeconds(seconds);
                }
            }

            if (Real(histogram["Max"]) is { } most and >= 0 and < 1e9)
            {
                percentiles[100] = TimeSpan.FromSeconds(most);
            }

            var at = 0;
            var first = item["StartTime"].Text is { } text ? LogMoment.Take(text, ref at)?.Time : null;
            Timestamp? last = first is { } begin && Long(item["ActualDuration"]) is { } nanoseconds ? new Timestamp(begin.UnixNanoseconds + nanoseconds) : null;
            long? failed = codes.Count == 0 ? null : codes.Where(c => !int.TryParse(c.Key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code) ? c.Key is not ("OK" or "SERVING") : code is < 0 or >= 400).Sum(c => Long(c.Value) ?? 0);
            findings.Add(new LoadReport(findings.At, findings.From(item.Line), "fortio", first, last, requests, failed, null, percentiles, []));
        }
    }

    private static double? Real(JsonItem item) => double.TryParse(item.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static long? Long(JsonItem item) => long.TryParse(item.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}

using System.Globalization;
using System.Text.RegularExpressions;
using Whydrop.Evidence;
using Whydrop.Evidence.Load;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Load;

/// <summary>What ab, wrk and fortio print when they are done: how many requests, how many failed, percentiles. None of them says when.</summary>
public sealed partial class LoadSummaryReader : Reader
{
    /// <inheritdoc />
    public override string Id => "load-summary";

    /// <inheritdoc />
    public override string Reads => "the final text of ab, wrk (--latency) and fortio: requests, failures, percentiles";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(Opens) ? 95 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => Opening(line) is not null;

    private protected override void Read(TextFile file, Findings findings)
    {
        Draft? draft = null;
        var place = 0;
        foreach (var line in file.Lines.Where(l => l.Text.Length < 1000))
        {
            if (Opening(line.Text) is { } opening)
            {
                // A later line of the same opening is still the same run.
                if (draft?.Tool != opening.Tool || opening.Place <= place)
                {
                    draft?.WriteTo(findings);
                    draft = new Draft(opening.Tool, line.Number);
                }

                place = opening.Place;
            }

            draft?.Take(line.Text);
        }

        draft?.WriteTo(findings);
    }

    /// <summary>A line by which a run begins, and its place among those of one beginning: fortio prints up to three.</summary>
    private static (string Tool, int Place)? Opening(string line) => line.StartsWith("This is ApacheBench, Version", StringComparison.Ordinal) ? ("ab", 0)
        : Wrk().IsMatch(line) ? ("wrk", 0)
        : Fortio().Match(line) is { Success: true } f ? ("fortio", f.Groups["version"].Success ? 0 : f.Groups["rate"].Success ? 1 : 2) : null;

    private static TimeSpan Of(string number, string unit)
    {
        var milliseconds = double.Parse(number, CultureInfo.InvariantCulture) * unit switch { "us" => 1e-3, "ms" => 1, "m" => 60_000, "h" => 3_600_000, _ => 1000 };
        return TimeSpan.FromMilliseconds(Math.Min(milliseconds, TimeSpan.MaxValue.TotalMilliseconds / 2));
    }

    // "Running 30s test @ http://…"
    [GeneratedRegex(@"^Running [\d.]+(?:us|ms|s|m|h) test @ \S", RegexOptions.ExplicitCapture)]
    private static partial Regex Wrk();

    // "Fortio 1.60.3 running at 8 queries per second", "Running at 8 queries per second for 5s", "Starting at 8 qps with 4 thread(s) [gomax 8] for 5s"
    [GeneratedRegex(@"^((?<version>Fortio [\w.-]+ running at)|(?<rate>Running at [\d.]+ queries per second)|Starting at \S+ qps with \d+ thread)", RegexOptions.ExplicitCapture)]
    private static partial Regex Fortio();

    // ab "  99%   1063"; wrk "   99%    8.40ms"
    [GeneratedRegex(@"^\s+(?<percent>[\d.]{1,8})%\s+(?<value>\d{1,12}(?:\.\d{1,9})?)(?<unit>us|ms|s|m|h)?(?:\s+\(longest request\))?\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Percentile();

    // fortio "# target 99% 0.117084", seconds
    [GeneratedRegex(@"^# target (?<percent>[\d.]{1,8})% (?<value>\d{1,12}(?:\.\d{1,12})?(?:e[+-]?\d{1,2})?)\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Target();

    [GeneratedRegex(@"^(?:Complete requests:\s+(?<all>\d{1,15})|Failed requests:\s+(?<failed>\d{1,15})|Non-2xx responses:\s+(?<non2>\d{1,15})|\s+(?<all>\d{1,15}) requests in |Ended after \S+ : (?<all>\d{1,15}) calls|\s+Socket errors: connect (?<e1>\d{1,12}), read (?<e2>\d{1,12}), write (?<e3>\d{1,12}), timeout (?<e4>\d{1,12})|\s+Non-2xx or 3xx responses: (?<failed>\d{1,15})|Code\s+(?<code>-?\d{1,4}) : (?<count>\d{1,15}))", RegexOptions.ExplicitCapture)]
    private static partial Regex Figures();

    private sealed class Draft(string tool, int line)
    {
        private readonly SortedDictionary<double, TimeSpan> percentiles = [];
        private long? requests;
        private long? failed;

        public string Tool => tool;

        public void Take(string text)
        {
            if (Percentile().Match(text) is { Success: true } p)
            {
                percentiles[double.Parse(p.Groups["percent"].Value, CultureInfo.InvariantCulture)] = Of(p.Groups["value"].Value, p.Groups["unit"].Success ? p.Groups["unit"].Value : "ms");
            }
            else if (Target().Match(text) is { Success: true } t)
            {
                percentiles[double.Parse(t.Groups["percent"].Value, CultureInfo.InvariantCulture)] = Of(t.Groups["value"].Value, "s");
            }
            else if (Figures().Match(text) is { Success: true } f)
            {
                requests = Number(f, "all") ?? requests;
                var more = (Number(f, "failed") ?? 0) + (Number(f, "e1") ?? 0) + (Number(f, "e2") ?? 0) + (Number(f, "e3") ?? 0) + (Number(f, "e4") ?? 0);
                var code = f.Groups["code"].Success ? int.Parse(f.Groups["code"].Value, CultureInfo.InvariantCulture) : 0;
                more += code is -1 or >= 400 ? Number(f, "count") ?? 0 : 0;
                failed = f.Groups["all"].Success ? failed : (failed ?? 0) + more;
            }
        }

        public void WriteTo(Findings findings)
        {
            if (requests is not { } all)
            {
                findings.Gap(line, GapKind.Truncated, $"{tool} did not finish: no number of requests");
                return;
            }

            findings.Add(new LoadReport(findings.At, findings.From(line), tool, null, null, all, tool == "wrk" ? failed ?? 0 : failed, null, percentiles, []));
        }

        private static long? Number(Match m, string group) => m.Groups[group].Success ? long.Parse(m.Groups[group].Value, CultureInfo.InvariantCulture) : null;
    }
}

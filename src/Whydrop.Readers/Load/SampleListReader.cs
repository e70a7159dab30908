using System.Globalization;
using System.Text.RegularExpressions;
using Whydrop.Evidence;
using Whydrop.Readers.Logs;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Load;

/// <summary>
/// A table of samples with a heading: "time,latency_ms,status" of any prober, separated by commas, semicolons or tabs; ab's -g file (whole seconds, milliseconds); JMeter's
/// (timeStamp, elapsed in milliseconds). The unit of a latency is that of its heading or of its value.
/// </summary>
public sealed partial class SampleListReader : Reader
{
    private static readonly string[] Times = ["time", "timestamp", "start", "starttime", "start_time", "date", "ts", "seconds"];
    private static readonly string[] Latencies = ["latency", "duration", "elapsed", "ttime", "rtt", "response_time", "responsetime", "response-time", "took"];
    private static readonly string[] Statuses = ["status", "code", "status_code", "status-code", "responsecode", "result", "error", "success"];
    private static readonly (string Suffix, double Milliseconds)[] Units = [("_ms", 1), ("_us", 1e-3), ("_ns", 1e-6), ("_seconds", 1000), ("_s", 1000), ("(ms)", 1), ("(s)", 1000), ("ms", 1), ("us", 1e-3), ("µs", 1e-3), ("ns", 1e-6), ("s", 1000)];

    /// <inheritdoc />
    public override string Id => "load-samples";

    /// <inheritdoc />
    public override string Reads => "samples of a load tool or prober: CSV or TSV with the columns time, latency and status; ab -g; JMeter's CSV";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Lines.Count > 0 && Columns.Of(sample.Lines[0].Text) is not null ? 95 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => line.Length < 1000 && (Row().IsMatch(line) || Columns.Of(line) is not null);

    private protected override void Read(TextFile file, Findings findings)
    {
        if (file.Lines.Count == 0 || Columns.Of(file.Lines[0].Text) is not { } columns)
        {
            return;
        }

        var tally = new SampleTally(columns.IsAb ? "ab -g" : "csv", columns.IsAb ? TimeSpan.FromSeconds(1) : TimeSpan.Zero);
        if (columns.UnitAssumed)
        {
            findings.Remark(file.Lines[0].Number, "the heading names no unit of the latency: milliseconds, unless a value has its own");
        }

        foreach (var line in file.Lines.Skip(1).Where(l => l.Text.Length > 0))
        {
            var cells = line.Text.Split(columns.Separator);
            if (columns.Latency < cells.Length && Latency(cells[columns.Latency], columns.Unit) is { } latency)
            {
                var status = columns.Status is { } s && s < cells.Length ? cells[s].Trim().Trim('"') : null;
                tally.Add(line.Number, columns.Time < cells.Length ? Moment(cells[columns.Time].Trim().Trim('"')) : null, latency, status, Fails(status));
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "a table of samples");
            }
        }

        tally.WriteTo(findings);
    }

    // A sample begins with its time and has a number as a cell, so that it is not taken for a line of a log: that goes on with words.
    [GeneratedRegex(@"^""?(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}|\d{10,19}(?:\.\d{1,9})?)""?[,;\t](?:[^,;\t]{0,80}[,;\t])?""?\d{1,12}(?:\.\d{1,12})?(?:[num]?s)?""?(?:[,;\t]|\s*$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    private static Timestamp? Moment(string text)
    {
        var at = 0;
        return LogMoment.OfEpoch(text)?.Time ?? LogMoment.Take(text, ref at)?.Time;
    }

    private static TimeSpan? Latency(string text, double unit)
    {
        var value = text.Trim().Trim('"');
        var digits = value.TrimEnd("µnums".ToCharArray());
        if (digits.Length < value.Length && Array.Find(Units, u => u.Suffix == value[digits.Length..]) is { Suffix: not null } own)
        {
            (value, unit) = (digits, own.Milliseconds);
        }

        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 && number * unit < TimeSpan.MaxValue.TotalMilliseconds / 2
            ? TimeSpan.FromMilliseconds(number * unit) : null;
    }

    // An HTTP status below 400 and gRPC's 0 are answers; a word is one of success, or an error.
    private static bool Fails(string? status) => status is not null && (int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code >= 400
        : status.Length > 0 && !string.Equals(status, "ok", StringComparison.OrdinalIgnoreCase) && !string.Equals(status, "true", StringComparison.OrdinalIgnoreCase)
            && !string.Equals(status, "success", StringComparison.OrdinalIgnoreCase));

    private sealed record Columns(char Separator, int Time, int Latency, int? Status, double Unit, bool UnitAssumed, bool IsAb)
    {
        public static Columns? Of(string heading)
        {
            var separator = heading.Contains('\t') ? '\t' : heading.Contains(';') ? ';' : ',';
            var names = heading.TrimStart('#', ' ').Split(separator).Select(n => n.Trim().Trim('"').ToLowerInvariant()).ToArray();
            if (names.Length < 2)
            {
                return null;
            }

            if (separator == '\t' && names.AsSpan().SequenceEqual(["starttime", "seconds", "ctime", "dtime", "ttime", "wait"]))
            {
                return new Columns('\t', 1, 4, null, 1, false, true);
            }

            var time = Array.FindIndex(names, n => Times.Contains(Plain(n).Name));
            var latency = Array.FindIndex(names, n => Latencies.Contains(Plain(n).Name));
            if (time < 0 || latency < 0)
            {
                return null;
            }

            var status = Array.FindIndex(names, n => Statuses.Contains(n));
            var unit = Plain(names[latency]).Unit;
            return new Columns(separator, time, latency, status < 0 ? null : status, unit ?? 1, unit is null && names[latency] != "elapsed", false);
        }

        private static (string Name, double? Unit) Plain(string name)
        {
            var (suffix, milliseconds) = Array.Find(Units, u => u.Suffix.Length > 1 && u.Suffix[0] is '_' or '(' && name.EndsWith(u.Suffix, StringComparison.Ordinal));
            return suffix is null ? (name, null) : (name[..^suffix.Length].TrimEnd(), milliseconds);
        }
    }
}

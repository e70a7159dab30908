using System.Globalization;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Logs;

/// <summary>Logs as JSON over several lines: "dmesg -J" and "journalctl -o json-pretty". One object a line is read by <see cref="LogReader"/>.</summary>
public sealed class LogJsonReader : JsonReader
{
    /// <inheritdoc />
    public override string Id => "log-json";

    /// <inheritdoc />
    public override string Reads => "dmesg -J, journalctl -o json-pretty: as the other logs";

    private protected override bool Fits(string start) =>
        start.StartsWith("{\"dmesg\":[", StringComparison.Ordinal)
        || (start.Contains("\"__REALTIME_TIMESTAMP\":", StringComparison.Ordinal) && start.Contains("\"_BOOT_ID\":", StringComparison.Ordinal));

    private protected override void Read(IReadOnlyList<JsonItem> items, TextFile file, Findings findings)
    {
        var events = new LogFindings(findings);
        foreach (var item in items)
        {
            foreach (var record in item["dmesg"].Items)
            {
                var seconds = double.TryParse(record["time"].Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var since) && since is >= 0 and < 1e9 ? TimeSpan.FromSeconds(since) : (TimeSpan?)null;
                events.Take(record.Line, new LogLine(default, seconds, null, null, true, record["msg"].Text ?? ""), null, follows: false);
            }

            if (item["MESSAGE"].Text is not null)
            {
                var members = item.Members.Where(m => m.Value.Text is not null).ToDictionary(m => m.Key, m => m.Value.Text!, StringComparer.Ordinal);
                if (LogJson.Line(members) is { } log)
                {
                    events.Take(item["MESSAGE"].Line, log, null, follows: false);
                }
            }
        }

        events.Close();
    }
}

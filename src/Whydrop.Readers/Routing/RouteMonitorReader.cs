using System.Text.RegularExpressions;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Logs;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Routing;

/// <summary>
/// "ip -timestamp monitor route" and "ip -ts monitor route": when the kernel's routes came and went. The tool prints the clock on the wall without its zone.
/// Routes of the kernel itself (local, broadcast, multicast) are no news of a daemon and no fact.
/// </summary>
public sealed partial class RouteMonitorReader : Reader
{
    /// <inheritdoc />
    public override string Id => "ip-monitor-route";

    /// <inheritdoc />
    public override string Reads => "ip -timestamp monitor route, ip -ts monitor route: routes that came and went, with their times";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(Opens) ? Math.Max(50, sample.Share(l => Opens(l) || Change().IsMatch(l), 95)) : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => line.Length < 1000 && (Long().IsMatch(line) || (Short().Match(line) is { Success: true } m && Change().IsMatch(m.Groups["rest"].Value)));

    private protected override void Read(TextFile file, Findings findings)
    {
        LogMoment? moment = null;
        foreach (var line in file.Lines.Where(l => l.Text.Length is > 0 and < 1000))
        {
            if (Long().Match(line.Text) is { Success: true } dated)
            {
                moment = Moment($"{dated.Groups["date"].Value}.{dated.Groups["usec"].Value.PadLeft(6, '0')} {dated.Groups["year"].Value}");
                continue;
            }

            var text = line.Text;
            if (Short().Match(text) is { Success: true } stamped)
            {
                (moment, text) = (Moment(stamped.Groups["time"].Value), stamped.Groups["rest"].Value);
            }

            if (Change().Match(text) is { Success: true } change)
            {
                Tell(line.Number, change, text, moment, findings);
            }
        }
    }

    private static LogMoment? Moment(string text)
    {
        var at = 0;
        return LogMoment.Take(text, ref at);
    }

    private static void Tell(int line, Match change, string text, LogMoment? moment, Findings findings)
    {
        var words = new Words(text);
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in (string[])["via", "dev", "proto"])
        {
            if (words.After(name) is { } value)
            {
                details[name] = value;
            }
        }

        // What the kernel adds with an address or a link.
        if (details.GetValueOrDefault("proto") == "kernel")
        {
            return;
        }

        if (moment?.LocalText is { } local)
        {
            details["local-time"] = local;
        }

        findings.Add(new LogEvent(
            findings.At, findings.From(line), moment?.Time, null, change.Groups["deleted"].Success ? "route-deleted" : "route-added", change.Groups["to"].Value, text[change.Groups["label"].Length..].Trim(), details));
    }

    // Timestamp: Sat Nov 21 21:06:32 2026 468132 usec
    [GeneratedRegex(@"^Timestamp: (?<date>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (?<year>\d{4}) (?<usec>\d{1,6}) usec\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Long();

    // [2026-11-21T21:06:32.468132] Deleted …
    [GeneratedRegex(@"^\[(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6})\] (?<rest>.+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Short();

    // Deleted 10.244.2.0/24 via 10.20.2.12 dev eth0 proto bird metric 32; blackhole 10.244.2.0/24 proto bird; default via …
    // ip/ipmonitor.c print_headers: "[nsid current][ROUTE]Deleted …"; another nsid is another network namespace.
    [GeneratedRegex(@"^(?<label>(\[nsid current\])?(\[ROUTE\])?)(?<deleted>Deleted )?(?:unicast |blackhole |unreachable |prohibit )?(?<to>default|[0-9a-fA-F:.]{3,39}(?:/\d{1,3})?) (?=.*\b(?:via|dev|proto|nhid|nexthop)\b)", RegexOptions.ExplicitCapture)]
    private static partial Regex Change();
}

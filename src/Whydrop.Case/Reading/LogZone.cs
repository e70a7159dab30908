using System.Globalization;
using Whydrop.Case.Description;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Stack;

namespace Whydrop.Case.Reading;

/// <summary>
/// Gives log lines that print a clock without zone their time, when case.yaml or the line itself says the zone. A missing year is the one that puts the line nearest to the
/// captures; without captures it stays unknown.
/// </summary>
internal static class LogZone
{
    private const string LocalTime = "local-time";
    private const string PrintedZone = "zone";

    /// <param name="facts">Facts of the whole case.</param>
    /// <param name="rules">What case.yaml says of its files; the last rule that fits a file holds.</param>
    public static List<Fact> Apply(List<Fact> facts, IReadOnlyList<VantageRule> rules)
    {
        if (!rules.Any(r => r.Zone is not null) && !facts.Exists(f => f is LogEvent { Time: null } logged && logged.Details.ContainsKey(PrintedZone)))
        {
            return facts;
        }

        var near = facts.OfType<CaptureSummary>().Select(c => c.First).OfType<Timestamp>().Order().Cast<Timestamp?>().FirstOrDefault();
        var zones = new Dictionary<string, TimeSpan?>(StringComparer.Ordinal);
        return [.. facts.Select(f => f is LogEvent { Time: null } logged && logged.Details.TryGetValue(LocalTime, out var local) ? With(logged, local, Printed(logged) ?? ZoneOf(logged.From.Source), near) : f)];

        TimeSpan? ZoneOf(string source) => zones.TryGetValue(source, out var known) ? known : zones[source] = rules.LastOrDefault(r => r.Zone is not null && r.Matches(source))?.Zone;
    }

    // A device that prints a zone and no year.
    private static TimeSpan? Printed(LogEvent logged) =>
        logged.Details.TryGetValue(PrintedZone, out var text) && TimeSpan.TryParseExact(text.AsSpan(1), @"hh\:mm", CultureInfo.InvariantCulture, out var offset) ? text[0] == '-' ? -offset : offset : null;

    private static LogEvent With(LogEvent logged, string local, TimeSpan? zone, Timestamp? near)
    {
        if (zone is not { } offset)
        {
            return logged;
        }

        // "2017-12-07T00:13:23.000000", or "11-21T13:00:01.000000" without year
        var years = local.IndexOf('T') == 5 ? Years(near).Select(y => $"{y:D4}-{local}") : [local];
        var times = years.Select(y => DateTime.TryParseExact(y, "yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : (DateTime?)null)
            .OfType<DateTime>().Select(t => new Timestamp((t.Ticks - DateTime.UnixEpoch.Ticks - offset.Ticks) * 100)).ToList();
        return times.Count == 0 ? logged : logged with { Time = near is { } start ? times.MinBy(t => (t - start).Duration()) : times[0] };
    }

    private static IEnumerable<int> Years(Timestamp? near)
    {
        if (near is not { } start)
        {
            return [];
        }

        var year = DateTimeOffset.FromUnixTimeSeconds(start.UnixNanoseconds / 1_000_000_000).Year;
        return [year - 1, year, year + 1];
    }
}

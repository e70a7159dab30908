using System.Globalization;
using System.Text.RegularExpressions;

namespace Whydrop.Readers.Logs;

/// <summary>
/// Headings that switches and routers put before a message "%FACILITY-5-NAME: …" or "%%01BGP/3/NAME…": of Cisco IOS ("*Mar  1 00:01:02.123 UTC: ", with or without number,
/// year and zone), IOS XR ("RP/0/RSP0/CPU0:Feb 20 …: bgp[1058]: "), NX-OS ("2024 Sep 19 14:11:23 HOST "), Huawei VRP ("Feb 20 2024 10:11:12+08:00 HOST ",
/// "2024-02-20 10:11:12+08:00 HOST ") and H3C Comware ("%@17%Feb 20 10:11:12:123 2024 HOST BGP/5/…", "Feb 20 10:11:12 2024 HOST %%10BGP/5/…").
/// </summary>
internal static partial class DeviceHeading
{
    private const int Looked = 160;

    /// <summary>The line as a device's; null when it has no such message or no such heading.</summary>
    public static LogLine? Parse(string line)
    {
        if (line.AsSpan(0, Math.Min(line.Length, Looked)).IndexOf('%') < 0)
        {
            return null;
        }

        // RFC 3164 puts a priority before it.
        var start = line[0] == '<' && line.IndexOf('>') is var close and > 1 and < 5 ? close + 1 : 0;
        if (Heading().Match(line, start, Math.Min(line.Length - start, 400)) is not { Success: true } found || Moment(found) is not { } moment)
        {
            return null;
        }

        var host = found.Groups["host"] is { Success: true } named && !named.Value.EndsWith(':') ? named.Value : null;
        return new LogLine(moment, null, host, null, false, line[found.Groups["message"].Index..]);
    }

    private static LogMoment? Moment(Match found)
    {
        var month = 1 + Array.IndexOf(LogMoment.Months, found.Groups["month"].Value);
        var year = found.Groups["year"] is { Success: true } printed ? int.Parse(printed.ValueSpan, CultureInfo.InvariantCulture) : (int?)null;
        var day = int.Parse(found.Groups["day"].ValueSpan, CultureInfo.InvariantCulture);
        if (month < 1 || year is < 1970 or > 2200 || day < 1 || day > DateTime.DaysInMonth(year ?? LogMoment.NoYear, month)
            || !TimeOnly.TryParseExact(found.Groups["time"].ValueSpan, "HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return null;
        }

        var fraction = found.Groups["fraction"].Value;
        var nanoseconds = fraction.Length == 0 ? 0 : long.Parse(fraction.PadRight(9, '0'), CultureInfo.InvariantCulture);
        var local = new DateTime(year ?? LogMoment.NoYear, month, day, 0, 0, 0, DateTimeKind.Unspecified).Add(time.ToTimeSpan()).AddTicks(nanoseconds / 100);

        // "*": the clock was never set; ".": it lost its source.
        var offset = found.Groups["doubt"].Success ? null : Offset(found.Groups["zone"].Value);
        return offset is { } zone && year is not null
            ? new LogMoment(new((local.Ticks - DateTime.UnixEpoch.Ticks - zone.Ticks) * 100 + nanoseconds % 100), local, true)
            : new LogMoment(null, local, year is not null) { Offset = offset };
    }

    // Only UTC and offsets: an abbreviation stands for several zones.
    private static TimeSpan? Offset(string zone)
    {
        if (zone is "UTC" or "GMT" or "Z")
        {
            return TimeSpan.Zero;
        }

        var digits = zone.Replace(":", "", StringComparison.Ordinal);
        return digits is ['+' or '-', ..] && TimeSpan.TryParseExact(digits[1..], ["hhmm", "hh"], CultureInfo.InvariantCulture, out var offset) && offset <= TimeSpan.FromHours(14)
            ? digits[0] == '-' ? -offset : offset : null;
    }

    [GeneratedRegex(
        @"\G(?:\d{1,10}: )?(?:R?S?P/[\w/]{1,30}:|LC/[\w/]{1,30}:|%@\d{1,20}%|%)?(?<doubt>[*.])?(?:(?<year>\d{4}) )?(?<month>[A-Z][a-z]{2}) {1,2}(?<day>\d{1,2}) (?:(?<year>\d{4}) )?(?<time>\d\d:\d\d:\d\d)(?:[.:,](?<fraction>\d{1,9}))?(?: (?<year>\d{4})(?= ))?(?: ?(?<zone>UTC|GMT|Z|[A-Z]{2,5}(?=:| \S+ %)|[+-]\d\d(?::?\d\d)?))?(?: DST)?(?: ?:)? +(?:(?<host>[\w.-]{1,64}):? )?(?:[\w-]{1,30}(?:\[\d+\])?: )?(?<message>%\S.*|[A-Z][A-Z\d_]{1,20}/\d/[\w-]{1,60}.*)",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();
}

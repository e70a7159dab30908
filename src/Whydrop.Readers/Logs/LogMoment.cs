using System.Globalization;
using Whydrop.Evidence;

namespace Whydrop.Readers.Logs;

/// <summary>
/// The time that a log line begins with. Without zone it is only known as the clock on the wall; without year not even its year is.
/// Only UTC, GMT and offsets are zones: abbreviations such as CST or IST stand for several.
/// </summary>
/// <param name="Time">The point in time; null when the line has no zone or no year.</param>
/// <param name="Local">What the line prints, in year 2000 when it has none; null when it prints no date.</param>
/// <param name="HasYear">Whether the year of <paramref name="Local"/> is printed.</param>
internal readonly record struct LogMoment(Timestamp? Time, DateTime? Local, bool HasYear)
{
    internal static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    private static readonly string[] Days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    // 2000 is a leap year: 29 February fits.
    internal const int NoYear = 2000;

    /// <summary>Offset of <see cref="Local"/> from UTC, when it is printed but the year is not; null otherwise.</summary>
    public TimeSpan? Offset { get; init; }

    /// <summary>The wall clock as text, without year when it has none; null when the point in time itself is known.</summary>
    public string? LocalText => Time is null && Local is { } local ? local.ToString(HasYear ? "yyyy-MM-dd'T'HH:mm:ss.ffffff" : "MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture) : null;

    /// <summary>Whole UTC time from a number of seconds, milliseconds, microseconds or nanoseconds since 1970; told apart by size.</summary>
    public static LogMoment? OfEpoch(string text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value))
        {
            return null;
        }

        // 1e9 s is 2001, 1e10 s is 2286: the sizes do not overlap between those years.
        decimal? scale = value switch
        {
            >= 1e9m and < 1e10m => 1e9m,
            >= 1e12m and < 1e13m => 1e6m,
            >= 1e15m and < 1e16m => 1e3m,
            >= 1e18m and < 9.2e18m => 1m,
            _ => null,
        };
        return scale is { } s && value * s < long.MaxValue ? new LogMoment(new Timestamp((long)(value * s)), null, true) : null;
    }

    /// <summary>Takes a date and time at an index of a line, with the zone behind it; <paramref name="at"/> moves behind what was taken.</summary>
    public static LogMoment? Take(string line, ref int at)
    {
        if (at >= line.Length)
        {
            return null;
        }

        var from = at;
        var moment = char.IsAsciiDigit(line[at]) ? TakeNumeric(line, ref at) : char.IsAsciiLetter(line[at]) ? TakeNamed(line, ref at) : null;
        at = moment is null ? from : at;
        return moment;
    }

    private static LogMoment? TakeNumeric(string line, ref int at)
    {
        // 2024-01-10T23:05:07.799+01:00, 2024-01-10 23:05:07,799, 2024/01/10 23:05:07
        if (Digits(line, at, 4) is { } year && at + 11 < line.Length && line[at + 4] is '-' or '/' && line[at + 7] == line[at + 4] && Digits(line, at + 5, 2) is { } month && Digits(line, at + 8, 2) is { } day
            && line[at + 10] is 'T' or ' ' or '_')
        {
            at += 11;
            return Close(line, ref at, year, month, day);
        }

        // 10 Jan 2024 23:05:07.799; 10/Jan/2024:13:55:36 -0700
        if (Digits(line, at, 2) is { } dayFirst && at + 12 < line.Length && line[at + 2] is ' ' or '/' && Month(line, at + 3) is { } named && Digits(line, at + 7, 4) is { } yearLast && line[at + 11] is ' ' or ':')
        {
            at += 12;
            return Close(line, ref at, yearLast, named, dayFirst);
        }

        // 1700000000.123456: journalctl -o short-unix
        if (Digits(line, at, 10) is not null && at + 11 < line.Length && line[at + 10] == '.')
        {
            var end = at + 11;
            while (end < line.Length && char.IsAsciiDigit(line[end]))
            {
                end++;
            }

            var epoch = end < line.Length && line[end] == ' ' && end > at + 13 ? OfEpoch(line[at..end]) : null;
            at = epoch is null ? at : end;
            return epoch;
        }

        return null;
    }

    private static LogMoment? TakeNamed(string line, ref int at)
    {
        // I0110 23:05:07.799123: klog
        if (line[at] is 'I' or 'W' or 'E' or 'F' && Digits(line, at + 1, 2) is { } klogMonth && Digits(line, at + 3, 2) is { } klogDay && at + 6 < line.Length && line[at + 5] == ' ')
        {
            at += 6;
            return Close(line, ref at, null, klogMonth, klogDay);
        }

        var weekday = at + 4 < line.Length && Array.IndexOf(Days, line.Substring(at, 3)) >= 0 && line[at + 3] is ' ' or ',';
        if (weekday)
        {
            at += line[at + 3] == ',' ? 5 : 4;
            if (at < line.Length && char.IsAsciiDigit(line[at]))
            {
                return TakeNumeric(line, ref at);
            }
        }

        // Nov 21 13:00:01.123456; Nov  1 …; with a weekday also "… 13:00:01 2024" and "… 13:00:01 UTC 2024"
        if (Month(line, at) is not { } month || at + 6 >= line.Length || line[at + 3] != ' ')
        {
            return null;
        }

        var first = line[at + 4] == ' ' ? at + 5 : at + 4;
        var day = Digits(line, first, 2) ?? Digits(line, first, 1);
        var after = first + (Digits(line, first, 2) is null ? 1 : 2);
        if (day is not { } known || after >= line.Length || line[after] != ' ')
        {
            return null;
        }

        at = after + 1;
        return Close(line, ref at, null, month, known, yearMayFollow: weekday);
    }

    // Time of day, fraction and zone.
    private static LogMoment? Close(string line, ref int at, int? year, int month, int day, bool yearMayFollow = false)
    {
        if (Digits(line, at, 2) is not (>= 0 and < 24 and { } hour) || Digits(line, at + 3, 2) is not (< 60 and { } minute) || Digits(line, at + 6, 2) is not (<= 60 and { } second)
            || line[at + 2] != ':' || line[at + 5] != ':' || month is < 1 or > 12 || day < 1 || year is < 1970 or > 2200 || day > DateTime.DaysInMonth(year ?? NoYear, month))
        {
            return null;
        }

        at += 8;
        var nanoseconds = Fraction(line, ref at);
        var zone = Zone(line, ref at);
        if (yearMayFollow && year is null && at + 4 < line.Length + 0 && line[at] == ' ' && Digits(line, at + 1, 4) is { } printed and >= 1970 and <= 2200 && (at + 5 == line.Length || !char.IsAsciiDigit(line[at + 5])))
        {
            year = printed;
            at += 5;
        }

        if (day > DateTime.DaysInMonth(year ?? NoYear, month))
        {
            return null;
        }

        // A leap second is the next second.
        var local = new DateTime(year ?? NoYear, month, day, hour, minute, 0, DateTimeKind.Unspecified).AddSeconds(second).AddTicks(nanoseconds / 100);
        if (zone is not { } offset || year is null)
        {
            return new LogMoment(null, local, year is not null);
        }

        var ticks = local.Ticks - DateTime.UnixEpoch.Ticks - offset.Ticks;
        return new LogMoment(new Timestamp(ticks * 100 + nanoseconds % 100), local, true);
    }

    private static long Fraction(string line, ref int at)
    {
        if (at + 1 >= line.Length || line[at] is not ('.' or ',') || !char.IsAsciiDigit(line[at + 1]))
        {
            return 0;
        }

        long value = 0, unit = 1_000_000_000;
        for (at++; at < line.Length && char.IsAsciiDigit(line[at]); at++)
        {
            unit /= 10;
            value += unit * (line[at] - '0');
        }

        return value;
    }

    private static TimeSpan? Zone(string line, ref int at)
    {
        if (at < line.Length && line[at] == 'Z' && (at + 1 == line.Length || !char.IsAsciiLetterOrDigit(line[at + 1])))
        {
            at++;
            return TimeSpan.Zero;
        }

        var blank = at < line.Length && line[at] == ' ' ? at + 1 : at;
        if (blank + 3 <= line.Length && line.AsSpan(blank, 3) is "UTC" or "GMT" && (blank + 3 == line.Length || !char.IsAsciiLetterOrDigit(line[blank + 3])))
        {
            at = blank + 3;
            return TimeSpan.Zero;
        }

        // +01:00, +0100, +01; behind a blank only +0100
        if (blank >= line.Length || line[blank] is not ('+' or '-') || Digits(line, blank + 1, 2) is not (<= 14 and { } hours))
        {
            return null;
        }

        var colon = blank == at && blank + 3 < line.Length && line[blank + 3] == ':' ? 1 : 0;
        var minutes = Digits(line, blank + 3 + colon, 2);
        var end = blank + 3 + (minutes is null ? 0 : colon + 2);
        if ((minutes is null && blank > at) || minutes is >= 60 || (end < line.Length && char.IsAsciiLetterOrDigit(line[end])))
        {
            return null;
        }

        at = end;
        if (line.AsSpan(at).StartsWith(" UTC", StringComparison.Ordinal))
        {
            at += 4;
        }

        var offset = new TimeSpan(hours, minutes ?? 0, 0);
        return line[blank] == '-' ? -offset : offset;
    }

    private static int? Month(string line, int at) => at + 3 <= line.Length && Array.IndexOf(Months, line.Substring(at, 3)) is var index and >= 0 ? index + 1 : null;

    private static int? Digits(string line, int at, int count)
    {
        if (at < 0 || at + count > line.Length || count > 10)
        {
            return null;
        }

        long value = 0;
        for (var i = at; i < at + count; i++)
        {
            if (!char.IsAsciiDigit(line[i]))
            {
                return null;
            }

            value = value * 10 + (line[i] - '0');
        }

        return (int)Math.Min(value, int.MaxValue);
    }
}

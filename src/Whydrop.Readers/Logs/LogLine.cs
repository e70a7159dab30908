using System.Buffers;
using System.Globalization;

namespace Whydrop.Readers.Logs;

/// <summary>A log line taken apart: when, who, and what it says.</summary>
/// <param name="Moment">Date and time; nothing in it when the line shows none.</param>
/// <param name="Uptime">Time since boot, as the kernel prints it.</param>
/// <param name="Host">Host name, of syslog and the journal.</param>
/// <param name="Program">Program, of syslog and the journal.</param>
/// <param name="IsKernel">The kernel wrote it.</param>
/// <param name="Message">The rest.</param>
internal sealed record LogLine(LogMoment Moment, TimeSpan? Uptime, string? Host, string? Program, bool IsKernel, string Message)
{
    private const int LongestHeading = 600;

    private static readonly SearchValues<char> NoHost = SearchValues.Create("[](){}=\"',;/:");
    private static readonly SearchValues<char> NoTag = SearchValues.Create("=\"'{}");

    // Behind a time of day without date only a level makes a log: tcpdump's lines begin with a time too.
    private static readonly string[] Levels = ["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "SEVERE", "FATAL", "CRITICAL", "CRIT", "ERR"];

    /// <summary>The line as a log's; null when it does not begin as one.</summary>
    public static LogLine? Parse(string line)
    {
        if (line.Length < 8)
        {
            return null;
        }

        if (DeviceHeading.Parse(line) is { } device)
        {
            return device;
        }

        var found = line[0] switch
        {
            '{' => LogJson.Parse(line),
            '[' => Bracketed(line),
            '<' => Prioritised(line),
            _ => char.IsAsciiDigit(line[0]) && Record(line) is { } record ? record : Plain(line),
        };
        return found is null || string.IsNullOrWhiteSpace(found.Message) || IsPacket(found.Message) ? null : found;
    }

    /// <summary>Splits what follows a time: container runtimes put a stream, syslog a host and a program, the kernel its uptime.</summary>
    internal static LogLine Behind(LogMoment moment, string rest, bool isSyslog)
    {
        var text = rest.TrimStart();

        // Kubernetes' container log format: "stdout F text", P for a part of a line.
        if (text.StartsWith("stdout ", StringComparison.Ordinal) || text.StartsWith("stderr ", StringComparison.Ordinal))
        {
            return new LogLine(moment, null, null, null, false, text.Length > 9 && text[7] is 'F' or 'P' && text[8] == ' ' ? text[9..] : text[7..]);
        }

        string? host = null, program = null;
        var first = text.IndexOf(' ');
        if (first > 0 && first < LongestHeading)
        {
            var second = text.IndexOf(' ', first + 1);
            var (one, two) = (text[..first], second < 0 ? "" : text[(first + 1)..second]);
            if (isSyslog && IsTag(one, anyName: true))
            {
                (program, text) = (one, text[(first + 1)..]);
            }
            else if (IsHost(one) && IsTag(two, anyName: isSyslog))
            {
                (host, program, text) = (one, two, text[(second + 1)..]);
            }
        }

        var bracket = program?.IndexOf('[') is { } at and > 0 ? at : program?.TrimEnd(':').Length ?? 0;
        program = program?[..bracket];
        var uptime = program is "kernel" ? TakeUptime(ref text) : null;
        return new LogLine(moment, uptime, host, program, program is "kernel", text);
    }

    // "[12345.678901] text", "[Thu Dec  7 00:05:14 2017] text", "[  +0.000011] text", "[<    0.000011>] text", "[Nov21 13:07] text", "[2024-01-10 10:00:00,123] text"; "[pod/web/app] " before any
    private static LogLine? Bracketed(string line)
    {
        if (line.StartsWith("[pod/", StringComparison.Ordinal))
        {
            return line.IndexOf("] ", StringComparison.Ordinal) is var end and > 0 and < LongestHeading && end + 2 < line.Length && line[end + 2] != '[' ? Parse(line[(end + 2)..]) : null;
        }

        var text = line;
        if (TakeUptime(ref text) is { } uptime)
        {
            var rest = Behind(default, text, isSyslog: false);
            return rest.Program is null ? new LogLine(default, uptime, null, null, true, text) : rest with { Uptime = uptime };
        }

        var close = line.IndexOf(']');
        if (close is < 2 or > 64)
        {
            return null;
        }

        var at = 1;
        if (LogMoment.Take(line, ref at) is { } moment && at <= close)
        {
            // dmesg -T and its colleagues print a weekday; programs print numbers.
            return new LogLine(moment, null, null, null, char.IsAsciiLetter(line[1]), line[(close + 1)..].TrimStart());
        }

        var inside = line.AsSpan(1, close - 1).Trim();
        return (inside is ['<', .., '>'] && inside.Length > 4) || (inside.StartsWith("+") && decimal.TryParse(inside[1..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _)) || IsHumanTime(inside)
            ? new LogLine(default, null, null, null, true, line[(close + 1)..].TrimStart()) : OneWordBefore(line);
    }

    // dmesg -H: "[Nov21 13:07]"
    private static bool IsHumanTime(ReadOnlySpan<char> text) => text.Length == 11 && text[5] == ' ' && text[8] == ':' && char.IsAsciiLetterUpper(text[0]) && char.IsAsciiDigit(text[4]) && char.IsAsciiDigit(text[10]);

    // "<6>[12345.678901] text" (dmesg -r), "<34>Nov 21 13:00:01 host prog: text" (RFC 3164), "<34>1 2003-10-11T22:14:15.003Z host prog pid msgid - text" (RFC 5424)
    private static LogLine? Prioritised(string line)
    {
        var close = line.IndexOf('>');
        if (close is < 2 or > 4 || line.AsSpan(1, close - 1).ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        var rest = line[(close + 1)..];
        if (!rest.StartsWith("1 ", StringComparison.Ordinal))
        {
            return rest.Length > 0 && rest[0] != '<' ? Parse(rest) : null;
        }

        var at = 2;
        var moment = LogMoment.Take(rest, ref at);
        if (moment is null && !rest.AsSpan(2).StartsWith("- "))
        {
            return null;
        }

        at = moment is null ? 3 : at;
        var words = rest[at..].TrimStart().Split(' ', 5);
        if (words.Length < 5)
        {
            return null;
        }

        var text = words[4];
        while (text.StartsWith('['))
        {
            // RFC 5424 6.3: structured data; "]" inside a value is escaped.
            var end = text.IndexOf(']');
            while (end > 0 && text[end - 1] == '\\')
            {
                end = text.IndexOf(']', end + 1);
            }

            text = end < 0 ? "" : text[(end + 1)..];
        }

        text = text.StartsWith("- ", StringComparison.Ordinal) ? text[2..] : text.TrimStart();
        var isKernel = words[1] == "kernel";
        var uptime = isKernel ? TakeUptime(ref text) : null;
        return new LogLine(moment ?? default, uptime, words[0] == "-" ? null : words[0], words[1] == "-" ? null : words[1], isKernel, text.TrimStart('\uFEFF'));
    }

    // /dev/kmsg: "6,1234,5678901,-;text" (Documentation/ABI/testing/dev-kmsg)
    private static LogLine? Record(string line)
    {
        var semicolon = line.IndexOf(';');
        if (semicolon is < 5 or > 100)
        {
            return null;
        }

        var fields = line[..semicolon].Split(',');
        return fields.Length >= 4 && Array.TrueForAll(fields[..3], f => f.Length > 0 && !f.AsSpan().ContainsAnyExceptInRange('0', '9')) && long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            && microseconds < long.MaxValue / TimeSpan.TicksPerMicrosecond
            ? new LogLine(default, TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond), null, null, true, line[(semicolon + 1)..]) : null;
    }

    private static LogLine? Plain(string line)
    {
        var at = 0;
        if (LogMoment.Take(line, ref at) is { } moment)
        {
            if (at >= line.Length)
            {
                return null;
            }

            var isSyslog = char.IsAsciiLetterUpper(line[0]) && line[1] is >= 'a' and <= 'z';
            var rest = Behind(moment, line[at..], isSyslog);

            // dmesg --time-format iso is the only one with a comma, microseconds and an offset.
            return rest with { IsKernel = rest.IsKernel || (rest.Program is null && at == 32 && line[19] == ',' && line[26] is '+' or '-') };
        }

        // dmesg -x: "kern  :info  : [12345.678901] text"
        if (line.Length > 20 && line.IndexOf(": [", StringComparison.Ordinal) is > 4 and < 24 and var levelled && line.AsSpan(0, levelled).Contains(':'))
        {
            return Bracketed(line[(levelled + 2)..]);
        }

        return KeyValue(line) ?? TimeOfDay(line) ?? AccessLog(line) ?? OneWordBefore(line);
    }

    // logfmt: time="2024-01-10T23:05:07Z" level=error msg="…"; level=info ts=2024-01-10T23:05:07Z …
    private static LogLine? KeyValue(string line)
    {
        var equals = line.IndexOf('=');
        if (equals is < 1 or > 16 || line.AsSpan(0, equals).Contains(' '))
        {
            return null;
        }

        foreach (var key in (ReadOnlySpan<string>)["time=", "ts=", "t=", "timestamp="])
        {
            var at = line.AsSpan(0, Math.Min(line.Length, 200)).IndexOf(key);
            if (at == 0 || (at > 0 && line[at - 1] == ' '))
            {
                at += key.Length;
                at += at < line.Length && line[at] == '"' ? 1 : 0;
                return LogMoment.Take(line, ref at) is { } moment ? new LogLine(moment, null, null, null, false, line) : null;
            }
        }

        return null;
    }

    // "13:00:01,123 INFO  [org.x] text"
    private static LogLine? TimeOfDay(string line)
    {
        if (line.Length < 14 || !char.IsAsciiDigit(line[0]) || line[2] != ':' || line[5] != ':')
        {
            return null;
        }

        var words = line[8..Math.Min(line.Length, 80)].Split([' ', '[', ']', '|', '-', ':'], StringSplitOptions.RemoveEmptyEntries);
        return words.Take(4).Any(w => Levels.Contains(w)) ? new LogLine(default, null, null, null, false, line[8..].TrimStart()) : null;
    }

    // 10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 502 …
    private static LogLine? AccessLog(string line)
    {
        var bracket = line.AsSpan(0, Math.Min(line.Length, 120)).IndexOf('[');
        if (bracket < 4)
        {
            return null;
        }

        var at = bracket + 1;
        return LogMoment.Take(line, ref at) is { } moment && at < line.Length && line[at] == ']' ? new LogLine(moment, null, null, null, false, line[(at + 1)..].TrimStart()) : null;
    }

    // "INFO 2024-01-10 23:05:07 text", "[INFO] 2024/01/10 …", "web_1  | 2024-…", "1:M 10 Jan 2024 …"
    private static LogLine? OneWordBefore(string line)
    {
        var blank = line.IndexOf(' ');
        if (blank is < 1 or > 40)
        {
            return null;
        }

        var at = blank;
        while (at < line.Length && line[at] is ' ' or '|' or '[')
        {
            at++;
        }

        var start = at;
        return start < line.Length && LogMoment.Take(line, ref at) is { } moment && at < line.Length && !line.AsSpan(0, blank).Contains('=') ? Behind(moment, line[at..].TrimStart(']'), isSyslog: false) : null;
    }

    // "[12345.678901] ", "[   12.345678][  T123] ", "[  518.05 <    0.000000>] "; beyond 1e9 s it is no uptime but the time since 1970, as ping -D and conntrack print it
    private static TimeSpan? TakeUptime(ref string text)
    {
        var close = text.IndexOf(']');
        if (text.Length == 0 || text[0] != '[' || close is < 4 or > 40)
        {
            return null;
        }

        var inside = text.AsSpan(1, close - 1).TrimStart();
        var blank = inside.IndexOf(' ');
        inside = blank > 0 && inside[(blank + 1)..].TrimStart() is ['<', ..] ? inside[..blank] : inside;
        if (!inside.Contains('.') || !decimal.TryParse(inside, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds >= 1e9m)
        {
            return null;
        }

        var after = close + 1;
        if (after < text.Length && text[after] == '[' && text.IndexOf(']', after) is var caller and > 0 && caller - after < 12)
        {
            after = caller + 1;
        }

        text = text[Math.Min(text.Length, after)..].TrimStart();
        return TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
    }

    private static bool IsHost(string word) =>
        word.Length <= 253 && char.IsAsciiLetterOrDigit(word[0]) && !word.AsSpan().ContainsAny(NoHost) && Array.IndexOf(Levels, word) < 0;

    // "kernel:", "kubelet[123]:"; behind a syslog time any word with a colon is a program
    private static bool IsTag(string word, bool anyName) =>
        word.Length is > 1 and < 80 && word[^1] == ':' && (anyName || word == "kernel:" || (word.IndexOf('[') > 0 && word.EndsWith("]:", StringComparison.Ordinal))) && !word.AsSpan(0, word.Length - 1).ContainsAny(NoTag);

    // tcpdump -tttt
    private static bool IsPacket(string message) =>
        message.StartsWith("IP ", StringComparison.Ordinal) || message.StartsWith("IP6 ", StringComparison.Ordinal) || message.StartsWith("ARP, ", StringComparison.Ordinal)
        || message.Contains(", ethertype ", StringComparison.Ordinal) || message.Contains(" Flags [", StringComparison.Ordinal);
}

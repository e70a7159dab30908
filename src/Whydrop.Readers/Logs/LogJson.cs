using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Whydrop.Readers.Logs;

/// <summary>
/// A log line that is one JSON object: journalctl -o json (systemd.journal-fields(7)), Docker's json-file, and what logging libraries write. It is one
/// only when it has a time and a message.
/// </summary>
internal static class LogJson
{
    private const int LongestLine = 256 * 1024;
    private const int LongestMessage = 8 * 1024;

    private static readonly string[] Times = ["__REALTIME_TIMESTAMP", "time", "ts", "timestamp", "@timestamp", "t", "date"];
    private static readonly string[] Messages = ["MESSAGE", "msg", "message", "log"];

    // Said with the message: zap and logrus put the cause beside it.
    private static readonly HashSet<string> Causes = new(StringComparer.Ordinal) { "error", "err", "cause", "exception", "reason", "upstream", "stack_trace", "error.message" };

    // What a message of a BGP speaker is about stands beside it.
    private static readonly HashSet<string> OfSessions = new(StringComparer.Ordinal) { "Key", "Reason", "peer", "peerASN" };

    public static LogLine? Parse(string line)
    {
        if (line.Length > LongestLine || line.Length < 10 || line[^1] != '}' && line.TrimEnd() is not [.., '}'])
        {
            return null;
        }

        try
        {
            return Read(Encoding.UTF8.GetBytes(line));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Broken JSON, or a lone surrogate in an escape: no log line that can be read.
            return null;
        }
    }

    private static LogLine? Read(byte[] bytes)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 64 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    members[name] = reader.GetString()!;
                    break;
                case JsonTokenType.Number:
                    members[name] = Encoding.UTF8.GetString(reader.ValueSpan);
                    break;
                case JsonTokenType.StartArray when name == "MESSAGE":
                    // The journal prints a message that is not UTF-8 as an array of bytes.
                    members[name] = Bytes(ref reader);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    reader.Skip();
                    break;
            }
        }

        return Line(members);
    }

    private static string Bytes(ref Utf8JsonReader reader)
    {
        var bytes = new List<byte>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out var b) && bytes.Count < LongestMessage)
            {
                bytes.Add(b);
            }
        }

        return Encoding.Latin1.GetString([.. bytes]);
    }

    /// <summary>The line that an object's members say; null when it has no time or no message.</summary>
    public static LogLine? Line(Dictionary<string, string> members)
    {
        if (Array.Find(Times, members.ContainsKey) is not { } timeKey || Array.Find(Messages, members.ContainsKey) is not { } messageKey)
        {
            return null;
        }

        var at = 0;
        var moment = LogMoment.OfEpoch(members[timeKey]) ?? LogMoment.Take(members[timeKey] + " ", ref at);
        if (moment is null)
        {
            return null;
        }

        var message = members[messageKey].TrimEnd();
        if (messageKey != "MESSAGE")
        {
            var ofSession = message.Contains("BGP", StringComparison.Ordinal) || message.StartsWith("Peer ", StringComparison.OrdinalIgnoreCase);
            message = string.Join(' ', members.Where(m => Causes.Contains(m.Key)).Select(m => m.Value).Prepend(message)
                .Concat(members.Where(m => ofSession && OfSessions.Contains(m.Key)).Select(m => $"{m.Key}={(m.Value.Contains(' ') ? $"\"{m.Value}\"" : m.Value)}")));
        }

        message = message.Length <= LongestMessage ? message : message[..LongestMessage];
        var isKernel = members.GetValueOrDefault("_TRANSPORT") == "kernel";
        return new LogLine(moment.Value, isKernel ? Uptime(members) : null, members.GetValueOrDefault("_HOSTNAME"), members.GetValueOrDefault("SYSLOG_IDENTIFIER") ?? members.GetValueOrDefault("_COMM"), isKernel, message);
    }

    private static TimeSpan? Uptime(Dictionary<string, string> members) =>
        long.TryParse(members.GetValueOrDefault("_SOURCE_MONOTONIC_TIMESTAMP") ?? members.GetValueOrDefault("__MONOTONIC_TIMESTAMP"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            && microseconds < long.MaxValue / TimeSpan.TicksPerMicrosecond ? TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond) : null;
}

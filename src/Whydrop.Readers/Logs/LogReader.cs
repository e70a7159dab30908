using System.Buffers;
using System.Text.RegularExpressions;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Logs;

/// <summary>
/// Kernel, system and application logs. Only lines that say something of the network, or of who could not run, become facts; the others are no gap.
/// A time without zone cannot be placed and is kept as printed under "local-time"; the header of journalctl says zone and year for its lines.
/// </summary>
public sealed class LogReader : Reader
{
    private const int MostOfOneKind = 10_000;
    private const int LongestMessage = 2000;
    private const int LongestText = 400;

    private static readonly Dictionary<string, string> NoDetails = [];

    private static readonly IReadOnlyList<LogPhrase> OfKernel = [.. KernelPhrases.OfDevices.Take(4), .. KernelPhrases.Special, .. KernelPhrases.OfDevices.Skip(4)];

    private static readonly IReadOnlyList<LogPhrase> OfPrograms = [.. KernelPhrases.Special, .. ApplicationPhrases.All];

    private static readonly SearchValues<string> Keywords = SearchValues.Create(
        [.. OfKernel.Concat(OfPrograms).Select(p => p.Keyword).Concat(OutOfMemory.Keywords).Distinct(StringComparer.OrdinalIgnoreCase)], StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc />
    public override string Id => "log";

    /// <inheritdoc />
    public override string Reads => "dmesg (also -T, -x, --time-format iso), /dev/kmsg, journalctl (short, short-iso, short-precise, json), syslog (RFC 3164, RFC 5424), container and application logs: what they say of the network and of killed or stuck processes";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample)
    {
        int logged = 0, others = 0;
        foreach (var line in sample.Lines)
        {
            if (LogLine.Parse(line.Text) is not null)
            {
                logged++;
            }
            else if (!IsContinuation(line.Text))
            {
                others++;
            }
        }

        return logged == 0 || logged < others ? 0 : Math.Max(50, 80 * logged / (logged + others));
    }

    /// <inheritdoc />
    public override bool Opens(string line) => LogLine.Parse(line) is not null || JournalHeader.Of(line) is not null;

    private protected override void Read(TextFile file, Findings findings)
    {
        var kills = new OutOfMemory();
        var told = new Dictionary<string, (int Count, int FirstLeftOut)>(StringComparer.Ordinal);
        var header = default(JournalHeader);
        string? lead = null;
        (string? Lead, string? Kind) last = default;
        foreach (var line in file.Lines)
        {
            header = JournalHeader.Of(line.Text) ?? header;
            if (line.Text.Length == 0)
            {
                continue;
            }

            // The heading is only taken apart where the line says something.
            var follows = IsContinuation(line.Text);
            lead = follows ? lead : line.Text;
            if (!line.Text.AsSpan(0, Math.Min(line.Text.Length, LongestMessage)).ContainsAny(Keywords))
            {
                continue;
            }

            // A trace has the time of the line above it.
            var log = LogLine.Parse(line.Text) ?? ((follows && lead is not null ? LogLine.Parse(lead) : null) ?? new LogLine(default, null, null, null, false, "")) with { Message = line.Text.Trim() };
            log = log with { Moment = header.Complete(log.Moment), Message = log.Message.Length <= LongestMessage ? log.Message : log.Message[..LongestMessage] };
            foreach (var fact in Facts(line.Number, log, kills, findings))
            {
                // A trace says again what its first line said.
                if (!follows || last != (lead, fact.Kind))
                {
                    Tell(fact, told, findings);
                }

                last = (lead, fact.Kind);
            }
        }

        if (kills.Flush() is { } open)
        {
            Tell(Fact(open, findings), told, findings);
        }

        foreach (var (kind, (count, firstLeftOut)) in told.Where(t => t.Value.Count > MostOfOneKind))
        {
            findings.Gap(firstLeftOut, GapKind.Limited, $"{count - MostOfOneKind} more lines of kind {kind} from here on are not listed");
        }
    }

    private static IEnumerable<LogEvent> Facts(int line, LogLine log, OutOfMemory kills, Findings findings)
    {
        var killed = false;
        foreach (var kill in kills.Take(line, log))
        {
            killed = true;
            yield return Fact(kill, findings);
        }

        if (!killed && Phrase(line, log, findings) is { } said)
        {
            yield return said;
        }
    }

    private static void Tell(LogEvent fact, Dictionary<string, (int Count, int FirstLeftOut)> told, Findings findings)
    {
        var (count, first) = told.GetValueOrDefault(fact.Kind);
        told[fact.Kind] = (count + 1, count == MostOfOneKind ? (int)(fact.From.Line ?? 0) : first);
        if (count < MostOfOneKind)
        {
            findings.Add(fact);
        }
    }

    private static LogEvent? Phrase(int line, LogLine log, Findings findings)
    {
        var ofDevices = log.IsKernel || log.Program is "systemd-networkd" or "NetworkManager" or "systemd-udevd" or "wicked" or "ifplugd";
        foreach (var phrase in log.IsKernel ? OfKernel : ofDevices ? OfKernel.Concat(ApplicationPhrases.All) : OfPrograms)
        {
            if (!log.Message.Contains(phrase.Keyword, StringComparison.OrdinalIgnoreCase) || phrase.Pattern.Match(log.Message) is not { Success: true } match)
            {
                continue;
            }

            var details = Details(match, log);
            var kind = phrase.Kind.Replace("{state}", match.Groups["state"].Value.ToLowerInvariant() switch { "connected" => "up", "disconnected" => "down", var state => state }, StringComparison.Ordinal);
            if (!log.IsKernel && phrase.Subject is null && ApplicationPhrases.All.Contains(phrase))
            {
                return OfProgram(line, kind, log, details, findings);
            }

            var subject = phrase.Subject is { } group && match.Groups[group] is { Success: true, Value.Length: > 0 } named ? named.Value : null;
            return Fact(line, log, kind, subject, log.Message, details, findings, phrase.Subject == "device" || details.ContainsKey("device") ? match.Groups["device"].Value : null);
        }

        return null;
    }

    // An error of a socket call: the call and the ends say what it means.
    private static LogEvent OfProgram(int line, string kind, LogLine log, Dictionary<string, string> details, Findings findings)
    {
        var operation = ApplicationPhrases.Operation(log.Message);
        kind = (kind, operation) switch
        {
            ("timed-out", "connect") => "connect-timeout",
            ("timed-out", "read" or "write") => "read-timeout",
            ("no-local-address", "bind") => "bind-failed",
            _ => kind,
        };
        if (operation is not null)
        {
            details["operation"] = operation;
        }

        if (log.Program is { } program)
        {
            details["program"] = program;
        }

        if (kind == "too-many-files")
        {
            details["scope"] = details.ContainsKey("scope") || log.Message.Contains("ENFILE", StringComparison.Ordinal) ? "system" : "process";
            return Fact(line, log, kind, log.Program, log.Message, details, findings, null);
        }

        var (local, peer) = PeerText.In(log.Message);
        if (local is not null)
        {
            details["local"] = local;
        }

        if (peer is not null)
        {
            details["peer"] = peer;
        }

        return Fact(line, log, kind, peer, log.Message, details, findings, null);
    }

    private static Dictionary<string, string> Details(Match match, LogLine log)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Group group in match.Groups)
        {
            if (group.Success && group.Value.Length > 0 && !char.IsAsciiDigit(group.Name[0]) && group.Name != "state")
            {
                details[group.Name] = group.Value.Trim();
            }
        }

        if (log.Moment.LocalText is { } local)
        {
            details["local-time"] = local;
        }

        return details;
    }

    private static LogEvent Fact(OutOfMemoryEvent kill, Findings findings)
    {
        var details = kill.Details;
        if (kill.Heading.Moment.LocalText is { } local)
        {
            details = new Dictionary<string, string>(details, StringComparer.Ordinal) { ["local-time"] = local };
        }

        return Fact(kill.Line, kill.Heading, kill.Kind, kill.Victim, kill.Text, details, findings, null);
    }

    private static LogEvent Fact(int line, LogLine log, string kind, string? subject, string text, IReadOnlyDictionary<string, string> details, Findings findings, string? device)
    {
        // A log that was sent elsewhere names the host in each line; the folder's name goes first.
        var at = findings.At.Node is null && log.Host is { } host ? new VantagePoint(host) : findings.At;
        at = device is { Length: > 0 } ? at with { Interface = device } : at;
        text = text.Length <= LongestText ? text : text[..LongestText];
        return new LogEvent(at, findings.From(line), log.Moment.Time, log.Uptime, kind, subject, text, details.Count == 0 ? NoDetails : details);
    }

    // Stack traces and wrapped messages follow the line that has the time.
    private static bool IsContinuation(string line) =>
        line.Length > 0 && (char.IsWhiteSpace(line[0]) || line.StartsWith("Caused by: ", StringComparison.Ordinal) || line.StartsWith("Traceback ", StringComparison.Ordinal)
            || line.StartsWith("-- ", StringComparison.Ordinal) || line.StartsWith("goroutine ", StringComparison.Ordinal) || line.StartsWith("During handling of ", StringComparison.Ordinal)
            || IsException(line));

    // "java.net.SocketException: Connection reset", "ConnectionRefusedError: [Errno 111] …"
    private static bool IsException(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon is > 5 and < 120 && !line.AsSpan(0, colon).Contains(' ') && (line.AsSpan(0, colon).EndsWith("Exception") || line.AsSpan(0, colon).EndsWith("Error"));
    }
}

using System.Buffers;
using System.Text.RegularExpressions;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Logs;

/// <summary>Turns the lines of one log into events, as many of a kind as memory allows.</summary>
internal sealed class LogFindings(Findings findings)
{
    private const int MostOfOneKind = 10_000;
    private const int LongestMessage = 2000;
    private const int LongestText = 400;

    private static readonly Dictionary<string, string> NoDetails = [];

    private static readonly IReadOnlyList<LogPhrase> OfKernel = [.. KernelPhrases.OfDevices.Take(4), .. KernelPhrases.Special, .. KernelPhrases.OfDevices.Skip(4)];

    private static readonly IReadOnlyList<LogPhrase> OfPrograms = [.. KernelPhrases.Special, .. RoutingPhrases.All, .. ApplicationPhrases.All];

    private static readonly SearchValues<string> Keywords = SearchValues.Create(
        [.. OfKernel.Concat(OfPrograms).Select(p => p.Keyword).Concat(OutOfMemory.Keywords).Concat(BirdSessions.Keywords).Distinct(StringComparer.OrdinalIgnoreCase)], StringComparison.OrdinalIgnoreCase);

    private readonly OutOfMemory kills = new();
    private readonly BirdSessions birds = new();
    private readonly Dictionary<string, (int Count, int FirstLeftOut)> told = new(StringComparer.Ordinal);
    private (string? Lead, string? Kind) last;

    /// <summary>Whether a line holds any word that an event needs: few do.</summary>
    public static bool MaySay(string line) => line.AsSpan(0, Math.Min(line.Length, LongestMessage)).ContainsAny(Keywords);

    /// <summary>Takes one line.</summary>
    /// <param name="line">Its number.</param>
    /// <param name="log">The line, or the heading above it with its own text.</param>
    /// <param name="lead">The line that the heading stands in.</param>
    /// <param name="follows">It stands below that line, in a trace.</param>
    public void Take(int line, LogLine log, string? lead, bool follows)
    {
        log = log.Message.Length <= LongestMessage ? log : log with { Message = log.Message[..LongestMessage] };
        foreach (var fact in Facts(line, log))
        {
            // A trace says again what its first line said.
            if (!follows || last != (lead, fact.Kind))
            {
                Tell(fact);
            }

            last = (lead, fact.Kind);
        }
    }

    /// <summary>Ends the log: tells what is still open and what was left out.</summary>
    public void Close()
    {
        if (kills.Flush() is { } open)
        {
            Tell(Fact(open));
        }

        foreach (var (kind, (count, firstLeftOut)) in told.Where(t => t.Value.Count > MostOfOneKind))
        {
            findings.Gap(firstLeftOut, GapKind.Limited, $"{count - MostOfOneKind} more lines of kind {kind} from here on are not listed");
        }
    }

    private IEnumerable<LogEvent> Facts(int line, LogLine log)
    {
        var killed = false;
        foreach (var kill in kills.Take(line, log))
        {
            killed = true;
            yield return Fact(kill);
        }

        if (killed)
        {
            yield break;
        }

        if (birds.Take(log) is { } bird)
        {
            yield return Fact(line, log, bird.Kind, bird.Subject, log.Message, bird.Details, null);
        }
        else if (Phrase(line, log) is { } said)
        {
            yield return said;
        }
    }

    private void Tell(LogEvent fact)
    {
        var (count, first) = told.GetValueOrDefault(fact.Kind);
        told[fact.Kind] = (count + 1, count == MostOfOneKind ? (int)(fact.From.Line ?? 0) : first);
        if (count < MostOfOneKind)
        {
            findings.Add(fact);
        }
    }

    private LogEvent? Phrase(int line, LogLine log)
    {
        var ofDevices = log.IsKernel || log.Program is "systemd-networkd" or "NetworkManager" or "systemd-udevd" or "wicked" or "ifplugd";
        foreach (var phrase in log.IsKernel ? OfKernel : ofDevices ? OfKernel.Concat(ApplicationPhrases.All) : OfPrograms)
        {
            if (!log.Message.Contains(phrase.Keyword, StringComparison.OrdinalIgnoreCase) || phrase.Pattern.Match(log.Message) is not { Success: true } match)
            {
                continue;
            }

            var details = Details(match);
            var kind = phrase.Kind.Replace("{state}", match.Groups["state"].Value.ToLowerInvariant() switch { "connected" => "up", "disconnected" => "down", var state => state }, StringComparison.Ordinal);
            if (!log.IsKernel && phrase.Subject is null && ApplicationPhrases.All.Contains(phrase))
            {
                return OfProgram(line, kind, log, details);
            }

            var subject = phrase.Subject is { } group && match.Groups[group] is { Success: true, Value.Length: > 0 } named ? named.Value : null;
            subject ??= phrase.Subject == "daemon" ? log.Program : null;
            return Fact(line, log, kind, subject, log.Message, details, phrase.Subject == "device" || details.ContainsKey("device") ? match.Groups["device"].Value : null);
        }

        return null;
    }

    // An error of a socket call: the call and the ends say what it means.
    private LogEvent OfProgram(int line, string kind, LogLine log, Dictionary<string, string> details)
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
            return Fact(line, log, kind, log.Program, log.Message, details, null);
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

        return Fact(line, log, kind, peer, log.Message, details, null);
    }

    private static Dictionary<string, string> Details(Match match)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Group group in match.Groups)
        {
            if (group.Success && group.Value.Length > 0 && !char.IsAsciiDigit(group.Name[0]) && group.Name != "state")
            {
                details[group.Name] = group.Value.Trim();
            }
        }

        return details;
    }

    // What a reader of the case must know to date the line.
    private static IReadOnlyDictionary<string, string> WithClock(IReadOnlyDictionary<string, string> details, LogLine log)
    {
        // dmesg -T and dmesg --time-format iso reckon from boot, and print no uptime beside it.
        var sinceBoot = log is { IsKernel: true, Program: null, Uptime: null, Moment.Local: not null };
        if (!sinceBoot && log.Moment.LocalText is null)
        {
            return details.Count == 0 ? NoDetails : details;
        }

        var clocked = new Dictionary<string, string>(details, StringComparer.Ordinal);
        if (log.Moment.LocalText is { } local)
        {
            clocked["local-time"] = local;
        }

        if (log.Moment.Offset is { } offset)
        {
            clocked["zone"] = $"{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hh\\:mm}";
        }

        if (sinceBoot)
        {
            clocked[LogEvent.Clock] = LogEvent.SinceBoot;
        }

        return clocked;
    }

    private LogEvent Fact(OutOfMemoryEvent kill) => Fact(kill.Line, kill.Heading, kill.Kind, kill.Victim, kill.Text, kill.Details, null);

    private LogEvent Fact(int line, LogLine log, string kind, string? subject, string text, IReadOnlyDictionary<string, string> details, string? device)
    {
        // A log that was sent elsewhere names the host in each line; the folder's name goes first.
        var at = findings.At.Node is null && log.Host is { } host ? new VantagePoint(host) : findings.At;
        at = device is { Length: > 0 } ? at with { Interface = device } : at;
        text = text.Length <= LongestText ? text : text[..LongestText];
        return new LogEvent(at, findings.From(line), log.Moment.Time, log.Uptime, kind, subject, text, WithClock(details, log));
    }
}

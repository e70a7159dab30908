using System.Globalization;
using System.Text.RegularExpressions;
using Whydrop.Readers.ControlGroups;

namespace Whydrop.Readers.Logs;

/// <summary>
/// The lines of one out-of-memory kill (mm/oom_kill.c, mm/memcontrol.c) belong together: the control group stands in a line of its own before the kill.
/// A kill is told once, at "Killed process"; what was only announced is told when no kill follows in the next lines.
/// </summary>
internal sealed partial class OutOfMemory
{
    private const string Kill = "oom-kill";

    // A report lists every task: thousands of lines. The next report ends it at the latest.
    private const int MostLinesBetween = 20_000;

    private (int Line, LogLine Heading, string Text, Dictionary<string, string> Details)? announced;

    /// <summary>Text that every line of these wordings holds.</summary>
    public static IReadOnlyList<string> Keywords { get; } = ["oom-killer", "oom-kill:", "Kill process ", "Killed process ", "oom_reaper", "killed as a result of limit of", "System OOM encountered", "are going to be killed due to memory.oom.group"];

    /// <summary>What one line completes; usually nothing or one event, two when it shows that an announced kill has no other line.</summary>
    public IEnumerable<OutOfMemoryEvent> Take(int line, LogLine log)
    {
        var text = log.Message;
        if (announced is { } open && line - open.Line > MostLinesBetween)
        {
            yield return Flush()!;
        }

        if (Invoked().Match(text) is { Success: true } invoked)
        {
            if (Flush() is { } earlier)
            {
                yield return earlier;
            }

            yield return new OutOfMemoryEvent(line, log, "oom-invoked", invoked.Groups["victim"].Value, text, Named(invoked));
        }
        else if (Constraint().Match(text) is { Success: true } constraint)
        {
            if (Flush() is { } earlier)
            {
                yield return earlier;
            }

            announced = (line, log, text, WithOwner(Named(constraint)));
        }
        else if (TaskIn().Match(text) is { Success: true } task)
        {
            // Before 5.0 the control group has a line of its own, and no process in it.
            announced = (line, log, text, WithOwner(Named(task)));
        }
        else if (Killed().Match(text) is { Success: true } killed)
        {
            yield return Completed(line, log, killed);
        }
        else if (Announced().Match(text) is { Success: true } planned)
        {
            // The victim may be a child of the process named here: "or sacrifice child".
            var details = Named(planned);
            Add(details, announced?.Details);
            announced = (line, log, text, details);
        }
        else if (Reaped().Match(text) is { Success: true } reaped)
        {
            yield return new OutOfMemoryEvent(line, log, "oom-reaped", reaped.Groups["victim"].Value, text, Named(reaped));
        }
        else if (Kubelet().Match(text) is { Success: true } reported)
        {
            yield return new OutOfMemoryEvent(line, log, "oom-reported", reported.Groups["victim"].Value, text, Named(reported));
        }
    }

    /// <summary>The kill that was announced and never told; null when there is none.</summary>
    public OutOfMemoryEvent? Flush()
    {
        var open = announced;
        announced = null;
        return open is { } kill && (kill.Details.ContainsKey("victim") || kill.Details.ContainsKey("cgroup"))
            ? new OutOfMemoryEvent(kill.Line, kill.Heading, Kill, kill.Details.GetValueOrDefault("victim"), kill.Text, kill.Details) : null;
    }

    private OutOfMemoryEvent Completed(int line, LogLine log, Match killed)
    {
        var details = Named(killed);
        if (announced is { } open)
        {
            // Only the control group is of this kill for certain when another process was announced.
            Add(details, open.Details);
            announced = null;
        }

        if (log.Message.Contains("Memory cgroup out of memory", StringComparison.Ordinal))
        {
            details.TryAdd("constraint", "CONSTRAINT_MEMCG");
        }

        long rss = 0;
        var whole = true;
        foreach (var part in (ReadOnlySpan<string>)["anon-rss", "file-rss"])
        {
            whole &= details.TryGetValue(part, out var printed);
            rss += printed is not null && long.TryParse(printed.AsSpan(0, Math.Max(0, printed.Length - 2)), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes) ? kilobytes : 0;
        }

        if (details.TryGetValue("shmem-rss", out var shared) && long.TryParse(shared.AsSpan(0, Math.Max(0, shared.Length - 2)), NumberStyles.None, CultureInfo.InvariantCulture, out var more))
        {
            rss += more;
        }

        if (whole)
        {
            details["rss"] = $"{rss}kB";
        }

        return new OutOfMemoryEvent(line, log, Kill, details["victim"], log.Message, details);
    }

    private static Dictionary<string, string> Named(Match match) =>
        match.Groups.Cast<Group>().Skip(1).Where(g => g.Success && g.Value.Length > 0 && !char.IsAsciiDigit(g.Name[0])).ToDictionary(g => g.Name.Replace('_', '-'), g => g.Value, StringComparer.Ordinal);

    private static Dictionary<string, string> WithOwner(Dictionary<string, string> details)
    {
        if (details.TryGetValue("cgroup", out var path))
        {
            var (pod, container) = ControlGroupOwner.Of(path);
            if (pod is not null)
            {
                details["pod-uid"] = pod;
            }

            if (container is not null)
            {
                details["container-id"] = container;
            }
        }

        return details;
    }

    private static void Add(Dictionary<string, string> details, Dictionary<string, string>? announced)
    {
        foreach (var (key, value) in announced ?? [])
        {
            details.TryAdd(key, value);
        }
    }

    [GeneratedRegex(@"(?<victim>.{1,64}?) invoked oom-killer: (?:.{0,200}?oom_(?:score_)?adj=(?<oom_score_adj>-?\d+))?")]
    private static partial Regex Invoked();

    // mm/oom_kill.c dump_oom_summary, mm/memcontrol.c mem_cgroup_print_oom_context, since 5.0
    [GeneratedRegex(@"oom-kill:constraint=(?<constraint>\w+),.{0,400}?(?:oom_memcg=(?<limit_cgroup>[^,]+),|global_oom,)?task_memcg=(?<cgroup>[^,]+),task=(?<victim>.{1,64}?),pid=(?<pid>\d+)")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"Task in (?<cgroup>\S+) killed as a result of limit of (?<limit_cgroup>\S+)")]
    private static partial Regex TaskIn();

    // "Killed process 12 (java) total-vm:…kB, anon-rss:…kB, file-rss:…kB, shmem-rss:…kB, UID:0 …"; "…(java), UID 0, total-vm:…" in 4.19 to 5.2; "12, UID 0, (java) total-vm:…" in 2.6.32
    [GeneratedRegex(@"Killed process (?<pid>\d+),?(?: UID (?<uid>\d+),)? \((?<victim>.{1,64})\),?(?: UID (?<uid>\d+),)? total-vm:(?<total_vm>\d+kB), anon-rss:(?<anon_rss>\d+kB)(?:, file-rss:(?<file_rss>\d+kB))?(?:, shmem-rss:(?<shmem_rss>\d+kB))?(?:,? UID:(?<uid>\d+))?")]
    private static partial Regex Killed();

    [GeneratedRegex(@"Kill process (?<pid>\d+) \((?<victim>.{1,64})\) score (?<score>\d+)")]
    private static partial Regex Announced();

    [GeneratedRegex(@"oom_reaper: (?:reaped|unable to reap) (?:process )?(?:pid:)?(?<pid>\d+) \((?<victim>.{1,64}?)\)(?=,|\s|$)(?:,? now anon-rss:(?<anon_rss>\d+kB))?")]
    private static partial Regex Reaped();

    // kubelet: "System OOM encountered, victim process: java, pid: 4711"
    [GeneratedRegex(@"System OOM encountered, victim process: (?<victim>[^,""]{1,64}), pid: (?<pid>\d+)")]
    private static partial Regex Kubelet();
}

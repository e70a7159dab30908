using System.Buffers;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Settings;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.ControlGroups;

/// <summary>
/// Files of control groups, version 1 and 2, as people copy them: a file each, several below "==> file &lt;==" headings, or with "file:" before each line.
/// Files of a single value say nothing by their content: the name of the file, a heading or the command must name them. Counters become "Cgroup.file.key",
/// limits and gauges settings.
/// </summary>
public sealed class ControlGroupReader : Reader
{
    private const string Group = "Cgroup";
    private const int MostValueLines = 1024;

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.-()");
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789-, ");

    // The lines of memory.events come in this order (mm/memcontrol.c __memory_events_show); "max 5" alone may as well be cpu.max.
    private static readonly string[] EventOrder = ["low", "high", "max", "oom", "oom_kill", "oom_group_kill", "sock_throttled"];

    private static readonly HashSet<string> CpuKeys = new(StringComparer.Ordinal)
    {
        "nr_periods", "nr_throttled", "throttled_time", "throttled_usec", "nr_bursts", "burst_time", "burst_usec", "usage_usec", "user_usec", "system_usec", "nice_usec",
        "core_sched.force_idle_usec", "wait_sum", "current_bw",
    };

    private static readonly HashSet<string> OomKeys = new(StringComparer.Ordinal) { "oom_kill_disable", "under_oom" };

    /// <inheritdoc />
    public override string Id => "cgroup";

    /// <inheritdoc />
    public override string Reads => "files of control groups v1 and v2 (cpu.stat, cpu.max, cpu.cfs_quota_us, memory.events, memory.max, memory.stat, …), alone, below \"==> file <==\" or after \"file:\"";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample)
    {
        if (sample.Any(l => Prefixed(l) is not null))
        {
            return sample.Share(l => Prefixed(l) is not null || IsComplaint(l), 97);
        }

        if (Named(sample.Path, sample.Command) is { } file && !file.IsPressure)
        {
            var fits = file.IsExact ? 95 : sample.Share(l => FitsNamed(l) || IsComplaint(l), 95);
            return fits >= 90 ? fits : 0;
        }

        return sample.Any(IsTelling) ? sample.Share(l => Keyed(l) is not null, 88) : 0;
    }

    /// <inheritdoc />
    public override bool Opens(string line) => Prefixed(line) is not null || Keyed(line) is { Key: "nr_periods" or "usage_usec" or "oom_kill_disable" or "low" };

    private protected override void Read(TextFile file, Findings findings)
    {
        var named = Named(file.Subject, file.Command);
        var values = new List<(ControlGroupFile File, TextLine Line)>();
        var inOrder = 0;
        if (file.Lines.Count > 0)
        {
            findings.Section(file.Lines[0].Number, null, Group, omitsZeros: false);
        }

        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text) || IsComplaint(line.Text))
            {
                continue;
            }

            var (of, text) = Prefixed(line.Text) is { } prefixed ? (prefixed.File, prefixed.Text) : (named, line.Text);
            if (of is null)
            {
                of = Told(text, ref inOrder);
                if (of is null)
                {
                    findings.NotUnderstood(line.Number, line.Text, "a control group (which file it is must be told)");
                    continue;
                }
            }

            if (of.IsPressure)
            {
                PressureReader.Write(text, of, line, findings);
            }
            else if (of.Name is not ("cpu.max" or "io.max") && Keyed(text) is { } pair)
            {
                // "max 100000" of cpu.max is a value without keys.
                Write(of, pair.Key, pair.Value, line, findings);
            }
            else
            {
                values.Add((of, line with { Text = text }));
            }
        }

        Values(values, findings);
    }

    private static void Write(ControlGroupFile file, string key, long value, TextLine line, Findings findings)
    {
        if (ControlGroupCounters.Counts(file.Name, key))
        {
            findings.Add(new Counter(findings.At, findings.From(line.Number), $"{Group}.{file.Name}.{key}", value) { ControlGroup = file.Group });
        }
        else
        {
            findings.Add(new CgroupSetting(findings.At, findings.From(line.Number), file.Group, $"{file.Name}.{key}", value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    // What has no keys: a number, "max", "50000 100000", or a list such as cgroup.procs, whose lines are one value.
    private static void Values(List<(ControlGroupFile File, TextLine Line)> values, Findings findings)
    {
        foreach (var lines in values.GroupBy(v => v.File))
        {
            var first = lines.First().Line;
            var text = SysctlKey.Fold(string.Join(' ', lines.Take(MostValueLines).Select(l => l.Line.Text)));
            if (lines.Skip(MostValueLines).FirstOrDefault() is { File: not null } beyond)
            {
                findings.Gap(beyond.Line.Number, GapKind.Limited, $"{lines.Key.Name} is kept up to its line {MostValueLines}");
            }

            if (ControlGroupCounters.IsCounter(lines.Key.Name) && Words.Number(text) is { } count)
            {
                findings.Add(new Counter(findings.At, findings.From(first.Number), $"{Group}.{lines.Key.Name}", count) { ControlGroup = lines.Key.Group });
            }
            else
            {
                findings.Add(new CgroupSetting(findings.At, findings.From(first.Number), lines.Key.Group, lines.Key.Name, text));
            }
        }
    }

    private static ControlGroupFile? Named(string path, string? command)
    {
        if (ControlGroupFile.OfCopy(path) is { } file)
        {
            return file;
        }

        // "cat cpu.stat", also with "cd" before it; a pattern or several files name none.
        var words = command is null ? default : new Words(command);
        return command is not null && words[0] is "cat" or "head" or "tail" or "more" or "less" && words.Count == 2 ? ControlGroupFile.OfCopy(words[1]) : null;
    }

    // "cpu.stat:nr_periods 10", "/sys/fs/cgroup/cpu/kubepods/…/cpu.stat:nr_periods 10"
    private static (ControlGroupFile File, string Text)? Prefixed(string line)
    {
        if (line.Length < 7 || !(line[0] is '.' or '/' || char.IsAsciiLetterLower(line[0])))
        {
            return null;
        }

        // systemd's slices and CRI-O's scopes hold ':' in their names: the last one that ends a file's name is meant.
        for (var colon = line.IndexOf(':'); colon is > 0 and < ControlGroupFile.LongestPath && colon + 1 < line.Length; colon = line.IndexOf(':', colon + 1))
        {
            if (line.AsSpan(0, colon).Contains(' '))
            {
                return null;
            }

            if (ControlGroupFile.OfPath(line[..colon]) is { } file)
            {
                return (file, line[(colon + 1)..]);
            }
        }

        return null;
    }

    private static (string Key, long Value)? Keyed(string text)
    {
        var blank = text.IndexOf(' ');
        if (blank <= 0 || text.Length > 200 || !char.IsAsciiLetterLower(text[0]))
        {
            return null;
        }

        return text.AsSpan(0, blank).ContainsAnyExcept(KeyCharacters) || Words.Number(text[(blank + 1)..].Trim()) is not { } value ? null : (text[..blank], value);
    }

    private static bool FitsNamed(string line) => Keyed(line) is not null || line.Trim() == "max" || !line.AsSpan().Trim().ContainsAnyExcept(NumberCharacters) || line.StartsWith("max ", StringComparison.Ordinal);

    // Keys that stand in no other text.
    private static bool IsTelling(string line) => Keyed(line) is { Key: "nr_throttled" or "throttled_time" or "throttled_usec" or "usage_usec" or "oom_kill_disable" or "under_oom" or "oom_group_kill" or "hierarchical_memory_limit" };

    /// <summary>The file whose line this is, by its key alone.</summary>
    private static ControlGroupFile? Told(string text, ref int inOrder)
    {
        if (Keyed(text) is not { } pair)
        {
            inOrder = 0;
            return null;
        }

        if (inOrder < EventOrder.Length && pair.Key == EventOrder[inOrder])
        {
            inOrder++;
            return new ControlGroupFile("memory.events", null);
        }

        inOrder = 0;
        return CpuKeys.Contains(pair.Key) ? new ControlGroupFile("cpu.stat", null)
            : OomKeys.Contains(pair.Key) || pair.Key == "oom_kill" ? new ControlGroupFile("memory.oom_control", null)
            : ControlGroupCounters.IsMemoryStat(pair.Key) ? new ControlGroupFile("memory.stat", null) : null;
    }

    // What the tools say of files that cannot be read: root's cgroup lacks limits, some files are write-only.
    private static bool IsComplaint(string line) =>
        line.StartsWith("cat: ", StringComparison.Ordinal) || line.StartsWith("grep: ", StringComparison.Ordinal) || line.StartsWith("head: ", StringComparison.Ordinal) || line.StartsWith("tail: ", StringComparison.Ordinal);
}

using Whydrop.Evidence.Stack;

namespace Whydrop.Readers.Counters;

/// <summary>The counters of one nstat output, until it is known whether they are values or increments.</summary>
internal sealed class NstatEntries
{
    private readonly List<(int Line, string Group, string Name, long Value)> entries = [];
    private bool hasZero;

    /// <summary>nstat said that it had no history to subtract: it printed values.</summary>
    public bool HistoryIgnored { get; set; }

    /// <summary>A line says that its counter had been larger before: only increments are told so.</summary>
    public bool Subtracted { get; set; }

    public int Count => entries.Count;

    public void Add(int line, string group, string name, long value)
    {
        entries.Add((line, group, name, value));
        hasZero |= value == 0;
    }

    public void WriteTo(Findings findings, string? command)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var told = HistoryIgnored ? true : PrintsValues(command) ?? (hasZero ? true : Subtracted ? false : null);
        if (told is not false)
        {
            WriteValues(findings, omitsZeros: told is true && !hasZero && !Selects(command));
            if (told is null)
            {
                findings.Remark(entries[0].Line, "nstat prints values since boot with -a and increments without it, and both look the same: taken as values; nstat -az tells them apart");
            }

            return;
        }

        foreach (var (line, group, name, value) in entries)
        {
            if (value >= 0)
            {
                findings.Add(new CounterDelta(findings.At, findings.From(line), $"{group}.{name}", null, null, value, null));
            }
        }
    }

    private void WriteValues(Findings findings, bool omitsZeros)
    {
        var groups = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (line, group, name, value) in entries)
        {
            if (groups.Add(group))
            {
                // Without -z zeros are left out, but so is a whole group of zeros; and a pattern leaves out whatever it does not fit.
                findings.Section(line, null, group, omitsZeros);
            }

            findings.Counter(line, null, $"{group}.{name}", value);
        }
    }

    private static bool Selects(string? command) => command is not null && command.Split(' ').Skip(1).Any(w => w.Length > 0 && w[0] != '-');

    private static bool? PrintsValues(string? command)
    {
        if (command is null || !command.StartsWith("nstat", StringComparison.Ordinal))
        {
            return null;
        }

        return command.Split(' ').Skip(1).Any(w => w is "--ignore" or "--reset" or "-r" || w == "--absolute" || (w.Length > 1 && w[0] == '-' && w[1] != '-' && w.Contains('a')));
    }
}

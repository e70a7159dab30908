using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Counters;

/// <summary>/proc/net/snmp and /proc/net/netstat: pairs of lines, names and values, paired by position within their own pair only.</summary>
public sealed class ProcNetSnmpReader : Reader
{
    /// <inheritdoc />
    public override string Id => "proc-net-snmp";

    /// <inheritdoc />
    public override string Reads => "/proc/net/snmp, /proc/net/netstat: protocol counters of a network namespace";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(l => Names(l) is not null) ? 98 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => Names(line) is not null;

    private protected override void Read(TextFile file, Findings findings)
    {
        (string Group, string[] Names)? heading = null;
        var headingLine = 0;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (Names(line.Text) is { } names)
            {
                Unpaired(heading, headingLine, findings);
                (heading, headingLine) = (names, line.Number);
            }
            else if (heading is { } open && line.Text.StartsWith(open.Group + ":", StringComparison.Ordinal))
            {
                Pair(open.Group, open.Names, line, findings);
                heading = null;
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "/proc/net/snmp");
            }
        }

        Unpaired(heading, headingLine, findings);
    }

    private static void Unpaired((string Group, string[] Names)? heading, int line, Findings findings)
    {
        if (heading is { } open)
        {
            findings.Gap(line, GapKind.Truncated, $"{open.Group}: names without values");
        }
    }

    private static void Pair(string group, string[] names, TextLine line, Findings findings)
    {
        var values = new Words(line.Text[(group.Length + 1)..]);
        var count = values.Count;
        if (count < names.Length)
        {
            // The last value of a line that is cut may itself be cut.
            count = Math.Max(0, count - 1);
            findings.Gap(line.Number, GapKind.Truncated, $"{group}: {values.Count} values for {names.Length} names");
        }
        else if (count > names.Length)
        {
            findings.Gap(line.Number, GapKind.Malformed, $"{group}: {count} values for {names.Length} names");
            return;
        }

        findings.Section(line.Number, null, group, omitsZeros: false);
        for (var i = 0; i < count; i++)
        {
            if (Words.Number(values[i]) is { } value)
            {
                findings.Counter(line.Number, null, $"{group}.{names[i]}", value);
            }
            else
            {
                findings.Gap(line.Number, GapKind.Malformed, $"{group}.{names[i]}: {Findings.Quote(values[i])} is no number");
            }
        }
    }

    // "Tcp: RtoAlgorithm RtoMin …"
    private static (string Group, string[] Names)? Names(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon is < 2 or > 12 || colon + 2 >= line.Length || !char.IsAsciiLetterUpper(line[0]) || !char.IsAsciiLetterUpper(line[colon + 2]) || !CounterGroups.Contains(line[..colon]))
        {
            return null;
        }

        var names = line[(colon + 2)..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.Length > 0 && Array.TrueForAll(names, n => CounterGroups.IsName(n)) ? (line[..colon], names) : null;
    }
}

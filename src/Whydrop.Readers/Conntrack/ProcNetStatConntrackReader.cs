using System.Globalization;
using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Conntrack;

/// <summary>/proc/net/stat/nf_conntrack: hexadecimal, one line a CPU; summed, but for "entries", which every line repeats and which is no counter.</summary>
public sealed class ProcNetStatConntrackReader : Reader
{
    private const string Entries = "entries";

    /// <inheritdoc />
    public override string Id => "proc-net-stat-nf-conntrack";

    /// <inheritdoc />
    public override string Reads => "/proc/net/stat/nf_conntrack: counters of connection tracking";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsHeading) ? 97 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => IsHeading(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var counters = new ConntrackCounters();
        string[]? names = null;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            var words = new Words(line.Text);
            if (IsHeading(line.Text))
            {
                counters.WriteTo(findings);
                names = [.. Enumerable.Range(0, words.Count).Select(i => words[i])];
            }
            else if (names is null)
            {
                findings.NotUnderstood(line.Number, line.Text, "/proc/net/stat/nf_conntrack, without its heading");
            }
            else if (words.Count != names.Length)
            {
                findings.Gap(line.Number, words.Count < names.Length ? GapKind.Truncated : GapKind.Malformed, $"{words.Count} values for {names.Length} names: {Findings.Quote(line.Text)}");
            }
            else
            {
                Line(names, words, line, counters, findings);
            }
        }

        counters.WriteTo(findings);
    }

    private static void Line(string[] names, Words words, TextLine line, ConntrackCounters counters, Findings findings)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] == Entries)
            {
                continue;
            }

            if (ConntrackCounters.Knows(names[i]) && long.TryParse(words[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value >= 0)
            {
                counters.Add(line.Number, names[i], value);
            }
            else
            {
                findings.NotUnderstood(line.Number, $"{names[i]} {words[i]}", "/proc/net/stat/nf_conntrack");
            }
        }
    }

    private static bool IsHeading(string line) =>
        line.StartsWith(Entries, StringComparison.Ordinal) && line.Contains(" insert_failed", StringComparison.Ordinal) && line.Contains(" search_restart", StringComparison.Ordinal);
}

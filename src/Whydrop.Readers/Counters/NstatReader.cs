using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Counters;

/// <summary>
/// "nstat" of iproute2 (misc/nstat.c). With -a it prints values, without it the increments since its history file; the text looks the same, and so does its first line. The
/// command decides when the text shows it; else a counter at zero means values (zeros are printed for -z, which nobody uses but with -a), "(overflow)" increments. What is
/// left is taken as values, and said so: a value claims less than an increment, and two lists of increments shrink here and there, so that they are not compared.
/// </summary>
public sealed class NstatReader : Reader
{
    private const string HistoryRemark = "nstat: history is ";

    /// <inheritdoc />
    public override string Id => "nstat";

    /// <inheritdoc />
    public override string Reads => "nstat [-a] [-z] [-s]: protocol counters, or their increments since the last call";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Share(l => IsHeading(l) || Line(l) is not null, 96);

    /// <inheritdoc />
    public override bool Opens(string line) => IsHeading(line) || line.StartsWith(HistoryRemark, StringComparison.Ordinal);

    private protected override void Read(TextFile file, Findings findings)
    {
        var entries = new NstatEntries();
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text) || IsHeading(line.Text))
            {
                continue;
            }

            if (Line(line.Text) is { } counter)
            {
                entries.Add(line.Number, counter.Group, counter.Name, counter.Value);
                entries.Subtracted |= counter.Subtracted;
            }
            else if (line.Text.StartsWith(HistoryRemark, StringComparison.Ordinal))
            {
                entries.HistoryIgnored = true;
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "nstat");
            }
        }

        entries.WriteTo(findings, file.Command);
    }

    // "#kernel", or "#2842.1804289383 sampling_interval=10 time_const=60" from its daemon
    private static bool IsHeading(string line) =>
        line.StartsWith("#kernel", StringComparison.Ordinal) || (line.StartsWith('#') && line.Contains("sampling_interval=", StringComparison.Ordinal));

    // "TcpRetransSegs                  1                  0.0"
    private static (string Group, string Name, long Value, bool Subtracted)? Line(string line)
    {
        if (line.Length is < 6 or > 160 || !char.IsAsciiLetterUpper(line[0]))
        {
            return null;
        }

        var words = new Words(line);
        return (words.Count == 3 || (words.Count == 4 && words[3] == "(overflow)")) && CounterGroups.Split(words[0]) is { } name && Words.Number(words[1]) is { } value && words[2].AsSpan().Count('.') == 1
            ? (name.Group, name.Name, value, words.Count == 4) : null;
    }
}

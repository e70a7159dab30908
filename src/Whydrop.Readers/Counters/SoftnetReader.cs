using System.Globalization;
using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Counters;

/// <summary>
/// /proc/net/softnet_stat (net/core/net-procfs.c softnet_seq_show): a row of hexadecimal columns for each CPU on line, summed here. Columns were added at
/// the end over time: 9, with received_rps 10, with flow_limit 11, with queue length and CPU number 13, with both queue lengths 15. It is of the machine,
/// whatever the namespace it was read in.
/// </summary>
public sealed class SoftnetReader : Reader
{
    private const string Group = "Softnet";
    private const int FewestColumns = 9;
    private const int Width = 8;

    private static readonly (int Column, string Name)[] Counted = [(0, "Processed"), (1, "Dropped"), (2, "TimeSqueeze"), (9, "ReceivedRps"), (10, "FlowLimit")];

    /// <inheritdoc />
    public override string Id => "softnet";

    /// <inheritdoc />
    public override string Reads => "/proc/net/softnet_stat: packets that each CPU's backlog took, dropped and had to put off";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Share(IsRow, 97);

    /// <inheritdoc />
    public override bool Opens(string line) => IsRow(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var sums = new long[Counted.Length];
        int first = 0, columns = int.MaxValue;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (!IsRow(line.Text))
            {
                findings.NotUnderstood(line.Number, line.Text, "/proc/net/softnet_stat");
                continue;
            }

            var words = new Words(line.Text);
            first = first == 0 ? line.Number : first;
            columns = Math.Min(columns, words.Count);
            for (var i = 0; i < Counted.Length; i++)
            {
                sums[i] += uint.TryParse(words[Counted[i].Column], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : 0;
            }
        }

        if (first > 0)
        {
            Write(first, sums, columns, findings);
        }
    }

    private static void Write(int line, long[] sums, int columns, Findings findings)
    {
        var at = findings.At with { Netns = null };
        findings.Add(new Evidence.Stack.CounterSection(at, findings.From(line), Group, OmitsZeros: false));
        for (var i = 0; i < Counted.Length; i++)
        {
            if (Counted[i].Column < columns)
            {
                findings.Add(new Evidence.Stack.Counter(at, findings.From(line), $"{Group}.{Counted[i].Name}", sums[i]));
            }
        }
    }

    // "00008e78 00000012 00000001 …": a row that was cut short or has other widths is none.
    private static bool IsRow(string line)
    {
        var text = line.AsSpan().TrimEnd();
        if (text.Length < FewestColumns * (Width + 1) - 1 || text.Length > 64 * (Width + 1) || (text.Length + 1) % (Width + 1) != 0)
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (i % (Width + 1) == Width ? text[i] != ' ' : !char.IsAsciiHexDigitLower(text[i]))
            {
                return false;
            }
        }

        return true;
    }
}

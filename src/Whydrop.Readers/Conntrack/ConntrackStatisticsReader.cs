using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Conntrack;

/// <summary>"conntrack -S": one line of counters a CPU; summed.</summary>
public sealed class ConntrackStatisticsReader : Reader
{
    private const string Cpu = "cpu=";

    /// <inheritdoc />
    public override string Id => "conntrack-statistics";

    /// <inheritdoc />
    public override string Reads => "conntrack -S: counters of connection tracking";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Share(IsCpu, 97);

    /// <inheritdoc />
    public override bool Opens(string line) => IsCpu(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var counters = new ConntrackCounters();
        var cpus = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (!IsCpu(line.Text))
            {
                findings.NotUnderstood(line.Number, line.Text, "conntrack -S");
                continue;
            }

            var words = new Words(line.Text);
            if (!cpus.Add(words[0]))
            {
                // The same CPU again: a second output follows without anything between.
                counters.WriteTo(findings);
                cpus = [words[0]];
            }

            Line(words, line, counters, findings);
        }

        counters.WriteTo(findings);
    }

    private static void Line(Words words, TextLine line, ConntrackCounters counters, Findings findings)
    {
        for (var i = 1; i < words.Count; i++)
        {
            var equals = words[i].IndexOf('=');
            if (equals > 0 && ConntrackCounters.Knows(words[i][..equals]) && Words.Number(words[i][(equals + 1)..]) is { } value)
            {
                counters.Add(line.Number, words[i][..equals], value);
            }
            else
            {
                findings.NotUnderstood(line.Number, words[i], "conntrack -S");
            }
        }
    }

    // "cpu=0   	found=27 invalid=71 insert=0 insert_failed=0 drop=0 …"
    private static bool IsCpu(string line) =>
        line.StartsWith(Cpu, StringComparison.Ordinal) && line.Length < 1000 && line.Contains("insert_failed=", StringComparison.Ordinal);
}

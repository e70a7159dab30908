using System.Globalization;
using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Conntrack;

/// <summary>"conntrack -C" prints one number: the kernel's own setting of the same meaning. Only the command tells what it is.</summary>
public sealed class ConntrackCountReader : Reader
{
    private const string Key = "net.netfilter.nf_conntrack_count";

    /// <inheritdoc />
    public override string Id => "conntrack-count";

    /// <inheritdoc />
    public override string Reads => "conntrack -C, with its command: entries in the table";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) =>
        sample.Command is { } command && new Words(command) is var words && words[0] == "conntrack" && (words.Has("-C") || words.Has("--count")) && Words.Number(sample.Lines[0].Text.Trim()) is >= 0 ? 95 : 0;

    private protected override void Read(TextFile file, Findings findings)
    {
        foreach (var line in file.Lines)
        {
            if (Words.Number(line.Text.Trim()) is >= 0 and var count)
            {
                findings.Add(new Sysctl(findings.At, findings.From(line.Number), Key, count.ToString(CultureInfo.InvariantCulture)));
            }
            else if (!string.IsNullOrWhiteSpace(line.Text))
            {
                findings.NotUnderstood(line.Number, line.Text, "conntrack -C");
            }
        }
    }
}

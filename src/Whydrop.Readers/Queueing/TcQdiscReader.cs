using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Queueing;

/// <summary>
/// "tc -s qdisc show". Only the root discipline of a device is counted: its figures include those of the disciplines below it
/// (net/sched: a child's drop is added to every parent), so counting both would count twice. "noqueue" queues nothing and its zeros say nothing.
/// </summary>
public sealed class TcQdiscReader : Reader
{
    private const string Group = "Qdisc";
    private const string NoQueue = "noqueue";

    /// <inheritdoc />
    public override string Id => "tc-qdisc";

    /// <inheritdoc />
    public override string Reads => "tc -s [-d] qdisc show: the queueing disciplines of devices, and packets sent and dropped at the root";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(l => Device(l) is not null) ? 95 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => Device(line) is not null;

    private protected override void Read(TextFile file, Findings findings)
    {
        (string? Name, bool Counts)? discipline = null;
        var unnamed = false;
        TcDraft? draft = null;
        var commandDevice = file.Command is { } command ? new Words(command).After("dev") : null;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (Device(line.Text) is { } found)
            {
                discipline = (found.Name ?? commandDevice, found.Counts);
                draft?.WriteTo(findings);
                draft = discipline.Value.Name is { } owner ? TcDraft.OfDiscipline(owner, line) : null;
                if (found.IsIdle && discipline.Value.Name is { } idle)
                {
                    findings.Section(line.Number, idle, Group, omitsZeros: false);
                }

                if (discipline is { Name: null, Counts: true })
                {
                    unnamed = true;
                    findings.Gap(line.Number, GapKind.Unsupported, "tc was asked for one device and does not print which: keep the command with its output");
                }
            }
            else if (discipline is not { } current || !char.IsWhiteSpace(line.Text[0]))
            {
                findings.NotUnderstood(line.Number, line.Text, "tc -s qdisc");
            }
            else
            {
                draft?.TakeBacklog(line.Text);
                if (current is { Name: { } device, Counts: true })
                {
                    Figures(device, line, findings);
                }
            }
        }

        draft?.WriteTo(findings);

        if (!file.Lines.Any(l => l.Text.StartsWith(" Sent ", StringComparison.Ordinal)) && !unnamed)
        {
            findings.Gap(file.Lines.Count > 0 ? file.Lines[0].Number : 1, GapKind.Unsupported, "no packets sent or dropped are printed: collect it with tc -s qdisc show");
        }
    }

    // "qdisc fq_codel 0: dev eth0 root refcnt 2 …", "qdisc fq_codel 0: dev eth0 parent :1 …"; with "dev eth0" asked for: "qdisc pfifo_fast 0: root refcnt 2 …"
    private static (string? Name, bool Counts, bool IsIdle)? Device(string line)
    {
        if (!line.StartsWith("qdisc ", StringComparison.Ordinal) || line.Length > 2000)
        {
            return null;
        }

        var words = new Words(line);
        var place = words[3] == "dev" ? 5 : 3;
        return words[2].EndsWith(':') && words[place] is "root" or "parent" or "ingress"
            ? (place == 5 ? words[4] : null, words[place] == "root" && words[1] != NoQueue, words[1] == NoQueue) : null;
    }

    // " Sent 30406877 bytes 171821 pkt (dropped 0, overlimits 0 requeues 0) ", " backlog 0b 0p requeues 0"
    private static void Figures(string device, TextLine line, Findings findings)
    {
        var words = new Words(line.Text.Replace('(', ' ').Replace(')', ' ').Replace(',', ' '));
        if (words[0] != "Sent" || words[2] != "bytes")
        {
            return;
        }

        findings.Section(line.Number, device, Group, omitsZeros: false);
        (string Name, string? Text)[] figures =
        [
            ("SentBytes", words[1]), ("SentPackets", words[3]), ("Dropped", words.After("dropped")), ("Overlimits", words.After("overlimits")), ("Requeues", words.After("requeues")),
        ];
        foreach (var (name, text) in figures)
        {
            if (Words.Number(text) is { } value)
            {
                findings.Counter(line.Number, device, $"Qdisc.{name}", value);
            }
            else
            {
                findings.Gap(line.Number, GapKind.Malformed, $"{device}: no exact value for {name}: {Findings.Quote(line.Text)}");
            }
        }
    }
}

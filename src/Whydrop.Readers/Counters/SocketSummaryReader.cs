using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Counters;

/// <summary>
/// "ss -s" (iproute2 misc/ss.c print_summary): the figures of /proc/net/sockstat under other names. Its "TCP:" line counts TIME-WAIT on top of the
/// allocated sockets; its table splits sockets in use by family.
/// </summary>
public sealed class SocketSummaryReader : Reader
{
    private static readonly string[] Rows = ["RAW", "UDP", "TCP", "FRAG"];

    /// <inheritdoc />
    public override string Id => "ss-summary";

    /// <inheritdoc />
    public override string Reads => "ss -s: sockets in use, orphans, TIME-WAIT";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsTcp) ? 96 : 0;

    /// <inheritdoc />
    public override bool Opens(string line) => IsTcp(line) || IsTotal(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var told = false;
        foreach (var line in file.Lines)
        {
            var words = new Words(line.Text.Replace('(', ' ').Replace(')', ' ').Replace(',', ' '));
            if (words.Count == 0 || words[0] is "Transport" or "*" or "INET")
            {
                continue;
            }

            if (!told && (IsTotal(line.Text) || IsTcp(line.Text)))
            {
                findings.Section(line.Number, null, SockstatReader.Group, omitsZeros: false);
                told = true;
            }

            if (IsTotal(line.Text))
            {
                Gauge(line, "Sockets.Used", words[1], findings);
            }
            else if (IsTcp(line.Text))
            {
                Tcp(line, words, findings);
            }
            else if (Array.IndexOf(Rows, words[0]) >= 0)
            {
                Gauge(line, $"{words[0]}.InUse", words[2], findings);
                Gauge(line, $"{words[0]}6.InUse", words[3], findings);
            }
            else
            {
                findings.NotUnderstood(line.Number, line.Text, "ss -s");
            }
        }
    }

    // "TCP:   3 (estab 0, closed 2, orphaned 0, timewait 2)"; older: "… orphaned 0, synrecv 0, timewait 0/0), ports 0"
    private static void Tcp(TextLine line, Words words, Findings findings)
    {
        var waiting = words.After("timewait") is { } printed ? Words.Number(printed.Split('/')[0]) : null;
        if (Words.Number(words[1]) is { } all && waiting is { } timeWait && all >= timeWait)
        {
            findings.Counter(line.Number, null, "Sockstat.TCP.Alloc", all - timeWait);
            findings.Counter(line.Number, null, "Sockstat.TCP.Tw", timeWait);
        }
        else
        {
            findings.Gap(line.Number, GapKind.Truncated, $"ss -s: no TIME-WAIT figure: {Findings.Quote(line.Text)}");
        }

        Gauge(line, "TCP.Orphan", words.After("orphaned"), findings);
    }

    private static void Gauge(TextLine line, string name, string? text, Findings findings)
    {
        if (Words.Number(text) is { } value)
        {
            findings.Counter(line.Number, null, $"{SockstatReader.Group}.{name}", value);
        }
        else
        {
            findings.Gap(line.Number, GapKind.Truncated, $"ss -s: no figure for {name}: {Findings.Quote(line.Text)}");
        }
    }

    private static bool IsTotal(string line) => line.StartsWith("Total: ", StringComparison.Ordinal) && line.Length < 80 && Words.Number(new Words(line)[1]) is not null;

    private static bool IsTcp(string line) => line.StartsWith("TCP:  ", StringComparison.Ordinal) && line.Contains("(estab ", StringComparison.Ordinal) && line.Length < 300;
}

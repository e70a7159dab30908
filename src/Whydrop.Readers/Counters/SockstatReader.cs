using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Counters;

/// <summary>
/// /proc/net/sockstat and sockstat6 (net/ipv4/proc.c): sockets in use and the memory they hold. All are gauges. "orphan", "alloc" and the memory,
/// in pages for TCP and UDP, are of the whole machine; "inuse" and "tw" are of the namespace.
/// </summary>
public sealed class SockstatReader : Reader
{
    internal const string Group = "Sockstat";

    private static readonly HashSet<string> Protocols = new(StringComparer.Ordinal)
    {
        "sockets", "TCP", "UDP", "UDPLITE", "RAW", "FRAG", "TCP6", "UDP6", "UDPLITE6", "RAW6", "FRAG6", "MPTCP", "SMC",
    };

    /// <inheritdoc />
    public override string Id => "sockstat";

    /// <inheritdoc />
    public override string Reads => "/proc/net/sockstat, /proc/net/sockstat6: sockets in use, orphans, TIME-WAIT, socket memory";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Share(l => Line(l) is not null, 97);

    /// <inheritdoc />
    public override bool Opens(string line) => Line(line) is not null;

    private protected override void Read(TextFile file, Findings findings)
    {
        var told = false;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            if (Line(line.Text) is not { } words)
            {
                findings.NotUnderstood(line.Number, line.Text, "/proc/net/sockstat");
                continue;
            }

            if (!told)
            {
                findings.Section(line.Number, null, Group, omitsZeros: false);
                told = true;
            }

            Gauges(words, line, findings);
        }
    }

    private static void Gauges(Words words, TextLine line, Findings findings)
    {
        var protocol = words[0] == "sockets:" ? "Sockets" : words[0][..^1];
        for (var i = 1; i < words.Count; i += 2)
        {
            if (Words.Number(words[i + 1]) is { } value && words[i].Length > 0)
            {
                findings.Counter(line.Number, null, $"{Group}.{protocol}.{Spelled(words[i])}", value);
            }
            else
            {
                findings.Gap(line.Number, GapKind.Truncated, $"{protocol}: no number after {Findings.Quote(words[i])}");
            }
        }
    }

    private static string Spelled(string key) => key == "inuse" ? "InUse" : char.ToUpperInvariant(key[0]) + key[1..];

    // "TCP: inuse 4 orphan 0 tw 4 alloc 17 mem 1"
    private static Words? Line(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon is < 3 or > 8 || line.Length > 300 || !Protocols.Contains(line[..colon]))
        {
            return null;
        }

        var words = new Words(line);
        return words[1] is "used" or "inuse" ? words : null;
    }
}

using Whydrop.Evidence;
using Whydrop.Evidence.Stack;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Captures;

/// <summary>The messages of tcpdump around a capture: "listening on …", "N packets dropped by kernel". Packets it printed as text are not read.</summary>
public sealed class TcpdumpReportReader : Reader
{
    private const string Listening = "listening on ";

    /// <inheritdoc />
    public override string Id => "tcpdump-report";

    /// <inheritdoc />
    public override string Reads => "tcpdump's messages on standard error: interface, link type, packets captured, received and dropped";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) => sample.Any(IsMessage) ? Math.Max(40, sample.Share(IsMessage, 95)) : 0;

    /// <inheritdoc />
    public override bool Opens(string line) =>
        line.StartsWith("tcpdump: verbose output suppressed", StringComparison.Ordinal) || line.StartsWith("tcpdump: data link type ", StringComparison.Ordinal) || Strip(line).StartsWith(Listening) && line.Contains(", link-type ", StringComparison.Ordinal);

    private protected override void Read(TextFile file, Findings findings)
    {
        var report = new Draft();
        var skipped = 0;
        var firstSkipped = 0;
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text) || IsChatter(line.Text))
            {
                continue;
            }

            var text = Strip(line.Text);
            if (text.StartsWith(Listening))
            {
                report.WriteTo(findings);
                report = Draft.Begin(text.ToString(), line.Number);
            }
            else if (!report.Count(text.ToString(), line.Number))
            {
                firstSkipped = skipped++ == 0 ? line.Number : firstSkipped;
            }
        }

        report.WriteTo(findings);
        if (skipped > 0)
        {
            findings.Gap(firstSkipped, GapKind.Unsupported, $"{skipped} lines of tcpdump that are not its report, such as packets printed as text, are not read (write a capture file with -w)");
        }
    }

    private static bool IsMessage(string line)
    {
        var text = Strip(line);
        return (text.StartsWith(Listening) && line.Contains("link-type", StringComparison.Ordinal)) || Counted(text.ToString()) is not null;
    }

    // "Got 12" is the progress of -v -w; the rest are remarks without evidence.
    private static bool IsChatter(string line)
    {
        var text = Strip(line);
        return text.StartsWith("verbose output suppressed") || text.StartsWith("data link type ") || text.StartsWith("dropped privs to ") || text.StartsWith("Got ") || text.StartsWith("^C")
            && text.Length == 2 || text.StartsWith("for full protocol decode") || text.StartsWith("use -v");
    }

    private static ReadOnlySpan<char> Strip(string line)
    {
        var text = line.AsSpan().Trim();
        text = text.StartsWith("^C") && text.Length > 2 ? text[2..] : text;
        return text.StartsWith("tcpdump: ") ? text["tcpdump: ".Length..] : text;
    }

    // "24 packets received by filter", "1 packet captured"
    private static (long Value, string What)? Counted(string text)
    {
        var words = new Words(text.Length > 100 ? text[..100] : text);
        if (words[1] is not ("packet" or "packets") || Words.Number(words[0]) is not { } value)
        {
            return null;
        }

        return words.Join(2, words.Count) switch
        {
            "captured" or "received by filter" or "dropped by kernel" or "dropped by interface" => (value, words.Join(2, words.Count)),
            _ => null,
        };
    }

    private sealed class Draft
    {
        private int? line;
        private string? device;
        private string? linkType;
        private int? snapshotLength;
        private long? captured;
        private long? received;
        private long? droppedByKernel;
        private long? droppedByInterface;

        // "listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes", in tcpdump 4 "capture size 262144 bytes"
        public static Draft Begin(string text, int line)
        {
            var draft = new Draft { line = line };
            var parts = text[Listening.Length..].Split(", ");
            draft.device = parts[0].Trim() is { Length: > 0 } name ? name : null;
            foreach (var part in parts.Skip(1))
            {
                var words = new Words(part);
                draft.linkType = words[0] == "link-type" && words.Count > 1 ? words[1] : draft.linkType;
                draft.snapshotLength = words.NumberAfter("length") ?? words.NumberAfter("size") ?? draft.snapshotLength;
            }

            return draft;
        }

        public bool Count(string text, int at)
        {
            if (Counted(text) is not { } counted)
            {
                return false;
            }

            line ??= at;
            switch (counted.What)
            {
                case "captured":
                    captured = counted.Value;
                    break;
                case "received by filter":
                    received = counted.Value;
                    break;
                case "dropped by kernel":
                    droppedByKernel = counted.Value;
                    break;
                default:
                    droppedByInterface = counted.Value;
                    break;
            }

            return true;
        }

        public void WriteTo(Findings findings)
        {
            if (line is { } at)
            {
                findings.Add(new TcpdumpReport(findings.On(device), findings.From(at), linkType, snapshotLength, captured, received, droppedByKernel, droppedByInterface));
            }
        }
    }
}

using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Queueing;

/// <summary>The line of figures that tc -s prints below disciplines, classes and actions.</summary>
internal static class TcFigures
{
    /// <summary>" Sent 30406877 bytes 171821 pkt (dropped 0, overlimits 0 requeues 0) "; other lines are left alone.</summary>
    public static void Write(TextLine line, string? device, string group, string prefix, Findings findings)
    {
        if (Words(line.Text) is not { } words)
        {
            return;
        }

        findings.Section(line.Number, device, group, omitsZeros: false);
        (string Name, string? Text)[] figures = [("SentBytes", words[1]), ("SentPackets", words[3]), ("Dropped", words.After("dropped")), ("Overlimits", words.After("overlimits"))];
        foreach (var (name, text) in figures)
        {
            if (Text.Words.Number(text) is { } value)
            {
                findings.Counter(line.Number, device, $"{prefix}.{name}", value);
            }
            else
            {
                findings.Gap(line.Number, GapKind.Malformed, $"no exact value for {prefix}.{name}: {Findings.Quote(line.Text)}");
            }
        }
    }

    /// <summary>The words of such a line without its punctuation; null when it is another line.</summary>
    public static Words? Words(string text)
    {
        if (!text.Contains("Sent ", StringComparison.Ordinal) || text.Length > 500)
        {
            return null;
        }

        var words = new Words(text.Replace('(', ' ').Replace(')', ' ').Replace(',', ' '));
        return words[0] == "Sent" && words[2] == "bytes" ? words : null;
    }
}

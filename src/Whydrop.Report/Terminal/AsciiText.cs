using System.Text;

namespace Whydrop.Report.Terminal;

/// <summary>The report's own marks and arrows for pipes, files and terminals that show ASCII only. Names from the case stay as they are.</summary>
internal static class AsciiText
{
    public static string Of(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length + 8);
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '✓' => plain.Append('+'),
                '✗' or '✕' => plain.Append('x'),
                '×' => plain.Append('x'),
                '·' => plain.Append('-'),
                '─' or '–' => plain.Append('-'),
                '│' => plain.Append('|'),
                '→' => plain.Append("->"),
                '…' => plain.Append("..."),
                '≤' => plain.Append("<="),
                '≥' => plain.Append(">="),
                '\u00a0' or '\u202f' or '\u2009' => plain.Append(' '),
                _ => plain.Append(letter),
            };
        }

        return plain.ToString();
    }
}

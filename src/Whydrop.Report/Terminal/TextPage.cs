namespace Whydrop.Report.Terminal;

/// <summary>Lays text out for a width and writes it with or without colour. The words are the same either way.</summary>
internal sealed class TextPage(TextWriter output, int width, bool colour, bool wrapLabelled = true)
{
    private const string Reset = "\u001b[0m";

    public int Width => Math.Clamp(width, 40, 400);

    public void Blank() => output.WriteLine();

    public void Heading(string text)
    {
        output.WriteLine();
        output.WriteLine(Styled(text, TextStyle.Heading));
    }

    public void Line(string text, TextStyle style = TextStyle.Plain) => output.WriteLine(Styled(text, style));

    /// <summary>"Label      text", wrapped under the text.</summary>
    public void Labelled(string label, string text, int labelWidth, TextStyle labelStyle = TextStyle.Faint)
    {
        var lines = wrapLabelled ? Wrap(text, Width - labelWidth) : [text];
        output.WriteLine(Styled(label.PadRight(labelWidth), labelStyle) + lines[0]);
        foreach (var line in lines.Skip(1))
        {
            output.WriteLine(new string(' ', labelWidth) + line);
        }
    }

    public void Paragraph(string text, int indent = 2, TextStyle style = TextStyle.Plain)
    {
        foreach (var line in Wrap(text, Width - indent))
        {
            output.WriteLine(new string(' ', indent) + Styled(line, style));
        }
    }

    /// <summary>A line that is copied to a shell: never wrapped.</summary>
    public void Command(string text, int indent = 4) => output.WriteLine(new string(' ', indent) + Styled(text, TextStyle.Strong));

    /// <summary>Left-aligned text columns, right-aligned numbers. The column marked to give way is shortened when the table is too wide.</summary>
    public void Table(IReadOnlyList<string> heads, IReadOnlyList<string[]> rows, IReadOnlySet<int> numbers, int givesWay, int indent = 2)
    {
        var widths = heads.Select((h, i) => Math.Max(h.Length, rows.Count == 0 ? 0 : rows.Max(r => r[i].Length))).ToArray();
        var excess = widths.Sum() + (2 * (widths.Length - 1)) + indent - Width;
        if (excess > 0)
        {
            widths[givesWay] = Math.Max(12, widths[givesWay] - excess);
        }

        output.WriteLine(new string(' ', indent) + Styled(Row([.. heads], widths, numbers).TrimEnd(), TextStyle.Faint));
        foreach (var row in rows)
        {
            output.WriteLine(new string(' ', indent) + Row(row, widths, numbers).TrimEnd());
        }
    }

    public string Styled(string text, TextStyle style) => !colour || style == TextStyle.Plain ? text : Code(style) + text + Reset;

    public static List<string> Wrap(string text, int room)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > room)
            {
                lines.Add(line);
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }

        lines.Add(line);
        return lines;
    }

    private static string Row(string[] cells, int[] widths, IReadOnlySet<int> numbers) =>
        string.Join("  ", cells.Select((c, i) => numbers.Contains(i) ? Fit(c, widths[i]).PadLeft(widths[i]) : Fit(c, widths[i]).PadRight(widths[i])));

    private static string Fit(string text, int room) => text.Length <= room ? text : text[..(room - 1)] + "…";

    private static string Code(TextStyle style) => style switch
    {
        TextStyle.Strong => "\u001b[1m",
        TextStyle.Faint => "\u001b[2m",
        TextStyle.Good => "\u001b[1;32m",
        TextStyle.Bad => "\u001b[1;31m",
        TextStyle.Doubtful => "\u001b[1;33m",
        _ => "\u001b[1;36m",
    };
}

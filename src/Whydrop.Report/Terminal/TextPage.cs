using Spectre.Console;
using Spectre.Console.Rendering;

namespace Whydrop.Report.Terminal;

/// <summary>Paragraphs, labelled lines and tables on a screen. The words are the same with and without colour.</summary>
internal sealed class TextPage
{
    private const int Indent = 2;
    private const int Between = 2;
    private const int NarrowestText = 10;
    private readonly IAnsiConsole console;
    private readonly TextWriter output;
    private readonly Screen screen;

    public TextPage(TextWriter output, Screen screen)
    {
        this.output = output;
        this.screen = screen;
        console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = screen.Colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = screen.Colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),

            // What the environment suggests (CI, NO_COLOR) was weighed when the screen was made.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = Width;
        console.Profile.Capabilities.Links = false;
    }

    public int Width => Math.Clamp(screen.Width, 40, 400);

    public void Blank() => output.WriteLine();

    public void Heading(string text)
    {
        Blank();
        Line(text, TextStyle.Heading);
    }

    /// <summary>A line that is never wrapped: a picture, or what is copied to a shell.</summary>
    public void Line(string text, TextStyle style = TextStyle.Plain)
    {
        if (style == TextStyle.Plain || !screen.Colour)
        {
            output.WriteLine(Shown(text));
        }
        else
        {
            console.Write(new Lines([[new Segment(Shown(text), StyleOf(style))]]));
        }
    }

    /// <summary>"Label      text", wrapped under the text.</summary>
    public void Labelled(string label, string text, int labelWidth, TextStyle labelStyle = TextStyle.Faint, bool wrap = true)
    {
        if (!wrap)
        {
            console.Write(new Lines([[new Segment(Shown(label).PadRight(labelWidth), StyleOf(labelStyle)), new Segment(Shown(text))]]));
            return;
        }

        var grid = new Grid()
            .AddColumn(new GridColumn().Width(labelWidth).NoWrap().Padding(0, 0, 0, 0))
            .AddColumn(new GridColumn().Padding(0, 0, 0, 0))
            .AddRow(new Text(Shown(label), StyleOf(labelStyle)), Cell(text));
        Write(grid);
    }

    public void Paragraph(string text, int indent = 2, TextStyle style = TextStyle.Plain) => Write(new Padder(Cell(text, style), new Padding(indent, 0, 0, 0)));

    /// <summary>A line that is copied to a shell.</summary>
    public void Command(string text, int indent = 4) => console.Write(new Lines([[new Segment(new string(' ', indent)), new Segment(Shown(text), StyleOf(TextStyle.Strong))]]));

    /// <summary>Left-aligned text columns, right-aligned numbers. Where the table is too wide the widest text is wrapped; a number never is.</summary>
    public void Table(IReadOnlyList<string> heads, IReadOnlyList<string[]> rows, IReadOnlySet<int> numbers)
    {
        var table = new Table().NoBorder();
        var widths = Widths(heads, rows, numbers);
        for (var i = 0; i < heads.Count; i++)
        {
            var column = new TableColumn(Cell(heads[i], TextStyle.Faint)).Padding(0, 0, i == heads.Count - 1 ? 0 : Between, 0).Width(widths[i]);
            column.Alignment = numbers.Contains(i) ? Justify.Right : Justify.Left;
            table.AddColumn(column);
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(c => Cell(c)));
        }

        Write(new Padder(table, new Padding(Indent, 0, 0, 0)));
    }

    private int[] Widths(IReadOnlyList<string> heads, IReadOnlyList<string[]> rows, IReadOnlySet<int> numbers)
    {
        int[] widths = [.. heads.Select((head, i) => Math.Max(1, rows.Select(r => Shown(r[i]).Length).Append(numbers.Contains(i) ? Shown(head).Split(' ').Max(w => w.Length) : Shown(head).Length).Max()))];
        for (var over = Indent + widths.Sum() + (Between * (heads.Count - 1)) - Width; over > 0; over--)
        {
            var widest = Enumerable.Range(0, widths.Length).Where(i => !numbers.Contains(i)).DefaultIfEmpty(-1).MaxBy(i => i < 0 ? 0 : widths[i]);
            if (widest < 0 || widths[widest] <= NarrowestText)
            {
                break;
            }

            widths[widest]--;
        }

        return widths;
    }

    // Text, not Markup: brackets in the text of strangers are brackets.
    private Text Cell(string text, TextStyle style = TextStyle.Plain) =>
        new(string.Join(' ', Shown(text).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)), StyleOf(style));

    private void Write(IRenderable content)
    {
        var lines = Segment.SplitLines(content.Render(RenderOptions.Create(console, console.Profile.Capabilities), Width));
        console.Write(new Lines([.. lines.Select(WithoutTrailingSpace)]));
    }

    // Cells are filled up to their width; blanks at the end of a line would be copied along, and wrap when the window shrinks.
    private static List<Segment> WithoutTrailingSpace(SegmentLine line)
    {
        List<Segment> kept = [.. line];
        while (kept.Count > 0 && string.IsNullOrWhiteSpace(kept[^1].Text))
        {
            kept.RemoveAt(kept.Count - 1);
        }

        if (kept.Count > 0)
        {
            kept[^1] = new Segment(kept[^1].Text.TrimEnd(), kept[^1].Style);
        }

        return kept;
    }

    private string Shown(string text) => screen.Unicode ? text : AsciiText.Of(text);

    private static Style StyleOf(TextStyle style) => style switch
    {
        TextStyle.Plain => Style.Plain,
        TextStyle.Strong => new Style(decoration: Decoration.Bold),
        TextStyle.Faint => new Style(decoration: Decoration.Dim),
        TextStyle.Good => new Style(Color.Green, decoration: Decoration.Bold),
        TextStyle.Bad => new Style(Color.Maroon, decoration: Decoration.Bold),
        TextStyle.Doubtful => new Style(Color.Olive, decoration: Decoration.Bold),
        _ => new Style(Color.Teal, decoration: Decoration.Bold),
    };

    /// <summary>Lines laid out already.</summary>
    private sealed class Lines(IReadOnlyList<IReadOnlyList<Segment>> lines) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => new(0, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
        {
            foreach (var line in lines)
            {
                foreach (var segment in line)
                {
                    yield return segment;
                }

                yield return Segment.LineBreak;
            }
        }
    }
}

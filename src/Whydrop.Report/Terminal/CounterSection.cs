using Whydrop.Diagnosis.Counters;
using Whydrop.Evidence;

namespace Whydrop.Report.Terminal;

/// <summary>Protocol counters with their meaning: a whole dump, or within a diagnosis what is outside its healthy range.</summary>
public static class CounterSection
{
    // Within a diagnosis: what a reader takes in at once.
    private const int MostRows = 6;
    private const int MostTables = 3;

    /// <summary>Writes every table of one or two dumps. What is fine, 0 or has no meaning on record is left out unless all is asked for.</summary>
    /// <param name="tables">The tables, worst first.</param>
    /// <param name="gaps">What could not be read.</param>
    /// <param name="output">Where to.</param>
    /// <param name="screen">What it can show.</param>
    /// <param name="wide">All rows.</param>
    public static void WriteAll(IReadOnlyList<CounterTable> tables, IReadOnlyList<Gap> gaps, TextWriter output, Screen screen, bool wide)
    {
        var page = new TextPage(output, screen);
        foreach (var (table, i) in tables.Select((t, i) => (t, i)))
        {
            if (i > 0)
            {
                page.Blank();
            }

            page.Line($"Counters{Of(table)}: {Counts(table)}", TextStyle.Heading);
            page.Paragraph(table.Twice ? "Judged is the growth between the two readings." : "One reading: judged are the values since the namespace was made. A second reading some time later tells what happens now.", 2, TextStyle.Faint);
            WriteOverrun(table, page);
            WriteJudged([.. table.Rows.Where(r => r.Health is CounterHealth.Bad or CounterHealth.Look)], table.Twice, page);
            WriteRest([.. table.Rows.Where(r => r.Health > CounterHealth.Look && (wide || r.Judged > 0 || (r.Health == CounterHealth.Fine && ReceiveOverrun.IsOne(r.Name))))], table.Twice, page);
            var left = wide ? 0 : table.Rows.Count(r => r.Health > CounterHealth.Look && r.Judged == 0 && !(r.Health == CounterHealth.Fine && ReceiveOverrun.IsOne(r.Name)));
            if (left > 0)
            {
                page.Paragraph($"and {left} that are 0 (-o wide shows all)", 2, TextStyle.Faint);
            }
        }

        foreach (var gap in gaps.Where(g => !g.Minor))
        {
            page.Paragraph($"{gap.From}: {Wording.Of(gap.Kind)}: {gap.Reason}", 0, TextStyle.Doubtful);
        }
    }

    /// <summary>The rows a diagnosis tells of a table: the bad ones, the gravest first.</summary>
    internal static IReadOnlyList<CounterRow> Short(CounterTable table) => [.. table.Rows.Where(r => r.Health == CounterHealth.Bad && (table.Twice || ReceiveOverrun.IsOne(r.Name))).Take(MostRows)];

    /// <summary>Writes what a diagnosis tells of the counters.</summary>
    internal static void Write(IReadOnlyList<CounterTable> tables, TextPage page, bool wide)
    {
        foreach (var table in wide ? tables : tables.Take(MostTables))
        {
            page.Heading($"Counters{Of(table)} outside their healthy range ({(table.Twice ? "growth between two readings" : "since the namespace was made")})");
            WriteOverrun(table, page);
            WriteJudged(Short(table), table.Twice, page);
        }
    }

    private static string Of(CounterTable table) => table.At.Node is null && table.At.Netns is null ? "" : $" of {Wording.Place(table.At)}";

    private static void WriteOverrun(CounterTable table, TextPage page)
    {
        if (table.Overrun is { } overrun)
        {
            page.Paragraph(overrun.Summary, 2, TextStyle.Bad);
            page.Paragraph(ReceiveOverrun.NotTheBuffer);
        }
    }

    private static void WriteJudged(IReadOnlyList<CounterRow> rows, bool twice, TextPage page)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var (name, value) = (rows.Max(r => r.Name.Length) + 2, Math.Max(9, rows.Max(r => Figure(r, twice).Length)) + 2);
        var share = Math.Max(7, rows.Max(r => Share(r).Length + 2));
        page.Line($"  {"",-6}{"counter".PadRight(name)}{(twice ? "growth" : "value").PadLeft(value - 2)}  {"share".PadRight(share)}healthy", TextStyle.Faint);
        foreach (var row in rows)
        {
            page.Line($"  {Word(row.Health),-6}{row.Name.PadRight(name)}{Figure(row, twice).PadLeft(value - 2)}  {Share(row).PadRight(share)}{(row.RatioOf is { } of ? row.Healthy.Replace($" of {of}", "", StringComparison.Ordinal) : row.Healthy)}", row.Health == CounterHealth.Bad ? TextStyle.Bad : TextStyle.Doubtful);
            page.Paragraph($"{row.Meaning}: {row.Reason} [{row.From}]", 8, TextStyle.Faint);
        }
    }

    private static void WriteRest(IReadOnlyList<CounterRow> rows, bool twice, TextPage page)
    {
        if (rows.Count > 0)
        {
            page.Blank();
            page.Table(
                ["", "counter", "value", .. twice ? (string[])["growth"] : [], "share", "meaning"],
                [.. rows.Select(r => (string[])[Word(r.Health), r.Name, r.Value is { } v ? Wording.Number(v) : "", .. twice ? (string[])[r.Delta is { } d ? Wording.Number(d) : ""] : [], r.Share ?? "", r.Meaning + (r.Health == CounterHealth.Fine && r.Ratio is not null ? $" (healthy {r.Healthy})" : "")])],
                twice ? new HashSet<int> { 2, 3, 4 } : new HashSet<int> { 2, 3 });
        }
    }

    private static string Figure(CounterRow row, bool twice) => twice && row is { Delta: { } delta, Value: { } value } && delta != value
        ? $"+{Wording.Number(delta)} to {Wording.Number(value)}" : Wording.Number(row.Judged);

    private static string Share(CounterRow row) => row.Ratio is null ? "–" : $"{row.Share} of {row.RatioOf}";

    private static string Counts(CounterTable table)
    {
        var (bad, look, fine) = (table.Rows.Count(r => r.Health == CounterHealth.Bad), table.Rows.Count(r => r.Health == CounterHealth.Look), table.Rows.Count(r => r.Health == CounterHealth.Fine));
        return $"{bad} bad, {look} to look at, {fine} fine";
    }

    private static string Word(CounterHealth health) => health switch
    {
        CounterHealth.Bad => "BAD",
        CounterHealth.Look => "look",
        CounterHealth.Fine => "fine",
        CounterHealth.Volume => "",
        _ => "?",
    };
}

using Whydrop.Diagnosis.Layers;
using Whydrop.Evidence;

namespace Whydrop.Report.Terminal;

/// <summary>The settings of all network stacks of a case: side by side when they fit, else grouped by value.</summary>
public static class LayerSection
{
    // More columns do not fit on a screen.
    private const int MostColumns = 4;

    // Within a diagnosis; all with -o wide.
    private const int MostRows = 6;

    /// <summary>Writes all settings.</summary>
    /// <param name="layers">The settings; null when there are not two stacks to compare.</param>
    /// <param name="gaps">What could not be read.</param>
    /// <param name="output">Where to.</param>
    /// <param name="screen">What it can show.</param>
    public static void WriteAll(LayerTable? layers, IReadOnlyList<Gap> gaps, TextWriter output, Screen screen)
    {
        var page = new TextPage(output, screen);
        if (layers is null)
        {
            page.Line("Nothing to compare: settings of fewer than two network stacks are in the case.", TextStyle.Doubtful);
            page.Paragraph("Collect in each pod, on its node and on machines that work: sysctl -a; ip -d link; tc qdisc; ethtool -k DEVICE; ss -tin. On Windows: Get-NetTCPSetting; netsh int tcp show global.");
        }
        else
        {
            var matter = layers.Rows.Where(r => r.Matters).ToArray();
            page.Line($"{layers.Layers.Count} network stacks: {string.Join(", ", layers.Layers.Select(Wording.Place))}", TextStyle.Heading);
            page.Paragraph(matter.Length == 0 ? "They agree in every setting that was collected from two of them." : $"They differ in {Wording.Count(matter.Length, "setting")} that can matter:");
            WriteRows(layers, matter, page, reasons: true);
            var others = layers.Rows.Where(r => !r.Matters).ToArray();
            if (others.Length > 0)
            {
                page.Heading("The same, or rightly different");
                WriteRows(layers, others, page, reasons: false);
            }
        }

        foreach (var gap in gaps.Where(g => !g.Minor))
        {
            page.Paragraph($"{gap.From}: {Wording.Of(gap.Kind)}: {gap.Reason}", 0, TextStyle.Doubtful);
        }
    }

    /// <summary>Writes the differences that matter, as a section of a diagnosis.</summary>
    internal static void WriteDifferences(LayerTable? layers, IReadOnlyList<LayerRow> rows, TextPage page, bool wide)
    {
        if (layers is not null && rows.Count > 0)
        {
            page.Heading("Layers: settings that differ (a difference is a lead, not a verdict)");
            WriteRows(layers, [.. rows.Take(wide ? int.MaxValue : MostRows)], page, reasons: true);
            if (!wide && rows.Count > MostRows)
            {
                page.Paragraph($"and {rows.Count - MostRows} more (-o wide shows all; whydrop explain --layers CASE compares every setting)", 2, TextStyle.Faint);
            }
        }
    }

    private static void WriteRows(LayerTable layers, LayerRow[] rows, TextPage page, bool reasons)
    {
        if (rows.Length == 0)
        {
            return;
        }

        if (layers.Layers.Count <= MostColumns)
        {
            page.Table(["setting", .. layers.Layers.Select(Wording.Place)], [.. rows.Select(r => (string[])[r.Name, .. r.Values.Select(v => v ?? "–")])], new HashSet<int>());
        }
        else
        {
            foreach (var row in rows)
            {
                page.Labelled("  " + row.Name, string.Join("; ", row.Values.Zip(layers.Layers).Where(v => v.First is not null).GroupBy(v => v.First!).OrderBy(g => g.Count())
                    .Select(g => $"{g.Key}: {Wording.Places(g.Select(v => v.Second), MostColumns)}")), 2 + rows.Max(r => r.Name.Length) + 2);
            }
        }

        foreach (var row in reasons ? rows : [])
        {
            page.Paragraph($"{row.Name}: {row.Why}.", 4, TextStyle.Faint);
        }
    }
}

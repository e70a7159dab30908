using System.Text;

namespace Whydrop.Lab.Scoring;

/// <summary>Truth against answer, as text.</summary>
public static class ConfusionMatrix
{
    private const int CellWidth = 3;
    private static readonly string[] Outcomes = [ScoredRun.Healthy, "inconclusive"];

    /// <summary>One row for each true fault, one numbered column for each answer that occurs; "." where nothing fell.</summary>
    public static string Text(Score score)
    {
        var rows = score.ByFault.Select(t => t.Name).ToArray();
        string[] columns =
        [
            .. rows.Concat(score.Runs.Select(r => r.Answer)).Except(Outcomes, StringComparer.Ordinal).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            .. Outcomes,
        ];
        var counts = score.Runs.ToLookup(r => (r.TrueFault, r.Answer));
        var width = rows.Select(r => r.Length).DefaultIfEmpty(0).Max();
        var text = new StringBuilder($"{score.Runs.Count} lab runs: the true fault (rows) against the answer (columns).\n\n");
        for (var i = 0; i < columns.Length; i++)
            text.Append($"{i + 1,CellWidth} {columns[i]}\n");
        text.Append('\n').Append(' ', width);
        for (var i = 0; i < columns.Length; i++)
            text.Append($" {i + 1,CellWidth}");
        text.Append('\n');
        foreach (var row in rows)
        {
            text.Append(row.PadRight(width));
            foreach (var column in columns)
                text.Append($" {(counts[(row, column)].Count() is > 0 and var n ? $"{n}" : "."),CellWidth}");
            text.Append('\n');
        }

        return text.ToString();
    }
}

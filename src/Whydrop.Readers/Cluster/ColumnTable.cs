namespace Whydrop.Readers.Cluster;

/// <summary>A table as kubectl prints it: columns begin where their headings do; a row that is wider than its columns has at least two blanks between its cells.</summary>
internal sealed class ColumnTable
{
    private readonly List<(string Name, int At)> columns = [];

    /// <param name="heading">The line of headings: words, parted by two blanks or more.</param>
    public ColumnTable(string heading)
    {
        foreach (var (text, at) in Parts(heading))
        {
            columns.Add((text, at));
        }
    }

    public bool Has(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (columns.FindIndex(c => c.Name == name) < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The cells of a row; fewer than the columns when the row ends early.</summary>
    public IReadOnlyList<string> Cells(string row)
    {
        // A cell that touches the next column's begin has pushed the rest of the row to the right.
        if (columns.Skip(1).Any(c => c.At < row.Length && row[c.At - 1] != ' '))
        {
            return [.. Parts(row).Select(p => p.Text)];
        }

        return [.. columns.TakeWhile(c => c.At < row.Length).Select((c, i) => (i + 1 < columns.Count ? row[c.At..Math.Min(row.Length, columns[i + 1].At)] : row[c.At..]).Trim())];
    }

    /// <summary>The cell in a column; null when the table has no such column, or nothing stands there.</summary>
    public string? Cell(IReadOnlyList<string> cells, string column)
    {
        var index = columns.FindIndex(c => c.Name == column);
        return index >= 0 && index < cells.Count && cells[index] is { Length: > 0 } text && text is not ("<none>" or "<unset>" or "<unknown>" or "<nil>" or "<pending>") ? text : null;
    }

    private static IEnumerable<(string Text, int At)> Parts(string line)
    {
        var at = 0;
        while (at < line.Length)
        {
            if (line[at] == ' ')
            {
                at++;
                continue;
            }

            var end = line.IndexOf("  ", at, StringComparison.Ordinal);
            end = end < 0 ? line.Length : end;
            yield return (line[at..end].Trim(), at);
            at = end;
        }
    }
}

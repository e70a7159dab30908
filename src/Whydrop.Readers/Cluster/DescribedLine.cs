using Whydrop.Readers.Text;

namespace Whydrop.Readers.Cluster;

/// <summary>One "Key:   value" of kubectl describe, with what is indented below it.</summary>
/// <param name="line">Its line number.</param>
/// <param name="key">Text before the colon.</param>
/// <param name="value">Text behind it; null when nothing stands there.</param>
internal sealed class DescribedLine(int line, string key, string? value)
{
    private const int Deepest = 64;

    private static readonly DescribedLine Nothing = new(0, "", null);

    public int Line { get; } = line;

    public string Key { get; } = key;

    public string? Value { get; } = value;

    /// <summary>The keys below it, in order; the same may come more than once.</summary>
    public List<DescribedLine> Below { get; } = [];

    /// <summary>Lines below it that are no key: rows of a table, more values.</summary>
    public List<TextLine> Rows { get; } = [];

    /// <summary>The first key of that name below it; an empty one when there is none.</summary>
    public DescribedLine this[string key] => Below.Find(b => b.Key == key) ?? Nothing;

    public bool Has(string key) => Below.Exists(b => b.Key == key);

    /// <summary>The objects of a text: each begins with "Name:" at the left edge.</summary>
    public static IReadOnlyList<DescribedLine> Objects(TextFile file)
    {
        var objects = new List<DescribedLine>();
        var open = new List<(int Indent, DescribedLine At)>();
        foreach (var line in file.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
            {
                continue;
            }

            var indent = line.Text.AsSpan().IndexOfAnyExcept(' ');
            var (key, value) = Split(line.Text.AsSpan(indent));
            if (indent == 0 && key == "Name")
            {
                objects.Add(new DescribedLine(line.Number, "", null));
                open = [(-1, objects[^1])];
            }

            if (open.Count == 0)
            {
                continue;
            }

            while (open[^1].Indent >= indent)
            {
                open.RemoveAt(open.Count - 1);
            }

            if (key is null)
            {
                open[^1].At.Rows.Add(line);
                continue;
            }

            var told = new DescribedLine(line.Number, key, value);
            open[^1].At.Below.Add(told);
            if (open.Count < Deepest)
            {
                open.Add((indent, told));
            }
        }

        return objects;
    }

    private static (string? Key, string? Value) Split(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        while (colon > 0 && colon + 1 < text.Length && text[colon + 1] != ' ')
        {
            var next = text[(colon + 1)..].IndexOf(':');
            colon = next < 0 ? -1 : colon + 1 + next;
        }

        if (colon is < 1 or > 120 || text[..colon].Contains("  ", StringComparison.Ordinal))
        {
            return (null, null);
        }

        var value = text[(colon + 1)..].Trim();
        return (text[..colon].ToString(), value.IsEmpty || value is "<none>" or "<unset>" or "<nil>" ? null : value.ToString());
    }
}

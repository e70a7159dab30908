namespace Whydrop.Readers.Text;

/// <summary>The beginning of an output, from which a reader recognises it.</summary>
public readonly struct TextSample
{
    /// <summary>Most lines in a sample.</summary>
    public const int MostLines = 60;

    internal TextSample(string path, string? command, IReadOnlyList<TextLine> lines)
    {
        Path = path;
        Command = command;
        Lines = lines;
    }

    /// <summary>Path inside the case. Only files that hold nothing but values (of /proc/sys, control groups and /proc/pressure) may be recognised by it.</summary>
    public string Path { get; }

    /// <summary>The command typed before this output, when the text shows it.</summary>
    public string? Command { get; }

    /// <summary>The first lines that are not blank, at most <see cref="MostLines"/>.</summary>
    public IReadOnlyList<TextLine> Lines { get; }

    /// <summary>Number of sample lines of which the predicate holds.</summary>
    public int CountOf(Func<string, bool> predicate)
    {
        var count = 0;
        foreach (var line in Lines)
        {
            count += predicate(line.Text) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Whether the predicate holds of any sample line.</summary>
    public bool Any(Func<string, bool> predicate) => CountOf(predicate) > 0;

    /// <summary>
    /// Certainty from the share of lines of which the predicate holds: <paramref name="certain"/> when all do, nothing when fewer than half do.
    /// </summary>
    public int Share(Func<string, bool> predicate, int certain)
    {
        var hits = CountOf(predicate);
        return hits == 0 || hits * 2 < Lines.Count ? 0 : Math.Max(1, certain * hits / Lines.Count);
    }
}

using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers;

/// <summary>A reader of a tool's JSON: recognised by the names of its members.</summary>
public abstract class JsonReader : Reader
{
    private const int Looked = 4000;

    /// <inheritdoc />
    public override int Recognise(in TextSample sample)
    {
        if (sample.Lines.Count == 0 || sample.Lines[0].Text.AsSpan().TrimStart() is not ['[' or '{', ..])
        {
            return 0;
        }

        return Fits(Start(sample.Lines.Select(l => l.Text))) ? 96 : 0;
    }

    /// <inheritdoc />
    public override bool Opens(string line) =>
        (line.StartsWith("[{\"", StringComparison.Ordinal) || line.StartsWith("{\"", StringComparison.Ordinal)) && Fits(Start([line]));

    /// <summary>Whether the beginning of a JSON text, without blanks, is this tool's.</summary>
    private protected abstract bool Fits(string start);

    /// <summary>Reads the values at the top of the text; the outermost array is already opened.</summary>
    private protected abstract void Read(IReadOnlyList<JsonItem> items, TextFile file, Findings findings);

    private protected override void Read(TextFile file, Findings findings)
    {
        Read([.. JsonText.Parse(file, out var broken).Where(i => i.Members.Count > 0)], file, findings);
        if (broken is { } cut)
        {
            findings.Gap(cut.Line, GapKind.Truncated, $"the JSON text is broken here, what is complete before it was read: {Findings.Quote(cut.Reason)}");
        }
    }

    private static string Start(IEnumerable<string> lines)
    {
        var start = new System.Text.StringBuilder();
        foreach (var line in lines)
        {
            foreach (var c in line.AsSpan(0, Math.Min(line.Length, Looked)))
            {
                if (c is not (' ' or '\t'))
                {
                    start.Append(c);
                }
            }

            if (start.Length > Looked)
            {
                break;
            }
        }

        return start.ToString();
    }
}

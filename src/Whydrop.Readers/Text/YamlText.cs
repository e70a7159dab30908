using Whydrop.Evidence;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Whydrop.Readers.Text;

/// <summary>
/// YAML printed by a tool, with line numbers, read as far as it goes. It is taken event by event: no alias is followed, so that a small text cannot grow, and depth
/// and size are bounded.
/// </summary>
internal sealed class YamlText
{
    private const int Deepest = 64;
    private const int MostValues = 8_000_000;

    private readonly TextFile file;
    private readonly string list;
    private readonly Action<JsonItem> take;
    private readonly Stack<Open> open = new();
    private int values;
    private (int Line, GapKind Kind, string Reason)? alias;

    private YamlText(TextFile file, string list, Action<JsonItem> take)
    {
        this.file = file;
        this.list = list;
        this.take = take;
    }

    /// <summary>Hands out each document of the text as soon as it is complete.</summary>
    /// <param name="file">The text.</param>
    /// <param name="list">Name of the member of a mapping at the top whose items are handed out like documents, before that mapping.</param>
    /// <param name="take">Gets each value.</param>
    /// <returns>What could not be read.</returns>
    public static IReadOnlyList<(int Line, GapKind Kind, string Reason)> Parse(TextFile file, string list, Action<JsonItem> take)
    {
        var text = new YamlText(file, list, take);
        var broken = text.Read();
        return [.. new[] { text.alias, broken }.OfType<(int, GapKind, string)>()];
    }

    private (int Line, GapKind Kind, string Reason)? Read()
    {
        ParsingEvent? last = null;
        try
        {
            var parser = new Parser(new StringReader(string.Join('\n', file.Lines.Select(l => l.Text))));
            while (parser.MoveNext())
            {
                last = parser.Current!;
                if (open.Count > Deepest)
                {
                    return (Line(last), GapKind.Limited, $"nested deeper than {Deepest}: not read from here on");
                }

                if (++values > MostValues)
                {
                    return (Line(last), GapKind.Limited, $"more than {MostValues} values: not read from here on");
                }

                Take(last);
            }

            return null;
        }
        catch (YamlException e)
        {
            return (Line(e.Start.Line), GapKind.Malformed, $"not YAML from here on, what is complete before it was read: {Findings.Quote(e.Message.ReplaceLineEndings(" "))}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or NullReferenceException or IndexOutOfRangeException or OverflowException)
        {
            // The scanner of YamlDotNet answers some broken texts with these instead of a YamlException, without a position.
            return (last is null ? Line(1) : Line(last), GapKind.Malformed, "not YAML from here on, what is complete before it was read");
        }
    }

    private void Take(ParsingEvent now)
    {
        switch (now)
        {
            case MappingStart or SequenceStart:
                var isMapping = now is MappingStart;
                var listed = !isMapping && open.Count == 1 && open.Peek() is { IsMapping: true, Key: { } key } && key == list;
                open.Push(new Open(listed ? null : new JsonItem(Line(now)), isMapping));
                break;
            case MappingEnd or SequenceEnd:
                if (open.Pop().Container is { } complete)
                {
                    Attach(complete);
                }
                else if (open.TryPeek(out var around))
                {
                    around.Key = null;
                }

                break;
            case Scalar scalar:
                if (open.TryPeek(out var inside) && inside is { IsMapping: true, Key: null })
                {
                    inside.Key = scalar.Value;
                    if (open.Count == 1 && inside.Container!.Members.ContainsKey(scalar.Value))
                    {
                        // A member again: the output of another command follows without "---".
                        take(inside.Container);
                        inside.Container = new JsonItem(Line(scalar));
                    }
                }
                else
                {
                    var isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "null" or "~";
                    Attach(new JsonItem(Line(scalar)) { Text = isNull ? null : scalar.Value });
                }

                break;
            case AnchorAlias:
                alias ??= (Line(now), GapKind.Unsupported, "an alias (*name) is not followed: what it stands for is not read there");
                Attach(new JsonItem(Line(now)));
                break;
        }
    }

    private void Attach(JsonItem item)
    {
        if (!open.TryPeek(out var parent) || parent.Container is null)
        {
            take(item);
        }
        else if (!parent.IsMapping)
        {
            parent.Container.Items.Add(item);
        }
        else if (parent.Key is { } key)
        {
            parent.Container.Members[key] = item;
            parent.Key = null;
        }
        else
        {
            // A mapping or list as a key: no tool's output has one. Its value gets no name.
            parent.Key = "";
        }
    }

    private int Line(ParsingEvent at) => Line(at.Start.Line);

    private int Line(long line) => file.Lines.Count == 0 ? 0 : file.Lines[(int)Math.Clamp(line - 1, 0, file.Lines.Count - 1)].Number;

    /// <param name="container">Null for the list whose items are handed out.</param>
    private sealed class Open(JsonItem? container, bool isMapping)
    {
        public JsonItem? Container { get; set; } = container;

        public bool IsMapping { get; } = isMapping;

        public string? Key { get; set; }
    }
}

using System.Text;
using System.Text.Json;

namespace Whydrop.Readers.Text;

/// <summary>JSON printed by a tool, with line numbers, read as far as it goes.</summary>
internal static class JsonText
{
    private const int Deepest = 64;

    /// <summary>
    /// The values at the top of the text; an array at the top is replaced by its items. When the text breaks off, what is complete is returned,
    /// and the line and reason of the break.
    /// </summary>
    public static IReadOnlyList<JsonItem> Parse(TextFile file, out (int Line, string Reason)? broken)
    {
        var top = new List<JsonItem>();
        broken = Parse(file, null, top.Add);
        return top;
    }

    /// <summary>As the other, but hands each value out as soon as it is complete and keeps none.</summary>
    /// <param name="file">The text.</param>
    /// <param name="list">Name of the member of an object at the top whose items are handed out like values at the top, before that object.</param>
    /// <param name="take">Gets each value.</param>
    public static (int Line, string Reason)? Parse(TextFile file, string? list, Action<JsonItem> take)
    {
        var builder = new StringBuilder();
        var ends = new List<(long End, int Line)>();
        long bytes = 0;
        foreach (var line in file.Lines)
        {
            builder.Append(line.Text).Append('\n');
            bytes += Encoding.UTF8.GetByteCount(line.Text) + 1;
            ends.Add((bytes, line.Number));
        }

        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(builder.ToString()), new JsonReaderOptions { AllowMultipleValues = true, AllowTrailingCommas = true, MaxDepth = Deepest });
        try
        {
            Fill(ref reader, list, take, ends);
            return null;
        }
        catch (JsonException broke)
        {
            return (LineAt(ends, reader.BytesConsumed), broke.Message.Split('.')[0]);
        }
    }

    private static void Fill(ref Utf8JsonReader reader, string? list, Action<JsonItem> take, List<(long End, int Line)> ends)
    {
        var open = new Stack<(JsonItem? Container, string? Name)>();
        string? name = null;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = reader.GetString();
                    break;
                case JsonTokenType.StartArray when open.Count == 0 || (open.Count == 1 && name is not null && name == list):
                    // The items of the outermost array go to the top as they are completed, so that a cut text keeps them.
                    open.Push((null, null));
                    name = null;
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push((new JsonItem(LineAt(ends, reader.TokenStartIndex)), name));
                    name = null;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var (container, ownName) = open.Pop();
                    if (container is not null)
                    {
                        Attach(container, ownName, open, take);
                    }

                    break;
                default:
                    Attach(new JsonItem(LineAt(ends, reader.TokenStartIndex)) { Text = Scalar(ref reader) }, name, open, take);
                    name = null;
                    break;
            }
        }
    }

    private static void Attach(JsonItem item, string? name, Stack<(JsonItem? Container, string? Name)> open, Action<JsonItem> take)
    {
        var parent = open.Count > 0 ? open.Peek().Container : null;
        if (parent is null)
        {
            take(item);
        }
        else if (name is not null)
        {
            parent.Members[name] = item;
        }
        else
        {
            parent.Items.Add(item);
        }
    }

    private static string? Scalar(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => Unescaped(ref reader),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => null,
    };

    private static string? Unescaped(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in an escape: valid JSON, no text.
            return null;
        }
    }

    private static int LineAt(List<(long End, int Line)> ends, long offset)
    {
        var (low, high) = (0, ends.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ends[middle].End > offset ? (low, middle) : (middle + 1, high);
        }

        return ends.Count == 0 ? 0 : ends[low].Line;
    }
}

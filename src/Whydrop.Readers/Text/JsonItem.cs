namespace Whydrop.Readers.Text;

/// <summary>One JSON value with the line it begins on. Nothing here throws for a member that is not there or of another type.</summary>
internal sealed class JsonItem(int line)
{
    private static readonly JsonItem Nothing = new(0);

    public int Line { get; } = line;

    /// <summary>Text of a string or number, "true" or "false"; null for an object, an array and null.</summary>
    public string? Text { get; init; }

    public Dictionary<string, JsonItem> Members { get; } = new(StringComparer.Ordinal);

    public List<JsonItem> Items { get; } = [];

    public JsonItem this[string name] => Members.TryGetValue(name, out var member) ? member : Nothing;

    public bool Has(string name) => Members.ContainsKey(name);

    public int? Number => Words.Number(Text) is { } n and >= int.MinValue and <= int.MaxValue ? (int)n : null;

    public bool? Flag => Text switch
    {
        "true" => true,
        "false" => false,
        _ => null,
    };
}

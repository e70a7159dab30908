using Whydrop.Readers.Text;

namespace Whydrop.Readers.Firewall;

/// <summary>Writes the JSON of nft (libnftables-json(5)) in nft's own words. What has no words here becomes one that no rule knows.</summary>
internal static class NftJsonText
{
    private const string Unknown = "unread";
    private const int Deepest = 16;

    /// <summary>One rule: its statements in order.</summary>
    public static string Rule(JsonItem expressions) => string.Join(' ', expressions.Items.Select(e => e.Members.Count == 1 ? Statement(e.Members.First().Key, e.Members.First().Value) : Unknown));

    /// <summary>The elements of a set or map.</summary>
    public static string Elements(JsonItem items, int depth = 0) => $"{{ {string.Join(", ", items.Items.Select(i => Element(i, depth + 1)))} }}";

    private static string Statement(string kind, JsonItem value) => kind switch
    {
        "match" => $"{Expression(value["left"])} {(value["op"].Text is "==" or "in" ? "" : Word(value["op"]))} {Expression(value["right"])}",
        "accept" or "drop" or "return" or "continue" or "notrack" or "queue" => kind,
        "jump" or "goto" => $"{kind} {Word(value["target"])}",
        "counter" => value.Text is null ? $"counter packets {Word(value["packets"])} bytes {Word(value["bytes"])}" : $"counter name {Word(value)}",
        "reject" when value["type"].Text is "tcp reset" => "reject with tcp reset",
        "reject" => value.Has("type") ? $"reject with {Word(value["type"])} {Word(value["expr"])}" : "reject",
        "dnat" or "snat" or "masquerade" or "redirect" => Translation(kind, value),
        "log" => value.Has("prefix") ? $"log prefix \"{Word(value["prefix"])}\"" : "log",
        "mangle" => $"{Expression(value["key"])} set {Expression(value["value"])}",
        "vmap" => $"{Expression(value["key"])} vmap {Mapping(value["data"], 0)}",
        "limit" => value.Text is null ? $"limit rate {(value["inv"].Flag == true ? "over " : "")}{Word(value["rate"])}/{Word(value["per"])}" : $"limit name {Word(value)}",
        "xt" => $"xt {Word(value["type"])} {Word(value["name"])}",
        _ => Unknown,
    };

    private static string Translation(string kind, JsonItem value)
    {
        var address = value.Has("addr") ? Expression(value["addr"]) : "";
        var port = value.Has("port") ? $":{Expression(value["port"])}" : "";
        var bracketed = port.Length > 0 && value["addr"].Text?.Contains(':') == true ? $"[{address}]" : address;
        var flags = string.Join(' ', value["flags"].Items.Append(value["flags"]).Where(f => f.Text is not null).Select(Word));
        return $"{kind}{(bracketed.Length + port.Length > 0 ? " to " : "")}{bracketed}{port} {flags}";
    }

    private static string Element(JsonItem item, int depth)
    {
        if (item.Items.Count != 2)
        {
            return Expression(item, depth);
        }

        var (key, value) = (item.Items[0], item.Items[1]);
        return $"{Expression(key, depth)} : {(value.Members.Count == 1 && value.Members.First() is { Key: "accept" or "drop" or "return" or "continue" or "jump" or "goto" } verdict ? Statement(verdict.Key, verdict.Value) : Expression(value, depth))}";
    }

    private static string Mapping(JsonItem value, int depth) => value.Text is null ? Elements(value["set"], depth) : Word(value);

    private static string Expression(JsonItem item, int depth = 0)
    {
        if (item.Text is not null)
        {
            return Word(item);
        }

        if (item.Items.Count > 0 || item.Members.Count == 0 || depth > Deepest)
        {
            return item.Items.Count > 0 && depth <= Deepest ? string.Join(',', item.Items.Select(i => Expression(i, depth + 1))) : Unknown;
        }

        var (kind, value) = item.Members.First();
        return kind switch
        {
            "prefix" => $"{Word(value["addr"])}/{Word(value["len"])}",
            "range" when value.Items.Count == 2 => $"{Word(value.Items[0])}-{Word(value.Items[1])}",
            "set" => Elements(value, depth),
            "elem" => Expression(value["val"], depth + 1),
            "concat" => string.Join(" . ", value.Items.Select(i => Expression(i, depth + 1))),
            "payload" when value.Has("protocol") => $"{Word(value["protocol"])} {Word(value["field"])}",
            "meta" => value["key"].Text is "iifname" or "oifname" or "iif" or "oif" ? Word(value["key"]) : $"meta {Word(value["key"])}",
            "ct" when !value.Has("dir") => $"ct {Word(value["key"])}",
            "ct" => $"ct {Word(value["dir"])} {Word(value["key"])}",
            "map" => $"{Expression(value["key"], depth + 1)} map {Mapping(value["data"], depth + 1)}",
            "numgen" => $"numgen {Word(value["mode"])} mod {Word(value["mod"])}",
            "&" or "|" or "^" or "<<" or ">>" when value.Items.Count == 2 => $"{Expression(value.Items[0], depth + 1)} {kind} {Expression(value.Items[1], depth + 1)}",
            "jhash" or "symhash" or "fib" or "rt" or "socket" or "osf" or "ipsec" => kind,
            _ => Unknown,
        };
    }

    // A word as nft prints it holds none of the signs that part words.
    private static string Word(JsonItem item) =>
        item.Text is { Length: > 0 and < 300 } text ? string.Concat(text.Select(c => char.IsWhiteSpace(c) || c is '{' or '}' or ',' or ';' or '"' ? '_' : c)) : Unknown;
}

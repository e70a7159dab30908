using System.Text.Json.Nodes;

namespace Whydrop.Report.Tests;

/// <summary>The part of JSON Schema 2020-12 that the published schema uses: type, properties, required, items, enum, const, $ref, additionalProperties.</summary>
internal static class Violations
{
    public static List<string> Of(JsonNode? value, JsonNode schema)
    {
        var found = new List<string>();
        Check(value, schema, schema, "$", found);
        return found;
    }

    private static void Check(JsonNode? value, JsonNode? schema, JsonNode root, string path, List<string> found)
    {
        if (schema is not JsonObject rules)
        {
            return;
        }

        if ((string?)rules["$ref"] is { } reference)
        {
            Check(value, Resolve(reference, root), root, path, found);
            return;
        }

        if (rules["type"] is { } type && !Types(type).Contains(TypeOf(value)) && !(TypeOf(value) == "integer" && Types(type).Contains("number")))
        {
            found.Add($"{path}: is {TypeOf(value)}, not {type.ToJsonString()}");
            return;
        }

        if (rules["const"] is { } only && !JsonNode.DeepEquals(only, value))
        {
            found.Add($"{path}: is not {only.ToJsonString()}");
        }

        if (rules["enum"] is JsonArray words && !words.Any(w => JsonNode.DeepEquals(w, value)))
        {
            found.Add($"{path}: {value?.ToJsonString()} is none of {words.ToJsonString()}");
        }

        CheckParts(value, rules, root, path, found);
    }

    private static void CheckParts(JsonNode? value, JsonObject rules, JsonNode root, string path, List<string> found)
    {
        if (value is JsonObject members)
        {
            foreach (var name in (rules["required"] as JsonArray ?? []).Select(n => (string)n!).Where(n => !members.ContainsKey(n)))
            {
                found.Add($"{path}: {name} is missing");
            }

            foreach (var (name, member) in members)
            {
                var own = rules["properties"]?[name];
                if (own is null && rules["properties"] is not null)
                {
                    found.Add($"{path}: {name} is not in the schema");
                }

                Check(member, own ?? rules["additionalProperties"], root, $"{path}.{name}", found);
            }
        }
        else if (value is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                Check(items[i], rules["items"], root, $"{path}[{i}]", found);
            }
        }
    }

    private static JsonNode? Resolve(string reference, JsonNode root)
    {
        var node = root;
        foreach (var step in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            node = node is JsonArray array ? array[int.Parse(step)] : node?[step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)];
        }

        return node;
    }

    private static string[] Types(JsonNode type) => type is JsonArray several ? [.. several.Select(t => (string)t!)] : [(string)type!];

    private static string TypeOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ => value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.String => "string",
            System.Text.Json.JsonValueKind.Number => value.ToJsonString().Contains('.', StringComparison.Ordinal) ? "number" : "integer",
            _ => "boolean",
        },
    };
}

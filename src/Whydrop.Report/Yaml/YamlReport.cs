using System.Text.Json.Nodes;
using Whydrop.Report.Json;
using YamlDotNet.Serialization;

namespace Whydrop.Report.Yaml;

/// <summary>The same document as JSON, as YAML: same keys, same order, same types.</summary>
public static class YamlReport
{
    /// <summary>Writes a diagnosis.</summary>
    public static void Write(ReportModel model, TextWriter output)
    {
        var serializer = new SerializerBuilder()
            .WithQuotingNecessaryStrings(quoteYaml1_1Strings: true)
            .WithEventEmitter(next => new UnmistakableScalars(next))
            .DisableAliases().WithIndentedSequences().WithNewLine("\n").Build();
        serializer.Serialize(output, Plain(JsonReport.Node(model))!);
    }

    private static object? Plain(JsonNode? node) => node switch
    {
        null => null,
        JsonObject members => new OrderedDictionary<string, object?>(members.Select(m => KeyValuePair.Create(m.Key, Plain(m.Value)))),
        JsonArray items => items.Select(Plain).ToList(),
        JsonValue value when value.TryGetValue(out bool truth) => truth,
        JsonValue value when value.TryGetValue(out long whole) => whole,
        JsonValue value when value.TryGetValue(out double number) => number,
        _ => node.GetValue<string>(),
    };
}

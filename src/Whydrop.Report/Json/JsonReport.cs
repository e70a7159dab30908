using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Whydrop.Diagnosis.Comparison;
using Whydrop.Diagnosis.Counters;
using Whydrop.Diagnosis.Layers;
using Whydrop.Evidence;
using Whydrop.Report.Flows;
using Whydrop.Report.Journeys;

namespace Whydrop.Report.Json;

/// <summary>The answer as JSON: the contract "whydrop.verdict/1", whose schema stands in docs/verdict.schema.json.</summary>
public static class JsonReport
{
    /// <summary>Writes a diagnosis, indented, with a line end.</summary>
    public static void Write(ReportModel model, TextWriter output) =>
        output.Write(JsonSerializer.Serialize(DocumentBuilder.Verdict(model), VerdictJsonContext.Readable.VerdictDocument) + "\n");

    /// <summary>Writes connections as "whydrop.flows/1".</summary>
    /// <param name="rows">Those chosen, in the order to show.</param>
    /// <param name="total">How many there are.</param>
    /// <param name="gaps">What could not be read.</param>
    /// <param name="output">Where to.</param>
    public static void WriteFlows(IEnumerable<FlowRow> rows, int total, IEnumerable<Gap> gaps, TextWriter output) =>
        FlowsWriter.Write(rows, total, gaps, output);

    /// <summary>Writes journeys as "whydrop.journeys/1", whose schema stands in docs/journeys.schema.json: all losses, however many.</summary>
    public static void WriteJourneys(JourneysModel model, TextWriter output) =>
        output.Write(JsonSerializer.Serialize(JourneysBuilder.Document(model), VerdictJsonContext.Readable.JourneysDocument) + "\n");

    /// <summary>Writes counters with their meanings as "whydrop.counters/1": every row.</summary>
    public static void WriteCounters(IEnumerable<CounterTable> tables, IEnumerable<Gap> gaps, TextWriter output) =>
        output.Write(JsonSerializer.Serialize(DocumentBuilder.Counters(tables, gaps), VerdictJsonContext.Readable.CountersDocument) + "\n");

    /// <summary>Writes settings side by side as "whydrop.layers/1".</summary>
    public static void WriteLayers(LayerTable? layers, IEnumerable<Gap> gaps, TextWriter output) =>
        output.Write(JsonSerializer.Serialize(DocumentBuilder.Layers(layers, gaps), VerdictJsonContext.Readable.LayersDocument) + "\n");

    /// <summary>Writes the comparison of two cases as "whydrop.comparison/1".</summary>
    public static void WriteComparison(BeforeAndAfter compared, TextWriter output) =>
        output.Write(JsonSerializer.Serialize(DocumentBuilder.Comparison(compared), VerdictJsonContext.Readable.ComparisonDocument) + "\n");

    /// <summary>Writes which attribute separates bad instances from good ones as "whydrop.cohorts/1".</summary>
    public static void WriteCohorts(IReadOnlyList<CohortSplit> splits, int instances, TextWriter output) =>
        output.Write(JsonSerializer.Serialize(DocumentBuilder.Cohorts(splits, instances), VerdictJsonContext.Readable.CohortsDocument) + "\n");

    /// <summary>The JSON Schema of the verdict contract, made from its types.</summary>
    public static string Schema() => Schema(typeof(VerdictDocument), DocumentBuilder.VerdictSchema, "verdict");

    /// <summary>The JSON Schema of the contract of journeys.</summary>
    public static string JourneysSchema() => Schema(typeof(JourneysDocument), JourneysBuilder.Schema, "journeys");

    private static string Schema(Type document, string name, string topic)
    {
        var schema = (JsonObject)VerdictJsonContext.Readable.Options.GetJsonSchemaAsNode(document, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = Described,
        });
        var head = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"urn:whydrop:{topic}:1",
        };
        foreach (var (key, value) in schema)
        {
            head[key] = value?.DeepClone();
        }

        head["properties"]!["schema"]!["const"] = name;
        return head.ToJsonString(VerdictJsonContext.Readable.Options) + "\n";
    }

    internal static JsonNode Node(ReportModel model) =>
        JsonSerializer.SerializeToNode(DocumentBuilder.Verdict(model), VerdictJsonContext.Readable.VerdictDocument)!;

    private static JsonNode Described(JsonSchemaExporterContext context, JsonNode schema)
    {
        var attributes = context.PropertyInfo?.AttributeProvider ?? context.TypeInfo.Type;
        if (schema is JsonObject described && attributes.GetCustomAttributes(typeof(System.ComponentModel.DescriptionAttribute), inherit: false) is [System.ComponentModel.DescriptionAttribute text, ..])
        {
            described.Insert(0, "description", text.Description);
        }

        // What may be null is left out, except the parts of a place: those are always written.
        if (schema is JsonObject shape && context.TypeInfo.Kind == JsonTypeInfoKind.Object && shape["properties"] is not null)
        {
            var always = context.TypeInfo.Properties.Where(p => shape["properties"]![p.Name]?["type"] is not JsonArray || p.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.Never }, ..]);
            shape["required"] = new JsonArray([.. always.Select(p => JsonValue.Create(p.Name))]);
        }

        return schema;
    }
}

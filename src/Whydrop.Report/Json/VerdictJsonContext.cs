using System.Text.Json;
using System.Text.Json.Serialization;

namespace Whydrop.Report.Json;

/// <summary>Serialisation made at build time: no reflection at start.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata, NewLine = "\n", RespectNullableAnnotations = true)]
[JsonSerializable(typeof(VerdictDocument))]
[JsonSerializable(typeof(FlowsDocument))]
[JsonSerializable(typeof(JourneysDocument))]
[JsonSerializable(typeof(CountersDocument))]
[JsonSerializable(typeof(LayersDocument))]
[JsonSerializable(typeof(ComparisonDocument))]
[JsonSerializable(typeof(CohortsDocument))]
internal sealed partial class VerdictJsonContext : JsonSerializerContext
{
    private static VerdictJsonContext? readable;

    /// <summary>For output: text stays readable ("1450 > 1440", "→"); it is never put inside HTML.</summary>
    public static VerdictJsonContext Readable => readable ??= new(new JsonSerializerOptions(Default.Options)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

using System.Text.Json.Serialization;

namespace Whydrop.Lab.Scoring;

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ScoreDocument))]
internal sealed partial class ScoreDocumentContext : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Whydrop.Lab;

/// <summary>The JSON form of <see cref="Truth"/>.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Truth))]
public sealed partial class TruthDocument : JsonSerializerContext
{
    /// <summary>Writes the truth to a file.</summary>
    public static void Write(string path, Truth truth) => File.WriteAllText(path, JsonSerializer.Serialize(truth, Default.Truth) + "\n");

    /// <summary>Reads it again.</summary>
    public static Truth Read(string path) =>
        JsonSerializer.Deserialize(File.ReadAllText(path), Default.Truth) ?? throw new LabException($"{path}: empty truth file");
}

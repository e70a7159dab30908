using System.Text.Json;
using System.Text.Json.Serialization;

namespace Whydrop.Report.Json;

/// <summary>Enum values as kebab-case words: "ruled-out".</summary>
/// <typeparam name="T">The enum.</typeparam>
internal sealed class KebabCaseConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

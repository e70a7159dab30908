using System.Text.Json;
using System.Text.Json.Nodes;
using Whydrop.Report.Json;

namespace Whydrop.Report.Yaml;

/// <summary>The same document as JSON, as YAML 1.2 block text: every JSON string is a valid YAML double-quoted scalar, so nothing is guessed.</summary>
public static class YamlReport
{
    /// <summary>Writes a diagnosis.</summary>
    public static void Write(ReportModel model, TextWriter output) => WriteObject((JsonObject)JsonReport.Node(model), output, 0, firstIndented: true);

    private static void WriteObject(JsonObject node, TextWriter output, int indent, bool firstIndented)
    {
        var first = !firstIndented;
        foreach (var (key, value) in node)
        {
            output.Write(first ? "" : new string(' ', indent));
            first = false;
            output.Write(IsPlain(key) ? key : Quoted(JsonValue.Create(key)));
            output.Write(':');
            WriteValue(value, output, indent);
        }
    }

    private static void WriteValue(JsonNode? value, TextWriter output, int indent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } inner:
                output.Write('\n');
                WriteObject(inner, output, indent + 2, firstIndented: true);
                break;
            case JsonArray { Count: > 0 } list:
                output.Write('\n');
                WriteList(list, output, indent);
                break;
            default:
                output.Write(' ');
                output.Write(Scalar(value));
                output.Write('\n');
                break;
        }
    }

    private static void WriteList(JsonArray list, TextWriter output, int indent)
    {
        foreach (var item in list)
        {
            output.Write(new string(' ', indent));
            output.Write("- ");
            if (item is JsonObject { Count: > 0 } inner)
            {
                WriteObject(inner, output, indent + 2, firstIndented: false);
            }
            else
            {
                output.Write(Scalar(item));
                output.Write('\n');
            }
        }
    }

    private static string Scalar(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray array => array.ToJsonString(VerdictJsonContext.Readable.Options).ReplaceLineEndings(" "),
        _ => Quoted(value),
    };

    private static string Quoted(JsonNode value) => value.ToJsonString(VerdictJsonContext.Readable.Options);

    private static bool IsPlain(string key) => key.Length > 0 && char.IsAsciiLetter(key[0]) && key.All(char.IsAsciiLetterOrDigit) && key is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n");
}

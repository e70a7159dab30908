using System.Text.Json;
using Whydrop.Diagnosis.Comparison;

namespace Whydrop.Report.Json;

/// <summary>Which attribute separates bad instances from good ones as JSON, schema "whydrop.cohorts/1".</summary>
public static class CohortJson
{
    /// <summary>Writes it, with a line end.</summary>
    public static void Write(IReadOnlyList<CohortSplit> splits, int instances, TextWriter output)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("schema", "whydrop.cohorts/1");
            json.WriteString("outcome", splits is [{ Separates: true }, ..] ? "separates" : "cannot-tell");
            json.WriteNumber("instances", instances);
            json.WriteStartArray("splits");
            foreach (var s in splits)
            {
                json.WriteStartObject();
                json.WriteStartArray("attributes");
                foreach (var name in s.Attributes)
                {
                    json.WriteStringValue(name);
                }

                json.WriteEndArray();
                json.WriteNumber("inside", s.Inside);
                json.WriteNumber("outside", s.Outside);
                json.WriteNumber("rateInside", s.RateInside);
                json.WriteNumber("rateOutside", s.RateOutside);
                json.WriteNumber("separation", s.Separation);
                json.WriteNumber("chance", s.Chance);
                json.WriteNumber("leastChance", s.LeastChance);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(memory.ToArray()));
    }
}

using System.Text.Json;
using Whydrop.Diagnosis;
using Whydrop.Diagnosis.Comparison;

namespace Whydrop.Report.Json;

/// <summary>The comparison of two cases as JSON, schema "whydrop.comparison/1". Times are seconds.</summary>
public static class ComparisonJson
{
    /// <summary>Writes it, with a line end.</summary>
    public static void Write(BeforeAndAfter compared, TextWriter output)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("schema", "whydrop.comparison/1");
            json.WriteString("outcome", Word(compared.Cure));
            json.WriteString("reason", compared.Reason);
            Write(json, "faultBefore", compared.FaultBefore);
            Write(json, "faultAfter", compared.FaultAfter);
            json.WriteStartArray("symptoms");
            foreach (var s in compared.Symptoms)
            {
                Write(json, s);
            }

            json.WriteEndArray();
            json.WriteStartArray("counters");
            foreach (var c in compared.Counters)
            {
                json.WriteStartObject();
                json.WriteString("where", c.Where);
                json.WriteString("name", c.Name);
                Number(json, "before", c.Before);
                Number(json, "after", c.After);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(memory.ToArray()));
    }

    private static void Write(Utf8JsonWriter json, ComparedSymptom s)
    {
        json.WriteStartObject();
        json.WriteString("name", s.Name);
        json.WriteNumber("before", s.Before);
        json.WriteNumber("watchedBefore", s.WatchedBefore.TotalSeconds);
        json.WriteNumber("after", s.After);
        json.WriteNumber("watchedAfter", s.WatchedAfter.TotalSeconds);
        Number(json, "loadRatio", s.LoadRatio);
        Number(json, "meanBetween", s.MeanBetween?.TotalSeconds);
        Number(json, "watchNeeded", s.WatchNeeded?.TotalSeconds);
        Number(json, "chance", s.Chance);
        json.WriteString("outcome", Word(s.Cure));
        json.WriteString("reason", s.Reason);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Verdict? verdict)
    {
        if (verdict is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("fault", verdict.Fault.Id);
        json.WriteString("status", verdict.Status.ToString().ToLowerInvariant());
        json.WriteString("at", verdict.Scope.ToString());
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Word(Cure cure) => cure switch
    {
        Cure.Cured => "cured",
        Cure.NotCured => "not-cured",
        _ => "cannot-tell",
    };
}

using System.Text.Json;
using Whydrop.Cli.Terminal;
using Whydrop.Diagnosis;
using Whydrop.Lab;
using Whydrop.Report.Terminal;

namespace Whydrop.Cli.Commands;

/// <summary>The text of <c>whydrop lab list</c>.</summary>
internal static class LabListing
{
    private const int PlainWidth = 120;

    /// <summary>One scenario in full, or a line for each.</summary>
    /// <exception cref="UsageException">There is no scenario of this name.</exception>
    public static int Write(TextWriter output, string? name, bool json, string colour)
    {
        LabScenario[] shown = [.. LabCatalogue.All.Where(s => name is null || s.Name == name)];
        if (shown.Length == 0)
        {
            throw new UsageException($"no such lab scenario: {name} {NearWords.Of(name!, LabCatalogue.All.Select(s => s.Name), "whydrop lab list names them")}");
        }

        if (json)
        {
            WriteJson(output, shown);
        }
        else if (name is null)
        {
            WriteTable(output, shown, StandardOutput.Screen(colour));
        }
        else
        {
            WriteFull(output, shown[0]);
        }

        output.Flush();
        return ExitCode.Healthy;
    }

    /// <summary>Where packets die, in the words of the catalogue; empty for a scenario of no known fault.</summary>
    internal static string Layer(LabScenario scenario) =>
        FaultCatalogue.All.FirstOrDefault(f => f.Id == scenario.Fault)?.Layer.ToString().ToLowerInvariant()
        ?? (FaultCatalogue.Artefacts.Any(a => a.Id == scenario.Fault) ? "capture" : "");

    private static IReadOnlyList<Need> Needs(LabScenario scenario) => scenario.Needs(LabSettings.Parse(scenario.Parameters, []));

    private static void WriteTable(TextWriter output, LabScenario[] shown, Screen screen)
    {
        var page = new TextPage(output, screen.Interactive ? screen : screen with { Width = Math.Max(screen.Width, PlainWidth) });
        page.Table(
            ["NAME", "FAULT", "LAYER", "HERE", "WHAT"],
            [.. shown.Select(s => new[] { s.Name, s.Fault == s.Name ? "same" : s.Fault, Layer(s), Need.Unmet(Needs(s)).Count == 0 ? "yes" : "no", s.Summary })],
            new HashSet<int>());
        page.Paragraph("FAULT same: the scenario is named for it. HERE: whether this machine has what the run needs; `whydrop lab list NAME` says what is missing, and names the parameters.", style: TextStyle.Faint);
    }

    private static void WriteFull(TextWriter output, LabScenario scenario)
    {
        var needs = Needs(scenario);
        output.WriteLine(scenario.Name);
        output.WriteLine($"  what     {scenario.Summary}");
        output.WriteLine($"  path     {scenario.Topology}");
        output.WriteLine($"  fault    {scenario.Fault}");
        output.WriteLine($"  needs    {string.Join(", ", needs.Select(n => n.Name))}");
        foreach (var line in Need.Unmet(needs))
        {
            output.WriteLine($"  missing  {line}");
        }

        output.WriteLine("  set      with --set name=value:");
        foreach (var parameter in scenario.Parameters)
        {
            output.WriteLine($"    {parameter.Name,-12} {parameter.Default,-9} {parameter.Meaning} ({Values(parameter)})");
        }
    }

    private static void WriteJson(TextWriter output, LabScenario[] shown)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var scenario in shown)
            {
                var unmet = Need.Unmet(Needs(scenario));
                json.WriteStartObject();
                json.WriteString("name", scenario.Name);
                json.WriteString("fault", scenario.Fault);
                json.WriteString("layer", Layer(scenario));
                json.WriteString("what", scenario.Summary);
                json.WriteString("path", scenario.Topology);
                json.WriteBoolean("here", unmet.Count == 0);
                WriteStrings(json, "missing", unmet);
                json.WriteStartArray("parameters");
                foreach (var parameter in scenario.Parameters)
                {
                    json.WriteStartObject();
                    json.WriteString("name", parameter.Name);
                    json.WriteString("default", parameter.Default);
                    json.WriteString("meaning", parameter.Meaning);
                    json.WriteString("values", Values(parameter));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(memory.ToArray()));
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static string Values(LabParameter parameter) => parameter.Allowed.Length > 0 ? string.Join('|', parameter.Allowed) : $"{parameter.Least}..{parameter.Most}";
}

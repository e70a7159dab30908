using Whydrop.Lab;

namespace Whydrop.Cli.Commands;

/// <summary>The text of <c>whydrop lab list</c>.</summary>
internal static class LabListing
{
    public static int Write(TextWriter output)
    {
        foreach (var scenario in LabCatalogue.All)
        {
            var needs = scenario.Needs(LabSettings.Parse(scenario.Parameters, []));
            var unmet = Need.Unmet(needs);
            output.WriteLine(scenario.Name);
            output.WriteLine($"  what     {scenario.Summary}");
            output.WriteLine($"  path     {scenario.Topology}");
            output.WriteLine($"  fault    {scenario.Fault}");
            output.WriteLine($"  needs    {string.Join(", ", needs.Select(n => n.Name))}");
            foreach (var line in unmet)
            {
                output.WriteLine($"  missing  {line}");
            }

            output.WriteLine("  set      with --set name=value:");
            foreach (var parameter in scenario.Parameters)
            {
                var values = parameter.Allowed.Length > 0 ? string.Join('|', parameter.Allowed) : $"{parameter.Least}..{parameter.Most}";
                output.WriteLine($"    {parameter.Name,-12} {parameter.Default,-9} {parameter.Meaning} ({values})");
            }
        }

        output.Flush();
        return ExitCode.Healthy;
    }
}

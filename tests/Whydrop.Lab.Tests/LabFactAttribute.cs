using Whydrop.Lab.Scenarios;

namespace Whydrop.Lab.Tests;

/// <summary>A test that makes a real fault; skipped by name, with the reason, where the lab cannot run.</summary>
public sealed class LabFactAttribute : FactAttribute
{
    public LabFactAttribute() => Skip = LabNeeds.Missing;
}

/// <summary>The same for a theory.</summary>
public sealed class LabTheoryAttribute : TheoryAttribute
{
    public LabTheoryAttribute() => Skip = LabNeeds.Missing;
}

internal static class LabNeeds
{
    public static string? Missing { get; } = Look();

    private static string? Look()
    {
        var scenario = new TunnelMtu();
        var unmet = new[] { "tunnel=ipip", "tunnel=vxlan", "offload=off" }
            .SelectMany(setting => Need.Unmet(scenario.Needs(LabSettings.Parse(scenario.Parameters, [setting]))))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return unmet.Count == 0 ? null : string.Join("; ", unmet);
    }
}

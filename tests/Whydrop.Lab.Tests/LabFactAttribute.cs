using Whydrop.Lab.Scenarios.Tunnel;

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
        (LabScenario Scenario, string[] Settings)[] used = [(new TunnelMtu(), ["tunnel=ipip", "tunnel=vxlan", "offload=off"]), (LabCatalogue.Find("healthy-request-response"), ["overlay=ipip", "overlay=vxlan"])];
        var unmet = used
            .SelectMany(u => u.Settings.SelectMany(setting => Need.Unmet(u.Scenario.Needs(LabSettings.Parse(u.Scenario.Parameters, [setting])))))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return unmet.Count == 0 ? null : string.Join("; ", unmet);
    }
}

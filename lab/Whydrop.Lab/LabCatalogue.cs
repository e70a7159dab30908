namespace Whydrop.Lab;

/// <summary>Every lab scenario of this assembly.</summary>
public static class LabCatalogue
{
    /// <summary>All scenarios, by name.</summary>
    public static IReadOnlyList<LabScenario> All { get; } =
    [
        .. typeof(LabCatalogue).Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(LabScenario)) && !t.IsAbstract)
            .Select(t => (LabScenario)Activator.CreateInstance(t)!)
            .OrderBy(s => s.Name, StringComparer.Ordinal),
    ];

    /// <summary>The scenario with this name.</summary>
    /// <exception cref="LabUsageException">There is none.</exception>
    public static LabScenario Find(string name) =>
        All.FirstOrDefault(s => s.Name == name)
        ?? throw new LabUsageException($"lab scenario '{name}' is unknown; there are: {string.Join(", ", All.Select(s => s.Name))}");
}

using System.Text;

namespace Whydrop.Lab.Scoring;

/// <summary>One run to be made. The same scenario and seed give the same settings.</summary>
/// <param name="Scenario">What to run.</param>
/// <param name="Seed">Which of its random variants.</param>
/// <param name="Settings">Parameters as <c>key=value</c>.</param>
public sealed record PlannedRun(LabScenario Scenario, int Seed, IReadOnlyList<string> Settings)
{
    /// <summary>Folder name of its case.</summary>
    public string FolderName => $"{Scenario.Name}-{Seed}";

    /// <summary>The command that makes this run again.</summary>
    public string CommandLine
    {
        get
        {
            var defaults = Scenario.Parameters.Select(p => $"{p.Name}={p.Default}").ToHashSet(StringComparer.Ordinal);
            return $"whydrop lab run {Scenario.Name}" + string.Concat(Settings.Where(s => !defaults.Contains(s)).Select(s => $" --set {s}"));
        }
    }

    /// <summary>Draws the settings of one variant.</summary>
    /// <param name="scenario">What to run.</param>
    /// <param name="seed">Which variant.</param>
    /// <param name="attempt">0, or how many earlier draws the scenario refused because its parameters contradict each other.</param>
    public static PlannedRun Draw(LabScenario scenario, int seed, int attempt = 0) =>
        new(scenario, seed, scenario.Randomise(new Random(Hash($"{scenario.Name} {seed} {attempt}"))));

    /// <summary>FNV-1a: string.GetHashCode differs from process to process.</summary>
    private static int Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ octet) * 16777619u;
        return (int)(hash & int.MaxValue);
    }
}

using System.Collections;
using System.Globalization;
using System.Net;
using Whydrop.Evidence;

namespace Whydrop.Journeys.Tests.Simulation;

/// <summary>Everything a fact says, lists and all, as text that can be compared.</summary>
public static class FactWords
{
    public static string[] Of(IEnumerable<Fact> facts) => [.. facts.Select(f => f.GetType().Name + " " + Words(f))];

    private static string Words(object? value) => value switch
    {
        null => "-",
        string or VantagePoint or IFormattable or IPAddress or IPEndPoint => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        IEnumerable list => $"[{string.Join("; ", list.Cast<object?>().Select(Words))}]",
        _ when value.GetType().Namespace!.StartsWith("Whydrop", StringComparison.Ordinal) =>
            $"{{{string.Join(", ", value.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0 && p.PropertyType != value.GetType()).Select(p => $"{p.Name} {Words(p.GetValue(value))}"))}}}",
        _ => value.ToString()!,
    };
}

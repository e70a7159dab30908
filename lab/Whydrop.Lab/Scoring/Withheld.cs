using System.Reflection;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Lab.Scoring;

/// <summary>The facts of a case as if something had not been collected.</summary>
public static class Withheld
{
    private static readonly Dictionary<Type, Sources> Known = [];

    /// <summary>Files that facts were read from.</summary>
    public static IReadOnlyList<string> Files(FactSet facts) => [.. facts.All.SelectMany(f => Of(f.GetType()).Files(f)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The facts without what was read from one file, also when only one side of a comparison was: the other reading of a counter, the other capture of a journey.</summary>
    /// <remarks>
    /// Nothing is read again: what reading the remaining files would find instead (a journey past the missing capture) is missing too, so the
    /// result is never richer than the smaller case.
    /// </remarks>
    public static FactSet Without(FactSet facts, string file)
    {
        var captures = facts.Of<CaptureSummary>().Where(c => c.From.Source == file).Select(c => c.Capture).ToHashSet();
        return new FactSet(facts.All.Where(f => Of(f.GetType()) is var sources && !sources.Files(f).Contains(file) && !sources.Captures(f).Any(captures.Contains)));
    }

    private static Sources Of(Type kind)
    {
        lock (Known)
            return Known.TryGetValue(kind, out var sources) ? sources : Known[kind] = new Sources(kind);
    }

    /// <summary>The members by which facts of one kind name their files and captures. By reflection, so that no new kind of fact is forgotten.</summary>
    private sealed class Sources(Type kind)
    {
        private readonly PropertyInfo[] files = [.. kind.GetProperties().Where(p => p.PropertyType == typeof(Provenance) || p.PropertyType == typeof(Provenance?))];
        private readonly PropertyInfo[] captures = [.. kind.GetProperties().Where(p => p.Name.EndsWith("Capture", StringComparison.Ordinal) && (p.PropertyType == typeof(int) || p.PropertyType == typeof(int?)))];

        public IEnumerable<string> Files(Fact fact) => files.Select(p => p.GetValue(fact)).OfType<Provenance>().Select(p => p.Source);

        public IEnumerable<int> Captures(Fact fact) => captures.Select(p => p.GetValue(fact)).OfType<int>();
    }
}

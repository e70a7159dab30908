using System.Collections.Concurrent;
using System.Reflection;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Lab.Scoring;

/// <summary>The facts of a case as if a file had not been collected.</summary>
/// <remarks>
/// Nothing is read again: what reading the remaining files would find instead (a journey past the missing capture) is missing too, so the
/// result is never richer than the smaller case.
/// </remarks>
public sealed class Withheld
{
    private static readonly ConcurrentDictionary<Type, Sources> Known = new();
    private readonly FactSet facts;
    private readonly Dictionary<string, HashSet<Fact>> byFile = new(StringComparer.Ordinal);

    /// <summary>Finds the files that each fact was read from, also when it is a comparison: both readings of a counter, both captures of a journey.</summary>
    public Withheld(FactSet facts)
    {
        this.facts = facts;
        var fileOf = facts.Of<CaptureSummary>().ToLookup(c => c.Capture, c => c.From.Source);
        foreach (var fact in facts.All)
        {
            var sources = Known.GetOrAdd(fact.GetType(), static kind => new Sources(kind));
            foreach (var file in sources.Files(fact).Concat(sources.Captures(fact).SelectMany(c => fileOf[c])))
            {
                if (!byFile.TryGetValue(file, out var of))
                    byFile[file] = of = new HashSet<Fact>(ReferenceEqualityComparer.Instance);
                of.Add(fact);
            }
        }

        Files = [.. byFile.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>Files that facts were read from.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The facts without what was read from one file.</summary>
    public FactSet Without(string file) => byFile.TryGetValue(file, out var of) ? new FactSet(facts.All.Where(f => !of.Contains(f))) : facts;

    /// <summary>The members by which facts of one kind name their files and captures. By reflection, so that no new kind of fact is forgotten.</summary>
    private sealed class Sources(Type kind)
    {
        private readonly PropertyInfo[] files = [.. kind.GetProperties().Where(p => p.PropertyType == typeof(Provenance))];
        private readonly PropertyInfo[] captures = [.. kind.GetProperties().Where(p => p.Name.EndsWith("Capture", StringComparison.Ordinal) && (p.PropertyType == typeof(int) || p.PropertyType == typeof(int?)))];

        public IEnumerable<string> Files(Fact fact) => files.Select(p => p.GetValue(fact)).OfType<Provenance>().Select(p => p.Source);

        public IEnumerable<int> Captures(Fact fact) => captures.Select(p => p.GetValue(fact)).OfType<int>();
    }
}

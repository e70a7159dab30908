namespace Whydrop.Evidence;

/// <summary>All facts of a case, by kind. It holds no judgement and never changes.</summary>
public sealed class FactSet
{
    private readonly Dictionary<Type, Array> byKind;

    /// <summary>Keeps the facts in the order given.</summary>
    public FactSet(IEnumerable<Fact> facts)
    {
        All = [.. facts];
        byKind = All.GroupBy(f => f.GetType()).ToDictionary(g => g.Key, ToTypedArray);
    }

    /// <summary>Every fact.</summary>
    public IReadOnlyList<Fact> All { get; }

    /// <summary>Facts of exactly this kind; empty when there is none, which says nothing about whether it was looked for.</summary>
    public IReadOnlyList<T> Of<T>() where T : Fact => byKind.TryGetValue(typeof(T), out var facts) ? (T[])facts : [];

    /// <summary>The same facts without those of one kind.</summary>
    public FactSet Without(Type kind) => new(All.Where(f => f.GetType() != kind));

    private static Array ToTypedArray(IGrouping<Type, Fact> group)
    {
        var facts = group.ToArray();
        var typed = Array.CreateInstance(group.Key, facts.Length);
        Array.Copy(facts, typed, facts.Length);
        return typed;
    }
}

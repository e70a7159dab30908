using System.Runtime.InteropServices;
using Whydrop.Journeys.Collecting;

namespace Whydrop.Journeys.Pairing;

// SAFETY: a span of one element lies in an array that is never made anew; a span of a list is read before the list grows.
/// <summary>What each sighting has in common with others, in the order it was found. Most have one other.</summary>
/// <param name="sightings">Numbers of sightings are below this.</param>
internal sealed class MatchGraph(int sightings)
{
    private readonly PairMatch?[] first = new PairMatch?[sightings];
    private readonly Dictionary<Sighting, List<PairMatch>> several = [];

    /// <summary>Numbers of sightings are below this.</summary>
    public int Length => first.Length;

    /// <summary>Those that have more than one.</summary>
    public IReadOnlyDictionary<Sighting, List<PairMatch>> Several => several;

    /// <summary>Whether it has any.</summary>
    public bool Has(Sighting sighting) => first[sighting.Number] is not null;

    /// <summary>All of one. To be used before another is added.</summary>
    // SAFETY: a span of one element of an array that never moves or changes its length, or of a list that is not added to meanwhile.
    public ReadOnlySpan<PairMatch> Of(Sighting sighting) =>
        several.TryGetValue(sighting, out var list) ? CollectionsMarshal.AsSpan(list)
        : Has(sighting) ? MemoryMarshal.CreateReadOnlySpan(ref first[sighting.Number]!, 1) : [];

    /// <summary>The two have been found to be alike.</summary>
    public bool Holds(Sighting a, Sighting b)
    {
        foreach (var match in Of(a))
        {
            if (match.A == b || match.B == b)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The match of two that have no other; null when either has.</summary>
    public PairMatch? Only(Sighting sighting) =>
        first[sighting.Number] is { } match && (several.Count == 0 || !(several.ContainsKey(match.A) || several.ContainsKey(match.B))) ? match : null;

    /// <summary>Adds one to both of its ends.</summary>
    public void Add(PairMatch match)
    {
        Add(match.A, match);
        Add(match.B, match);
    }

    private void Add(Sighting end, PairMatch match)
    {
        ref var only = ref first[end.Number];
        if (only is null)
        {
            only = match;
        }
        else if (several.TryGetValue(end, out var list))
        {
            list.Add(match);
        }
        else
        {
            several[end] = [only, match];
        }
    }
}

using System.Collections;

namespace Whydrop.Journeys.Collecting;

/// <summary>Some of the sightings of the case, in the order in which they were added.</summary>
/// <param name="sightings">How many the case has.</param>
internal sealed class SightingSet(int sightings) : IReadOnlyCollection<Sighting>
{
    private readonly BitArray held = new(sightings);
    private readonly List<Sighting> members = [];

    /// <inheritdoc />
    public int Count => members.Count;

    /// <summary>Whether it is among them.</summary>
    public bool Contains(Sighting sighting) => held[sighting.Number];

    /// <summary>Adds one, unless it is among them.</summary>
    public void Add(Sighting sighting)
    {
        if (!Contains(sighting))
        {
            held[sighting.Number] = true;
            members.Add(sighting);
        }
    }

    /// <inheritdoc />
    public IEnumerator<Sighting> GetEnumerator() => members.GetEnumerator();

    /// <inheritdoc />
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

namespace Whydrop.Journeys.Collecting;

/// <summary>Sightings with the same initial sequence numbers of both ends: 64 random bits that NAT and tunnels keep.</summary>
internal sealed class HandshakeGroups
{
    private readonly Sighting[] sorted;
    private readonly ulong[] keys;
    private readonly int[] starts;

    /// <summary>Groups.</summary>
    /// <param name="sightings">By their numbers.</param>
    public HandshakeGroups(Sighting[] sightings)
    {
        keys = new ulong[sightings.Count(static s => s.HasHandshake)];
        sorted = new Sighting[keys.Length];
        var next = 0;
        foreach (var sighting in sightings)
        {
            if (sighting.HasHandshake)
            {
                (keys[next], sorted[next++]) = (Of(sighting), sighting);
            }
        }

        Array.Sort(keys, sorted);
        starts = new int[sightings.Length];
        Array.Fill(starts, -1);
        for (var (start, end) = (0, 0); start < keys.Length; start = end)
        {
            end = EndOf(start);
            sorted.AsSpan(start, end - start).Sort(static (x, y) => x.Number.CompareTo(y.Number));
            for (var i = start; i < end; i++)
            {
                starts[sorted[i].Number] = start;
            }
        }
    }

    /// <summary>Both initial sequence numbers.</summary>
    public static ulong Of(Sighting sighting) =>
        ((ulong)(sighting.Initial(true) ?? 0) << 32) | (sighting.Initial(false) ?? 0);

    /// <summary>Those with the handshake of one, itself among them, by their numbers; none without a handshake.</summary>
    public ReadOnlySpan<Sighting> With(Sighting sighting)
    {
        var start = starts[sighting.Number];
        return start < 0 ? [] : sorted.AsSpan(start, EndOf(start) - start);
    }

    /// <summary>Each group once, by its first sighting.</summary>
    public bool IsFirst(Sighting sighting) => starts[sighting.Number] is var start and >= 0 && sorted[start] == sighting;

    private int EndOf(int start)
    {
        var end = start + 1;
        while (end < keys.Length && keys[end] == keys[start])
        {
            end++;
        }

        return end;
    }
}

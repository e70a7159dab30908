using System.Numerics;

namespace Whydrop.Journeys.Collecting;

/// <summary>Sightings with the same initial sequence numbers of both ends: 64 random bits that NAT and tunnels keep.</summary>
internal sealed class HandshakeGroups
{
    /// <summary>Group after group, each by numbers.</summary>
    private readonly Sighting[] sorted;

    /// <summary>Group of each sighting, by its number; -1 without a handshake.</summary>
    private readonly int[] groups;

    /// <summary>Where each group begins, and at last where there is none.</summary>
    private readonly int[] firsts;

    /// <summary>Groups.</summary>
    /// <param name="sightings">By their numbers.</param>
    public HandshakeGroups(Sighting[] sightings)
    {
        groups = new int[sightings.Length];
        var counts = Number(sightings, groups);
        firsts = new int[counts.Count + 1];
        for (var group = 0; group < counts.Count; group++)
        {
            firsts[group + 1] = firsts[group] + counts[group];
        }

        sorted = new Sighting[firsts[^1]];
        var next = firsts.AsSpan(0, counts.Count).ToArray();
        foreach (var sighting in sightings)
        {
            if (groups[sighting.Number] is var group and >= 0)
            {
                sorted[next[group]++] = sighting;
            }
        }
    }

    /// <summary>Both initial sequence numbers.</summary>
    public static ulong Of(Sighting sighting) =>
        ((ulong)(sighting.Initial(true) ?? 0) << 32) | (sighting.Initial(false) ?? 0);

    /// <summary>Those with the handshake of one, itself among them, by their numbers; none without a handshake.</summary>
    public ReadOnlySpan<Sighting> With(Sighting sighting)
    {
        var group = groups[sighting.Number];
        return group < 0 ? [] : sorted.AsSpan(firsts[group], firsts[group + 1] - firsts[group]);
    }

    /// <summary>Each group once, by its first sighting.</summary>
    public bool IsFirst(Sighting sighting) => groups[sighting.Number] is var group and >= 0 && sorted[firsts[group]] == sighting;

    /// <summary>Numbers the groups as they are met. Open addressing, at most half full; whoever chooses sequence numbers cannot choose the places.</summary>
    /// <returns>How many each has.</returns>
    private static List<int> Number(Sighting[] sightings, int[] groups)
    {
        var slots = new (ulong Key, int Group)[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, sightings.Length * 2L))];
        var seed = (ulong)Random.Shared.NextInt64() | 1;
        var shift = 64 - BitOperations.Log2((uint)slots.Length);
        var counts = new List<int>();
        foreach (var sighting in sightings)
        {
            if (!sighting.HasHandshake)
            {
                groups[sighting.Number] = -1;
                continue;
            }

            var key = Of(sighting);
            var place = (int)(((key ^ (key >> 29)) * seed) >> shift);
            while (slots[place].Group != 0 && slots[place].Key != key)
            {
                place = (place + 1) & (slots.Length - 1);
            }

            if (slots[place].Group == 0)
            {
                counts.Add(0);
                slots[place] = (key, counts.Count);
            }

            groups[sighting.Number] = slots[place].Group - 1;
            counts[slots[place].Group - 1]++;
        }

        return counts;
    }
}

namespace Whydrop.Journeys.Collecting;

/// <summary>Sightings with the same initial sequence numbers of both ends: 64 random bits that NAT and tunnels keep.</summary>
internal sealed class HandshakeGroups
{
    private readonly Sighting[] sorted;
    private readonly int[] starts;
    private readonly int[] counts;

    /// <summary>Groups.</summary>
    /// <param name="sightings">By their numbers.</param>
    public HandshakeGroups(Sighting[] sightings)
    {
        var complete = Array.FindAll(sightings, static s => s.HasHandshake);
        var keys = Array.ConvertAll(complete, static s => Of(s));
        var numbers = Array.ConvertAll(complete, static s => s.Number);
        Array.Sort(keys, numbers);
        starts = new int[sightings.Length];
        Array.Fill(starts, -1);
        counts = new int[keys.Length];
        for (var (start, end) = (0, 0); start < keys.Length; start = end)
        {
            for (end = start + 1; end < keys.Length && keys[end] == keys[start]; end++)
            {
            }

            counts[start] = end - start;
            Array.Sort(numbers, start, end - start);
            for (var i = start; i < end; i++)
            {
                starts[numbers[i]] = start;
            }
        }

        sorted = Array.ConvertAll(numbers, n => sightings[n]);
    }

    /// <summary>Both initial sequence numbers.</summary>
    public static ulong Of(Sighting sighting) =>
        ((ulong)(sighting.Initial(true) ?? 0) << 32) | (sighting.Initial(false) ?? 0);

    /// <summary>Those with the handshake of one, itself among them, by their numbers; none without a handshake.</summary>
    public ReadOnlySpan<Sighting> With(Sighting sighting)
    {
        var start = starts[sighting.Number];
        return start < 0 ? [] : sorted.AsSpan(start, counts[start]);
    }

    /// <summary>Each group once, by its first sighting.</summary>
    public bool IsFirst(Sighting sighting) => starts[sighting.Number] is var start and >= 0 && sorted[start] == sighting;
}

namespace Whydrop.Tcp.Artefacts;

/// <summary>Datagrams that came by again with a lower TTL, by the frame of their first sighting; the most recent few thousand.</summary>
internal sealed class LoopTable
{
    private const int Size = 4096;
    private readonly Entry[] entries = new Entry[Size];

    /// <summary>Counts a sighting; true exactly once per datagram, when it was seen a third time and each time lower than before.</summary>
    public bool Sighted(uint frame, byte firstTtl, byte ttl)
    {
        ref var entry = ref entries[frame % Size];
        if (entry.Frame != frame)
        {
            entry = new Entry { Frame = frame, Ttl = firstTtl, Sightings = 1 };
        }

        if (ttl >= entry.Ttl)
        {
            return false;
        }

        entry.Ttl = ttl;
        entry.Sightings = (byte)Math.Min(entry.Sightings + 1, 4);
        return entry.Sightings == 3;
    }

    private struct Entry
    {
        public uint Frame;
        public byte Ttl;
        public byte Sightings;
    }
}

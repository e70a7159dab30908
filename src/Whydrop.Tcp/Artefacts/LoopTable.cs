namespace Whydrop.Tcp.Artefacts;

/// <summary>TCP datagrams that came by again with a lower TTL, by the frame of their first sighting; the most recent few thousand.</summary>
internal sealed class LoopTable
{
    private const int Size = 4096;
    private readonly Entry[] entries = new Entry[Size];

    /// <summary>The passes of a datagram; begun with its first sighting, whose link addresses nobody kept.</summary>
    public ref LoopTrack Of(uint frame, long time, byte ttl)
    {
        ref var entry = ref entries[frame % Size];
        if (entry.Frame != frame)
        {
            entry = new Entry { Frame = frame, Track = LoopTrack.Begin(time, frame, ttl, default) };
        }

        return ref entry.Track;
    }

    private struct Entry
    {
        public uint Frame;
        public LoopTrack Track;
    }
}

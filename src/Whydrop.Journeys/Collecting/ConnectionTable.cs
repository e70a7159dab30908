using System.Numerics;

namespace Whydrop.Journeys.Collecting;

/// <summary>To which sighting the frames of a connection go at the time. Open addressing, at most half full; asked once for every frame.</summary>
internal sealed class ConnectionTable
{
    private Entry[] entries;
    private int used;

    /// <summary>Without connections.</summary>
    /// <param name="expected">How many there will be, more or less.</param>
    public ConnectionTable(int expected) => entries = new Entry[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(expected, 8, 1 << 26) * 2)];

    /// <summary>What was entered for a connection; its <see cref="Bound.Index"/> is negative when nothing is.</summary>
    public Bound Find(in ConnectionKey key)
    {
        ref readonly var entry = ref entries[PlaceOf(key)];
        return entry.Used ? entry.Value : Bound.None;
    }

    /// <summary>Enters a connection, or takes it out with <see cref="Bound.None"/>.</summary>
    public void Set(in ConnectionKey key, Bound value)
    {
        if (used * 2 > entries.Length)
        {
            Grow();
        }

        ref var entry = ref entries[PlaceOf(key)];
        used += entry.Used ? 0 : 1;
        entry = new Entry { Key = key, Value = value, Used = true };
    }

    private int PlaceOf(in ConnectionKey key)
    {
        var mask = entries.Length - 1;
        var place = (int)key.Low & mask;
        while (entries[place].Used && (entries[place].Key.Low != key.Low || entries[place].Key.High != key.High))
        {
            place = (place + 1) & mask;
        }

        return place;
    }

    private void Grow()
    {
        var old = entries;
        entries = new Entry[old.Length * 2];
        foreach (ref readonly var entry in old.AsSpan())
        {
            if (entry.Used)
            {
                entries[PlaceOf(entry.Key)] = entry;
            }
        }
    }

    /// <param name="Index">Of the sighting, by first frames.</param>
    /// <param name="ClientIsLow">The client is the end that sorts first.</param>
    /// <param name="HasCopies">The capture point shows datagrams more than once.</param>
    internal readonly record struct Bound(int Index, bool ClientIsLow, bool HasCopies)
    {
        /// <summary>Its frames go nowhere.</summary>
        public static Bound None => new(-1, false, false);
    }

    private struct Entry
    {
        public ConnectionKey Key;
        public Bound Value;
        public bool Used;
    }
}

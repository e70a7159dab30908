using System.Numerics;

namespace Whydrop.Journeys.Pairing;

/// <summary>Keys of two trails: which occur once in each. Open addressing, at most half full.</summary>
internal sealed class KeyTable
{
    private const int Repeated = -2;

    private Slot[] slots = [];
    private int mask;

    /// <summary>Empties the table.</summary>
    /// <param name="count">Keys of the second trail.</param>
    public void Clear(int count)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, count * 2));
        mask = size - 1;
        if (slots.Length < size)
        {
            slots = new Slot[size];
        }
        else
        {
            Array.Clear(slots, 0, size);
        }
    }

    /// <summary>Enters a key of the second trail.</summary>
    public void AddSecond(ulong key, int index)
    {
        ref var slot = ref slots[Find(key)];
        slot.Second = slot.Used ? Repeated : index;
        slot.Used = true;
        slot.Key = key;
    }

    /// <summary>Looks up a key of the first trail, and notes that it did: its place, or -1 when the second trail has none.</summary>
    public int MeetFirst(ulong key)
    {
        var place = Find(key);
        if (!slots[place].Used)
        {
            return -1;
        }

        slots[place].Met = (byte)Math.Min(2, slots[place].Met + 1);
        return place;
    }

    /// <summary>The only segment of the second trail with the key; negative when one of both trails has more than one.</summary>
    public int UniqueSecond(int place) => slots[place].Met == 1 ? slots[place].Second : Repeated;

    private int Find(ulong key)
    {
        var place = (int)key & mask;
        while (slots[place].Used && slots[place].Key != key)
        {
            place = (place + 1) & mask;
        }

        return place;
    }

    private struct Slot
    {
        public ulong Key;
        public int Second;
        public byte Met;
        public bool Used;
    }
}

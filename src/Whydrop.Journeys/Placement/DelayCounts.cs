using Whydrop.Evidence.Journeys;

namespace Whydrop.Journeys.Placement;

/// <summary>How often each delay was met, by ticks. Open addressing, at most half full.</summary>
internal sealed class DelayCounts
{
    private (long Ticks, int Count)[] slots = new (long, int)[1024];
    private int used;

    /// <summary>Counts some more.</summary>
    /// <param name="count">More than 0.</param>
    public void Add(long ticks, int count)
    {
        ref var slot = ref slots[PlaceOf(ticks)];
        if (slot.Count == 0)
        {
            slot.Ticks = ticks;
            used++;
        }

        slot.Count += count;
        if (used * 2 > slots.Length)
        {
            Grow();
        }
    }

    /// <summary>All of them, the shortest first.</summary>
    public DelayCount[] Sorted()
    {
        var met = Array.FindAll(slots, static s => s.Count > 0);
        Array.Sort(met, static (x, y) => x.Ticks.CompareTo(y.Ticks));
        return Array.ConvertAll(met, static s => new DelayCount(TimeSpan.FromTicks(s.Ticks), s.Count));
    }

    private int PlaceOf(long ticks)
    {
        var mask = slots.Length - 1;
        var place = (int)(((ulong)ticks * 0x9E3779B97F4A7C15UL) >> 40) & mask;
        while (slots[place].Count != 0 && slots[place].Ticks != ticks)
        {
            place = (place + 1) & mask;
        }

        return place;
    }

    private void Grow()
    {
        var old = slots;
        slots = new (long, int)[old.Length * 2];
        foreach (var slot in old)
        {
            if (slot.Count > 0)
            {
                slots[PlaceOf(slot.Ticks)] = slot;
            }
        }
    }
}

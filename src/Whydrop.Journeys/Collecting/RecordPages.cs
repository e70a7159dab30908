using Whydrop.Tcp;

namespace Whydrop.Journeys.Collecting;

/// <summary>Room for the segments of many connections: few large arrays, for most connections are short, and used again when those before have been told.</summary>
internal sealed class RecordPages
{
    /// <summary>Just below what the collector takes for a large object and looks for only when it looks through everything.</summary>
    private const int PageRecords = 2_000;

    private readonly List<SegmentRecord[]> pages = [];
    private int current = -1;
    private int used = PageRecords;

    /// <summary>Room for some.</summary>
    /// <returns>An array, and where in it the room begins.</returns>
    public (SegmentRecord[] Page, int Begin) Take(int count)
    {
        if (count > PageRecords / 4)
        {
            return (GC.AllocateUninitializedArray<SegmentRecord>(count), 0);
        }

        if (used + count > PageRecords)
        {
            (current, used) = (current + 1, 0);
            if (current == pages.Count)
            {
                pages.Add(GC.AllocateUninitializedArray<SegmentRecord>(PageRecords));
            }
        }

        used += count;
        return (pages[current], used - count);
    }

    /// <summary>How much is taken.</summary>
    public (int Page, int Used) Taken => (current, used);

    /// <summary>Whatever was taken since is not needed any more.</summary>
    /// <param name="taken">How much was taken then.</param>
    public void Release((int Page, int Used) taken) => (current, used) = taken;
}

namespace Whydrop.Journeys.Collecting;

/// <summary>Room for the segments of many connections: few large arrays, for most connections are short.</summary>
internal sealed class RecordPages
{
    /// <summary>Just below what the collector takes for a large object and looks for only when it looks through everything.</summary>
    private const int PageRecords = 2_000;

    private SegmentRecord[] page = [];
    private int used;

    /// <summary>Room for some.</summary>
    /// <returns>An array, and where in it the room begins.</returns>
    public (SegmentRecord[] Page, int Begin) Take(int count)
    {
        if (count > PageRecords / 4)
        {
            return (GC.AllocateUninitializedArray<SegmentRecord>(count), 0);
        }

        if (used + count > page.Length)
        {
            (page, used) = (GC.AllocateUninitializedArray<SegmentRecord>(PageRecords), 0);
        }

        used += count;
        return (page, used - count);
    }
}

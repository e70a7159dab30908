using Whydrop.Tcp;

namespace Whydrop.Journeys.Collecting;

/// <summary>Room for the segments of many connections: few large areas, for most connections are short, and used again when those before have been told.</summary>
internal sealed class RecordPages
{
    private const int PageRecords = 1 << 16;

    private readonly List<SegmentArea> pages = [];
    private int current = -1;
    private int used = PageRecords;

    /// <summary>Room for some.</summary>
    /// <returns>An area, and where in it the room begins.</returns>
    public (SegmentArea Page, int Begin) Take(int count)
    {
        if (count > PageRecords / 4)
        {
            return (new SegmentArea(count), 0);
        }

        if (used + count > PageRecords)
        {
            (current, used) = (current + 1, 0);
            if (current == pages.Count)
            {
                pages.Add(new SegmentArea(PageRecords));
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

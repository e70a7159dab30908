using Whydrop.Tcp;

namespace Whydrop.Journeys.Collecting;

/// <summary>The segments of both directions of one connection at one place as they are read: how many there are of both together is known before.</summary>
internal struct SegmentPile
{
    private SegmentArea page;
    private int start;
    private int room;

    /// <summary>Segments of both directions.</summary>
    public int Count { get; private set; }

    /// <summary>One segment.</summary>
    public readonly ref readonly SegmentRecord this[int index] => ref page[start + index];

    /// <summary>There is no room for another.</summary>
    public readonly bool IsFull => Count == room;

    /// <summary>Makes room for more.</summary>
    /// <param name="expected">How many there will be in all, more or less.</param>
    /// <param name="pages">Where they are kept.</param>
    public void Grow(long expected, RecordPages pages)
    {
        var wanted = Count == 0 ? (int)Math.Clamp(expected, 1, 1 << 20) : Count + Math.Max(4, Count >> 1);
        var (larger, begin) = pages.Take(wanted);
        if (Count > 0)
        {
            page.Slice(start, Count).CopyTo(larger.Slice(begin, Count));
        }

        (page, start, room) = (larger, begin, wanted);
    }

    /// <summary>Appends one, for which there is room.</summary>
    public void Add(in SegmentRecord record) => page[start + Count++] = record;

    /// <summary>Parts the directions, each in capture order. Not of an empty one.</summary>
    /// <param name="spare">Used again and again.</param>
    public readonly (SegmentTrail FromClient, SegmentTrail FromServer) Part(ref SegmentRecord[] spare)
    {
        if (spare.Length < Count)
        {
            spare = new SegmentRecord[Math.Max(1_000, Count)];
        }

        var (end, answers) = (start, 0);
        for (var i = start; i < start + Count; i++)
        {
            if (page[i].FromClient)
            {
                page[end++] = page[i];
            }
            else
            {
                spare[answers++] = page[i];
            }
        }

        spare.AsSpan(0, answers).CopyTo(page.Slice(end, answers));
        return (new SegmentTrail(page, start, end - start), new SegmentTrail(page, end, answers));
    }
}

namespace Whydrop.Journeys.Collecting;

/// <summary>The segments of one direction of one connection at one place, in capture order.</summary>
/// <param name="expected">How many there will be, more or less.</param>
internal sealed class SegmentTrail(long expected)
{
    private SegmentRecord[] records = [];

    /// <summary>Number of segments.</summary>
    public int Count { get; private set; }

    /// <summary>The segments.</summary>
    public ReadOnlySpan<SegmentRecord> Records => records.AsSpan(0, Count);

    /// <summary>One segment.</summary>
    public ref readonly SegmentRecord this[int index] => ref records[index];

    /// <summary>Lets the segments go.</summary>
    public void Clear() => (records, Count) = ([], 0);

    /// <summary>Appends one.</summary>
    public void Add(in SegmentRecord record)
    {
        if (Count == records.Length)
        {
            Array.Resize(ref records, Count == 0 ? (int)Math.Clamp(expected, 8, 1 << 20) : Count + (Count >> 1));
        }

        records[Count++] = record;
    }
}

using System.Runtime.InteropServices;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Collecting;

/// <summary>The segments of one direction of one connection at one place, in capture order. The default has none.</summary>
/// <param name="area">Holds them, and others of other trails.</param>
/// <param name="start">Where in it they begin.</param>
/// <param name="count">How many they are.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly struct SegmentTrail(SegmentArea area, int start, int count)
{
    /// <summary>Number of segments.</summary>
    public int Count => count;

    /// <summary>The segments. Whoever looks at many asks once.</summary>
    public ReadOnlySpan<SegmentRecord> Records => count == 0 ? [] : area.Slice(start, count);

    /// <summary>One segment.</summary>
    public ref readonly SegmentRecord this[int index] => ref area[start + index];

    /// <summary>Fetches the first segments ahead of their use. Changes speed only.</summary>
    public void Prefetch()
    {
        if (count > 0)
        {
            area.Prefetch(start, count);
        }
    }
}

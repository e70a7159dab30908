using System.Runtime.InteropServices;
using Whydrop.Tcp;

namespace Whydrop.Journeys.Collecting;

/// <summary>The segments of one direction of one connection at one place, in capture order. The default has none.</summary>
/// <param name="page">Holds them, and others of other trails.</param>
/// <param name="start">Where in it they begin.</param>
/// <param name="count">How many they are.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly struct SegmentTrail(SegmentRecord[] page, int start, int count)
{
    /// <summary>Number of segments.</summary>
    public int Count => count;

    /// <summary>The segments.</summary>
    public ReadOnlySpan<SegmentRecord> Records => page.AsSpan(start, count);

    /// <summary>One segment.</summary>
    public ref readonly SegmentRecord this[int index] => ref page[start + index];
}

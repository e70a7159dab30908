using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Whydrop.Tcp;

/// <summary>Segments of one direction of one connection at one place, in capture order. The default has none.</summary>
/// <param name="area">Holds them, and others of other trails.</param>
/// <param name="start">Where in it they begin.</param>
/// <param name="count">How many they are.</param>
[StructLayout(LayoutKind.Auto)]
public readonly struct SegmentTrail(SegmentArea area, int start, int count)
{
    /// <summary>Number of segments.</summary>
    public int Count => count;

    /// <summary>The segments.</summary>
    public ReadOnlySpan<SegmentRecord> Records
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => count == 0 ? [] : area.Slice(start, count);
    }

    /// <summary>One segment.</summary>
    public ref readonly SegmentRecord this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref area[start + index];
    }
}

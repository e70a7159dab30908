using System.Runtime.InteropServices;

namespace Whydrop.Journeys.Clocks;

/// <summary>Clock of one file minus clock of another, asked for many times.</summary>
/// <param name="table">All clocks.</param>
/// <param name="from">The file whose times are given.</param>
/// <param name="to">The other one.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly struct ClockOffsets(ClockTable table, int from, int to)
{
    /// <summary>Of the two files, when they compare directly and neither clock stepped.</summary>
    private readonly ClockPieceFit? single = table.Single(from, to);

    /// <summary>The offset; null when the two cannot be compared at this time.</summary>
    public long? At(long time) => single is null ? table.Offset(from, to, time) : from < to ? single.OffsetAt(time) : -single.OffsetAtSecond(time);
}

namespace Whydrop.Tcp.Recording;

/// <summary>Segments of one direction that follow each other in an area.</summary>
/// <param name="Direction">Twice the index of the flow, and one for the higher end.</param>
/// <param name="Start">Number of the area, and from <see cref="AreaShift"/> down the place in it.</param>
/// <param name="Count">How many.</param>
internal readonly record struct SegmentRun(uint Direction, int Start, int Count)
{
    /// <summary>Bits of a place in an area.</summary>
    public const int AreaShift = 20;
}

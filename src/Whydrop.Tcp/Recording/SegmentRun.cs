namespace Whydrop.Tcp.Recording;

/// <summary>Segments of one direction that follow each other in a block.</summary>
/// <param name="Direction">Twice the index of the flow, and one for the higher end.</param>
/// <param name="Start">Number of the block (16 bits), place in it (16 bits).</param>
/// <param name="Count">How many.</param>
internal readonly record struct SegmentRun(uint Direction, int Start, int Count);

namespace Whydrop.Wire.Views;

/// <summary>Bytes held by the receiver out of order (RFC 2018, 3).</summary>
/// <param name="LeftEdge">First sequence number of the block.</param>
/// <param name="RightEdge">Sequence number after its last byte.</param>
public readonly record struct SackBlock(uint LeftEdge, uint RightEdge);

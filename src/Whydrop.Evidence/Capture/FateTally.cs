namespace Whydrop.Evidence.Capture;

/// <summary>One row of a capture's ledger: exact totals, whatever limits the details. Rows of one capture sum to the data sent.</summary>
/// <param name="Segments">Transmissions.</param>
/// <param name="Bytes">Payload bytes of these transmissions.</param>
/// <param name="UniqueBytes">Distinct stream bytes whose end this is: a byte that was lost and came with a later transmission counts as delivered. Rows of one capture sum to the distinct bytes.</param>
public sealed record FateTally(VantagePoint At, Provenance From, int Capture, Fate Fate, long Segments, long Bytes, long UniqueBytes) : Fact(At, From);

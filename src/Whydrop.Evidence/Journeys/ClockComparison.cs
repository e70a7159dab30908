namespace Whydrop.Evidence.Journeys;

/// <summary>The clock of one capture file against that of another, from the fastest datagrams both saw in each direction.</summary>
/// <param name="At">Vantage point of the clock.</param>
/// <param name="From">The capture file with that clock.</param>
/// <param name="OtherAt">Vantage point of the clock it is compared with.</param>
/// <param name="Other">The capture file with the other clock; the same file for the one that all are compared with.</param>
/// <param name="Pieces">Offset and drift from one step of a clock to the next, in the order of time; one when neither stepped, none when the two could not be compared.</param>
/// <param name="Error">By how much the offsets may be wrong while both saw the same; null when one direction of travel only was seen in both.</param>
public sealed record ClockComparison(
    VantagePoint At, Provenance From, VantagePoint OtherAt, Provenance Other, IReadOnlyList<ClockPiece> Pieces, TimeSpan? Error) : Fact(At, From);

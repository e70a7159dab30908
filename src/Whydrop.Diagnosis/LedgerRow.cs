using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Diagnosis;

/// <summary>All transmissions of one fate, in one place for losses.</summary>
/// <param name="Fate">What became of them.</param>
/// <param name="LastSeen">Where they were last seen; null when the fate is no loss or they were seen nowhere.</param>
/// <param name="MissingAt">Where they should have been seen next; null when the fate is no loss or there is no such place.</param>
/// <param name="PlaceProven">The absence at <paramref name="MissingAt"/> is proven.</param>
/// <param name="Segments">Transmissions.</param>
/// <param name="Bytes">Payload bytes of these transmissions.</param>
/// <param name="UniqueBytes">Distinct stream bytes among them.</param>
/// <param name="Explained">Of the lost ones, how many a verdict that is confirmed, suspected or contested accounts for.</param>
public sealed record LedgerRow(
    Fate Fate, VantagePoint? LastSeen, VantagePoint? MissingAt, bool PlaceProven, long Segments, long Bytes, long UniqueBytes, long Explained)
{
    /// <summary>A loss: the transmission never reached the receiver.</summary>
    public bool Lost => Fate is Fate.LostAfter or Fate.LostBefore;
}

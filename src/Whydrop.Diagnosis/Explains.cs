namespace Whydrop.Diagnosis;

/// <summary>How many of the case's lost transmissions a fault accounts for.</summary>
/// <param name="Segments">Lost transmissions its mechanism covers.</param>
/// <param name="OfSegments">All lost transmissions of the case.</param>
/// <param name="Bytes">Payload bytes of those it covers.</param>
public readonly record struct Explains(long Segments, long OfSegments, long Bytes)
{
    /// <summary>"12 of 12 lost segments".</summary>
    public override string ToString() => $"{Segments} of {OfSegments} lost segments";
}

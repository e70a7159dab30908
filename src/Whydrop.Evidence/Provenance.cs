namespace Whydrop.Evidence;

/// <summary>Where a fact can be looked up again.</summary>
/// <param name="Source">Path inside the case, with '/', or the name of a live source.</param>
/// <param name="Line">Line number from 1, for text.</param>
/// <param name="Frame">Frame number from 1, for captures, as Wireshark counts.</param>
public sealed record Provenance(string Source, long? Line = null, long? Frame = null)
{
    /// <summary>source:line or source#frame.</summary>
    public override string ToString() => Frame is { } f ? $"{Source}#{f}" : Line is { } l ? $"{Source}:{l}" : Source;
}

namespace Whydrop.Diagnosis;

/// <summary>How many of the case's symptoms a fault accounts for: lost transmissions, and connections in trouble.</summary>
/// <param name="Segments">Lost transmissions its mechanism covers.</param>
/// <param name="OfSegments">All lost transmissions of the case.</param>
/// <param name="Bytes">Payload bytes of those it covers.</param>
public readonly record struct Explains(long Segments, long OfSegments, long Bytes)
{
    /// <summary>Connections its mechanism covers of those that were not opened, opened late, reset before their end, or stalled.</summary>
    public long Connections { get; init; }

    /// <summary>All connections of the case in such trouble.</summary>
    public long OfConnections { get; init; }

    /// <summary>The share it accounts for, from 0 to 1: of each of the two that the case has, half. 1 when it has neither.</summary>
    internal double Share => (OfSegments, OfConnections) switch
    {
        (0, 0) => 1,
        (_, 0) => (double)Segments / OfSegments,
        (0, _) => (double)Connections / OfConnections,
        _ => ((double)Segments / OfSegments + (double)Connections / OfConnections) / 2,
    };

    /// <summary>"12 of 12 lost segments", "3 of 3 connections in trouble", or both.</summary>
    public override string ToString() => (OfSegments, OfConnections) switch
    {
        (_, 0) => $"{Segments} of {OfSegments} lost segments",
        (0, _) => $"{Connections} of {OfConnections} connections in trouble",
        _ => $"{Segments} of {OfSegments} lost segments, {Connections} of {OfConnections} connections in trouble",
    };
}
